/**
 * Bad input from guests, for every shape of every served function: a new function is covered once it is added. Every
 * pointer and length edge, text that is not UTF-8, too much text, JSON of the wrong shape.
 */
import { describe, expect, it } from 'vitest'
import { HOST_ABI } from './abi.ts'
import { caller, testContext, wat } from './fixtures/guest.ts'
import { parseShape, showType } from './shapes.ts'

const END = 65_536
const POINTERS = [0, 1, 3, END - 1, END, END + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const LENGTHS = [0, 1, 2, END, END + 1, 2 ** 31, 2 ** 32 - 1]

/** Kinds with a pointer, and how many wasm parameters they take. */
const PLACES: Readonly<Record<string, number>> = { text: 2, bytes: 2, out: 2, string: 1 }
/** Where the harmless string of a compiled contract lies: memory is 0, so it is empty. */
const EMPTY = 60_000

/** Arguments with `put` at the parameter `at`, harmless ones elsewhere. */
const argumentsOf = (params: readonly string[], at: number, put: readonly number[]): (number | bigint)[] =>
  params.flatMap((kind, i): (number | bigint)[] => {
    if (i === at) return [...put]
    if (kind === 'string') return [EMPTY]
    if (kind in PLACES) return [0, 0]
    return kind === 'i32' ? [1] : [1n]
  })

const shapes = HOST_ABI.flatMap(({ name, capability, shapes }) =>
  shapes
    .map(parseShape)
    .map((shape) => ({ name, capability, shape, title: `${name} ${showType(shape.type)}` })),
).filter(({ shape }) => shape.params.some((kind) => kind in PLACES))

describe.each(shapes)('$title', ({ name, capability, shape }) => {
  const context = testContext({ capabilities: new Set(capability === null ? [] : [capability]) })
  const guest = caller(wat(name, shape.type), context)
  const places = shape.params.flatMap((kind, i) => (kind in PLACES ? [[kind, i] as const] : []))
  const inputs = places.filter(([kind]) => kind !== 'out')
  const before = guest.memory.slice()

  const attempt = (args: (number | bigint)[]): unknown => {
    try {
      guest.call(...args)
      return undefined
    } catch (error) {
      return error
    }
  }
  /** In bounds the rules decide; without a result a refusal ends the run, never as a bad pointer. */
  const expectNoTrap = (thrown: unknown, where: string) =>
    expect(thrown === undefined || (thrown as { code?: string }).code !== 'HostAbi', where).toBe(true)
  const expectOutside = (thrown: unknown, where: string, pointer: number, length: number) =>
    expect(thrown, where).toMatchObject({
      code: 'HostAbi',
      message: expect.stringMatching(/^Invalid parameters: .* reach beyond the 65536 bytes of memory\.$/),
      data: { reason: 'InvalidParameters', pointer, length, memory: END },
    })

  it.each(places.filter(([kind]) => kind !== 'string'))('argument %s at %i', (_kind, at) => {
    for (const pointer of POINTERS) {
      for (const length of LENGTHS) {
        const where = `pointer ${pointer}, length ${length}`
        const thrown = attempt(argumentsOf(shape.params, at, [pointer | 0, length | 0]))
        if (length > 0 && pointer + length > END) expectOutside(thrown, where, pointer, length)
        else expectNoTrap(thrown, where)
        if (thrown !== undefined || !shape.params.includes('out')) {
          expect(Buffer.compare(guest.memory.subarray(0, END), before), where).toBe(0)
        }
        guest.memory.set(before)
      }
    }
  })

  it.each(places.filter(([kind]) => kind === 'string'))('argument %s at %i', (_kind, at) => {
    for (const pointer of POINTERS) {
      const size = guest.memory.length
      const thrown = attempt(argumentsOf(shape.params, at, [pointer | 0]))
      // An answer before may have made the memory larger; what lies there is the host's.
      if (pointer + 4 > size) {
        expect(thrown, `${pointer}`).toMatchObject({ code: 'HostAbi', data: { pointer, length: 4 } })
      } else if (pointer + 4 <= END) expectNoTrap(thrown, `${pointer}`)
    }
    for (const length of [1, END - 104, 2 ** 31, 2 ** 32 - 1]) {
      new DataView(guest.memory.buffer).setUint32(100, length, true)
      const size = guest.memory.length
      const thrown = attempt(argumentsOf(shape.params, at, [100]))
      if (104 + length > size) {
        expect(thrown, `length ${length}`).toMatchObject({
          code: 'HostAbi',
          data: { pointer: 104, length, memory: size },
        })
      } else expectNoTrap(thrown, `length ${length}`)
      guest.memory.set(before)
    }
  })

  const texts = inputs.filter(([kind]) => kind !== 'bytes')

  it.runIf(texts.length > 0)('text that is not UTF-8 traps', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      for (const [kind, at] of texts) {
        guest.memory.set([bytes.length, 0, 0, 0, ...bytes], 96)
        const thrown = attempt(argumentsOf(shape.params, at, kind === 'string' ? [96] : [100, bytes.length]))
        expect(thrown, `${bytes}`).toMatchObject({ message: expect.stringMatching(/are not UTF-8\.$/) })
      }
    }
    guest.memory.set(before)
  })

  it.runIf(texts.length > 0)('text of every wrong kind is answered by a rule, in bounded time', () => {
    for (const words of HOSTILE) {
      const bytes = new TextEncoder().encode(words)
      for (const [kind, at] of texts) {
        new DataView(guest.memory.buffer).setUint32(96, bytes.length, true)
        guest.memory.set(bytes, 100)
        const began = performance.now()
        const thrown = attempt(argumentsOf(shape.params, at, kind === 'string' ? [96] : [100, bytes.length]))
        expectNoTrap(thrown, words.slice(0, 40))
        expect(thrown === undefined || (thrown as { code?: string }).code !== 'Internal').toBe(true)
        expect(performance.now() - began).toBeLessThan(2_000)
        guest.memory.set(before)
      }
    }
  })

  it.runIf(inputs.length > 0)('one byte more than is taken is refused before it is copied', () => {
    const abi = HOST_ABI.find((entry) => entry.name === name)!
    const pages = Math.ceil((abi.maxBytes + 4_096) / 65_536) + 2
    const wide = caller(wat(name, shape.type, `(memory (export "memory") ${pages})`), context)
    for (const [kind, at] of inputs) {
      const length = abi.maxBytes + 1
      new DataView(wide.memory.buffer).setUint32(8_192, length, true)
      const args = argumentsOf(shape.params, at, kind === 'string' ? [8_192] : [8_196, length])
      try {
        wide.call(...args)
      } catch (error) {
        expect((error as Error).message).toContain(`exceeds ${abi.maxBytes} bytes`)
      }
      expect(wide.trace.at(-1)).toMatchObject({
        error: `${abi.subject} exceeds ${abi.maxBytes} bytes`,
        fuel: BigInt(abi.fuel),
      })
    }
  })
})

const HOSTILE = [
  'null',
  '[]',
  '{}',
  '""',
  '0',
  '-1',
  '1e999',
  '9'.repeat(400),
  '{"__proto__":{"polluted":true},"constructor":1}',
  '['.repeat(5_000),
  '{"a":'.repeat(3_000),
  '{"id":1,"id":2}',
  'did:icn:test:alice',
  'did:key:z6Mk',
  'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  '\u0000',
  '\u{1f600}'.repeat(200),
  '../../../etc',
  '/'.repeat(300),
]

/** Every served function by a call that is accepted: the page's and the guest's, in each shape; and the same call again. */
import { beforeAll, describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import { stringifyJson } from '../common/json.ts'
import { bridge } from './bridge.ts'
import type { HostValue } from './context.ts'
import { openVillage, type ValidCall, type Village } from './fixtures/valid-calls.ts'
import { GuestMemory } from './memory.ts'
import { callByName } from './page.ts'
import { type AbiFunction, SERVED_ABI } from './served.ts'
import { handleOf, parseShape, type Shape, showType } from './shapes.ts'

let village: Village
beforeAll(async () => {
  village = await openVillage()
})

/** Functions that the village has no call for stay without one: the first test says which. */
const callsOf = (name: string): readonly ValidCall[] => village.calls[name] ?? []

it('the village has a call of every function there is', () => {
  expect(Object.keys(village.calls).sort()).toEqual(SERVED_ABI.map(({ name }) => name).sort())
})

/**
 * Of no fixed length, and harmless when asked again: an id that is there already is told by the refusal, a status is told
 * again; another proof costs its mana again.
 */
const ANSWERS_LATER = [
  'host_create_governance_proposal',
  'host_close_governance_proposal_voting',
  'host_generate_zk_proof',
]

const OUT = 4_096
const ROOM = 60_000

/** The arguments as one of the function's shapes takes them, or undefined when they are those of another. */
function asPassed(shape: Shape, args: readonly HostValue[], memory: WebAssembly.Memory) {
  const kinds = shape.params.filter((kind) => kind !== 'out')
  if (kinds.length !== args.length) return undefined
  let next = 65_536
  const passed: (number | bigint)[] = []
  let at = 0
  for (const kind of shape.params) {
    if (kind === 'out') {
      passed.push(OUT, ROOM)
      continue
    }
    const value = args[at++]!
    if (kind === 'text' || kind === 'string' || kind === 'bytes') {
      const bytes = value instanceof Uint8Array ? value : typeof value === 'string' ? utf8(value) : undefined
      if (bytes === undefined || (value instanceof Uint8Array && kind !== 'bytes')) return undefined
      const view = new Uint8Array(memory.buffer)
      if (kind === 'string') {
        new DataView(memory.buffer).setUint32(next, bytes.length, true)
        view.set(bytes, next + 4)
        passed.push(next)
        next += 4 + bytes.length
      } else {
        view.set(bytes, next)
        passed.push(next, bytes.length)
        next += bytes.length
      }
    } else if (kind === 'i32') {
      if (typeof value !== 'number') return undefined
      passed.push(value)
    } else {
      if (typeof value !== 'bigint') return undefined
      passed.push(BigInt.asIntN(64, value))
    }
  }
  return passed
}

/** What a guest must find for what the page is answered. */
function expectAnswer(
  shape: Shape,
  result: number | bigint | undefined,
  memory: WebAssembly.Memory,
  answer: HostValue | null,
) {
  const text = (at: number, length: number) => new Uint8Array(memory.buffer.slice(at, at + length))
  const counted = (at: number) => text(at + 4, new DataView(memory.buffer).getUint32(at, true))
  const words = (value: HostValue | null) =>
    value instanceof Uint8Array
      ? value
      : utf8(typeof value === 'object' && value !== null ? stringifyJson(value) : String(value ?? ''))
  switch (shape.result) {
    case null:
      return expect(result).toBeUndefined()
    case 'written':
      expect(result).toBe(words(answer).length)
      return expect(text(OUT, Number(result))).toEqual(words(answer))
    case 'string':
      return expect(counted(Number(result))).toEqual(words(answer))
    case 'strings': {
      const view = new DataView(memory.buffer)
      const at = Number(result)
      const items = Array.from({ length: view.getUint32(at, true) }, (_, i) =>
        counted(Number(view.getBigUint64(at + 8 + 8 * i, true))),
      )
      return expect(items).toEqual((answer as readonly string[]).map((item) => utf8(item)))
    }
    case 'flag':
      return expect(result).toBe(answer === false ? 0 : 1)
    case 'handle':
      return expect(result).toBe(BigInt.asIntN(64, handleOf(Cid.parse(String(answer)))))
    case 'handle32':
      return expect(result).toBe(Number(BigInt.asIntN(32, handleOf(Cid.parse(String(answer))))))
    case 'i32':
      return expect(result).toBe(Number(answer))
    default:
      return expect(BigInt.asUintN(64, result as bigint)).toBe(BigInt.asUintN(64, BigInt(answer as bigint)))
  }
}

describe.each(SERVED_ABI.map((abi) => [abi.name, abi] as const))('%s', (name, abi) => {
  it('is accepted from the page, and the same again comes to what it should', () => {
    for (const { args, again } of callsOf(name)) {
      const context = village.open()
      const first = callByName(name, args, context)
      expect(context.lastError).toBeNull()
      const after = structuredClone(context.tx.tables)
      if (again === 'refused') {
        expect(() => callByName(name, args, context)).toThrow(IcnError)
        expect(context.tx.tables).toEqual(after)
      } else {
        const second = callByName(name, args, context)
        if (again === 'same') expect(second).toEqual(first)
        const written = JSON.stringify([...context.tx.tables], plain) !== JSON.stringify([...after], plain)
        expect(written, again).toBe(again === 'more')
      }
    }
  })

  it.each(abi.shapes.map((line) => [showType(parseShape(line).type), parseShape(line)] as const))(
    'is the same to a guest as %s',
    (_type, shape) => {
      const made = callsOf(name).filter((call) => sameToGuest(abi, shape, call))
      expect(made.length, 'calls that this shape can make').toBeGreaterThan(0)
    },
  )

  it('does nothing when its answer could not be told', () => {
    for (const { args, compiled } of callsOf(name)) {
      const context = village.open()
      const before = structuredClone(context.tx.tables)
      const answer = callByName(name, args, context)
      const writes = JSON.stringify([...context.tx.tables], plain) !== JSON.stringify([...before], plain)
      if (abi.answerBytes > 0) expect(utf8(String(answer))).toHaveLength(abi.answerBytes)
      for (const shape of abi.shapes.map(parseShape)) {
        if (compiled && !shape.params.includes('string')) continue
        const small = new WebAssembly.Memory({ initial: 3, maximum: 3 })
        const passed = asPassed(shape, args, small)
        if (passed === undefined || !/^(written|strings?)$/.test(shape.result ?? '')) continue
        if (writes) expect(abi.answerBytes > 0 || ANSWERS_LATER.includes(name), name).toBe(true)
        if (abi.answerBytes === 0) continue
        const room = shape.params.includes('out') ? passed.lastIndexOf(ROOM) : -1
        if (room >= 0) passed[room] = abi.answerBytes - 1
        const guest = new GuestMemory()
        guest.bind(small)
        const cramped = village.open()
        const session = { context: cramped, memory: guest, chargeFuel: () => {}, trace: () => {} }
        const result = bridge(name, abi, shape, session)(...passed)
        expect(result).toBe(room >= 0 ? -abi.answerBytes : 0)
        expect(cramped.lastError?.code).toBe(room >= 0 ? undefined : 'ResourceLimitExceeded')
        expect(cramped.tx.tables).toEqual(village.open().tx.tables)
      }
    }
  })

  it('is called by every other name', () => {
    for (const alias of abi.aliases) {
      for (const { args } of callsOf(name)) {
        expect(callByName(alias, args, village.open())).toEqual(callByName(name, args, village.open()))
      }
    }
  })

  it('refuses the page arguments of no shape, and writes nothing', () => {
    const context = village.open()
    const before = structuredClone(context.tx.tables)
    for (const args of [
      [{}],
      [null],
      [1.5],
      [-1],
      [2n ** 64n],
      Array(7).fill('x'),
      [new Uint8Array(1), {}],
    ]) {
      try {
        callByName(name, args, context)
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(InvalidSpec|UnknownJob)$/) })
      }
      expect(context.tx.tables).toEqual(before)
    }
    expect(() => callByName(name, [{}], context)).toThrow(new RegExp(`^${name} takes \\(.*got \\(`))
  })
})

/** Whether the call can be made in this shape; throws when the guest sees, or leaves behind, anything else than the page. */
function sameToGuest(abi: AbiFunction, shape: Shape, { args, compiled = false }: ValidCall): boolean {
  if (compiled && !shape.params.includes('string')) return false
  const memory = new WebAssembly.Memory({ initial: 3 })
  const passed = asPassed(shape, args, memory)
  if (passed === undefined) return false
  const [page, context] = [village.open(), village.open()]
  const answer = callByName(abi.name, args, page)
  const guest = new GuestMemory()
  guest.bind(memory)
  const call = bridge(abi.name, abi, shape, { context, memory: guest, chargeFuel: () => {}, trace: () => {} })
  const result = call(...passed)
  expect(context.lastError).toBeNull()
  expectAnswer(shape, result, memory, answer)
  expect(context.tx.tables).toEqual(page.tx.tables)
  return true
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value] : value
}

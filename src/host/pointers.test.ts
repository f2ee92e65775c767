/** Every pointer and length edge of every shape of every served function: a new function is covered once it is added. */
import { describe, expect, it } from 'vitest'
import { HOST_ABI } from './abi.ts'
import { caller, testContext, wat } from './fixtures/guest.ts'
import { parseShape, showType } from './shapes.ts'

const END = 65_536
const POINTERS = [0, 1, 3, END - 1, END, END + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const LENGTHS = [0, 1, 2, END, END + 1, 2 ** 31, 2 ** 32 - 1]

const shapes = HOST_ABI.flatMap(({ name, capability, shapes }) =>
  shapes
    .map(parseShape)
    .map((shape) => ({ name, capability, shape, title: `${name} ${showType(shape.type)}` })),
).filter(({ shape }) => shape.params.some((kind) => kind === 'text' || kind === 'out'))

describe.each(shapes)('$title', ({ name, capability, shape }) => {
  const context = testContext({ capabilities: new Set(capability === null ? [] : [capability]) })
  const guest = caller(wat(name, shape.type), context)
  const pairs = shape.params.flatMap((kind, i) => (kind === 'text' || kind === 'out' ? [i] : []))
  const before = guest.memory.slice()

  it.each(pairs.map((at) => [shape.params[at]!, at] as const))('argument %s at %i', (_kind, at) => {
    for (const pointer of POINTERS) {
      for (const length of LENGTHS) {
        const args = shape.params.flatMap((kind, i): (number | bigint)[] => {
          if (i === at) return [pointer | 0, length | 0]
          if (kind === 'text' || kind === 'out') return [0, 0]
          return kind === 'i32' ? [1] : [1n]
        })
        const outside = length > 0 && pointer + length > END
        const where = `pointer ${pointer}, length ${length}`
        let thrown: unknown
        try {
          guest.call(...args)
        } catch (error) {
          thrown = error
        }
        if (outside) {
          expect(thrown, where).toMatchObject({
            code: 'HostAbi',
            message: expect.stringMatching(
              /^Invalid parameters: .* reach beyond the 65536 bytes of memory\.$/,
            ),
            data: { reason: 'InvalidParameters', pointer, length, memory: END },
          })
        } else {
          // In bounds the rules decide; without a result a refusal ends the run, never as a bad pointer.
          expect(thrown === undefined || (thrown as { code?: string }).code !== 'HostAbi', where).toBe(true)
        }
        if (thrown !== undefined || !shape.params.includes('out')) {
          expect(Buffer.compare(guest.memory, before), where).toBe(0)
        } else {
          guest.memory.set(before)
        }
      }
    }
  })

  it.runIf(shape.params.includes('text'))('text that is not UTF-8 traps', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      guest.memory.set(bytes, 100)
      const args = shape.params.flatMap((kind): (number | bigint)[] => {
        if (kind === 'text') return [100, bytes.length]
        return kind === 'out' ? [0, 0] : kind === 'i32' ? [1] : [1n]
      })
      expect(() => guest.call(...args)).toThrow(/are not UTF-8\.$/)
    }
    guest.memory.set(before)
  })
})

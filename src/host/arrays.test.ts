/** Arrays of strings as compiled contracts take them: `[u32 count][u32 capacity][u64 pointer]*`, the strings behind. */
import { expect, it } from 'vitest'
import { fromUtf8 } from '../common/bytes.ts'
import { GuestMemory } from './memory.ts'

const place = (items: readonly string[], pages = 1, most?: number) => {
  const memory = new WebAssembly.Memory({ initial: pages, ...(most === undefined ? {} : { maximum: most }) })
  const guest = new GuestMemory()
  guest.bind(memory)
  const at = guest.placeAll(
    items.map((item) => new TextEncoder().encode(item)),
    'host_test',
  )
  return { at, memory }
}

function read(memory: WebAssembly.Memory, at: number): readonly string[] {
  const view = new DataView(memory.buffer)
  expect(at % 8).toBe(0)
  expect(view.getUint32(at + 4, true)).toBe(view.getUint32(at, true))
  return Array.from({ length: view.getUint32(at, true) }, (_, i) => {
    const pointer = Number(view.getBigUint64(at + 8 + 8 * i, true))
    const length = view.getUint32(pointer, true)
    return fromUtf8(new Uint8Array(memory.buffer, pointer + 4, length), 'item')
  })
}

it.each([[[]], [['']], [['one', '', 'drei', 'vier und fünf']], [['x'.repeat(70_000), 'y']]])(
  'is read back: %#',
  (items: readonly string[]) => {
    const { at, memory } = place(items)
    expect(at).toBe(65_536)
    expect(read(memory, at)).toEqual(items)
  },
)

it('keeps to the page limit', () => {
  expect(() => place(['x'], 1, 1)).toThrow(
    expect.objectContaining({ code: 'ResourceLimitExceeded', data: expect.objectContaining({ pages: 1 }) }),
  )
})

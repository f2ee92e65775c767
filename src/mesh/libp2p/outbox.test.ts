import { expect, it } from 'vitest'
import { Outbox } from './outbox.ts'

const bytes = (length: number) => new Uint8Array(length)

it('keeps what was said, in its order, and gives it out once', () => {
  const outbox = new Outbox()
  for (const length of [1, 2, 3]) outbox.keep(bytes(length), 0)
  expect(outbox.take(0).map(({ length }) => length)).toEqual([1, 2, 3])
  expect(outbox.take(0)).toEqual([])
  expect(outbox.dropped).toBe(0)
})

it('what is older than a minute is of no use', () => {
  const outbox = new Outbox()
  outbox.keep(bytes(1), 0)
  outbox.keep(bytes(2), 1)
  expect(outbox.take(60_001).map(({ length }) => length)).toEqual([2])
  expect(outbox.dropped).toBe(1)
})

it('256 messages and 4 MiB: the oldest make way', () => {
  const outbox = new Outbox()
  for (let length = 0; length < 258; length++) outbox.keep(bytes(length), 0)
  expect(outbox.take(0)[0]).toHaveLength(2)
  expect(outbox.dropped).toBe(2)
  for (let n = 0; n < 5; n++) outbox.keep(bytes(1_048_576), 0)
  expect(outbox.take(0)).toHaveLength(4)
  expect(outbox.dropped).toBe(3)
})

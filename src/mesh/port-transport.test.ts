import { afterEach, describe, expect, it, vi } from 'vitest'
import { PortTransport } from './port-transport.ts'

const open: PortTransport[] = []
afterEach(() => {
  for (const end of open.splice(0)) end.close()
})

function pair(closedThere?: () => void) {
  const { port1, port2 } = new MessageChannel()
  const here = new PortTransport(port1, closedThere)
  const there = new PortTransport(port2)
  open.push(here, there)
  const heard: Uint8Array[] = []
  there.listen((bytes) => heard.push(bytes))
  return { here, there, heard, port1, port2 }
}

describe('a transport through a MessagePort', () => {
  it('carries bytes both ways, and only those that were meant of a larger buffer', async () => {
    const { here, there, heard } = pair()
    const back: Uint8Array[] = []
    here.listen((bytes) => back.push(bytes))
    // A Buffer's slice is a view of the pool, which must neither travel nor be lost.
    const pooled = Buffer.from('pooled')
    here.send(pooled)
    there.send(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))
    await vi.waitFor(() => expect([heard.length, back.length]).toEqual([1, 1]))
    expect(new TextDecoder().decode(heard[0])).toBe('pooled')
    expect(heard[0]!.buffer.byteLength).toBe(6)
    expect(back[0]).toEqual(Uint8Array.of(2, 3))
    expect(pooled.toString()).toBe('pooled')
  })

  it('in order, however many', async () => {
    const { here, heard } = pair()
    for (let n = 0; n < 1_000; n++) here.send(Uint8Array.of(n & 0xff, n >> 8))
    await vi.waitFor(() => expect(heard).toHaveLength(1_000))
    expect(heard.map(([low, high]) => low! + 256 * high!)).toEqual(Array.from({ length: 1_000 }, (_, n) => n))
    expect(here.dropped).toBe(0)
  })

  it('a slow other end: a bounded number waits, the rest is dropped and counted; then it goes on', async () => {
    const { port1, port2 } = new MessageChannel()
    const here = new PortTransport(port1)
    open.push(here)
    for (let n = 0; n < 2_000; n++) here.send(Uint8Array.of(1))
    // 64 under way, 1,024 waiting.
    expect(here.dropped).toBe(2_000 - 64 - 1_024)
    const there = new PortTransport(port2)
    open.push(there)
    let heard = 0
    there.listen(() => heard++)
    await vi.waitFor(() => expect(heard).toBe(64 + 1_024))
    here.send(Uint8Array.of(2))
    await vi.waitFor(() => expect(heard).toBe(64 + 1_024 + 1))
  })

  it('and a bounded number of bytes', () => {
    const { here } = pair()
    for (let n = 0; n < 64 + 20; n++) here.send(new Uint8Array(1_048_576))
    expect(here.dropped).toBe(4)
  })

  it('what is not a message is not heard', async () => {
    const { heard, port1, here } = pair()
    for (const odd of ['text', {}, [1], new ArrayBuffer(3), undefined, null, Number.NaN, -5])
      port1.postMessage(odd)
    here.send(Uint8Array.of(7))
    await vi.waitFor(() => expect(heard).toEqual([Uint8Array.of(7)]))
  })

  it('the end of one is told to the other, once, after all that was said', async () => {
    const closed = vi.fn()
    const { here, there } = pair(closed)
    const heard: Uint8Array[] = []
    here.listen((bytes) => heard.push(bytes))
    there.send(Uint8Array.of(9))
    there.close()
    there.close()
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
    expect(heard).toEqual([Uint8Array.of(9)])
    here.send(Uint8Array.of(1))
  })
})

import { expect, it } from 'vitest'
import { lead } from './leader.ts'
import { freshName } from './store.suite.ts'

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

it('runs in one tab, and moves on when that one closes', async () => {
  const name = freshName()
  const started: string[] = []
  const waits = new Map<string, () => void>()
  const begun = (who: string): Promise<void> => new Promise((resolve) => waits.set(who, resolve))
  const stand = (who: string) =>
    lead(name, async (signal) => {
      started.push(who)
      waits.get(who)?.()
      await whenAborted(signal)
    })
  const first = begun('a')
  const a = stand('a')
  await first
  const second = begun('b')
  const b = stand('b')
  const c = stand('c')
  expect([a.leading, b.leading, started]).toEqual([true, false, ['a']])
  await c.close()
  await a.close()
  await second
  expect([a.leading, b.leading, started]).toEqual([false, true, ['a', 'b']])
  await b.close()
})

it('moves to the next when a worker that leads is terminated', async () => {
  const name = freshName()
  const source = `navigator.locks.request('icn-leader:${name}', () => { postMessage('leading'); return new Promise(() => {}) })`
  const worker = new Worker(URL.createObjectURL(new Blob([source])))
  await new Promise((resolve) => {
    worker.onmessage = resolve
  })
  const moved = new Promise<void>((resolve) => {
    const leadership = lead(name, async (signal) => {
      resolve()
      await whenAborted(signal)
    })
    closeMoved = () => leadership.close()
  })
  worker.terminate()
  await moved
  await closeMoved()
})

it('tells of a task that fails, and gives the lead away', async () => {
  const name = freshName()
  const failed = new Promise((resolve) => {
    lead(name, () => Promise.reject(new Error('task failed')), resolve)
  })
  expect(await failed).toMatchObject({ message: 'task failed' })
  const next = new Promise<void>((resolve) => {
    lead(name, async () => resolve())
  })
  await next
})

let closeMoved: () => Promise<void> = async () => {}

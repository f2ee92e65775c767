import { expect, test } from 'vitest'
import type { IcnError } from '../common/errors.ts'
import type { RuntimeOptions } from '../protocol/api.ts'
import type { RuntimeClient } from './facade.ts'
import { start } from './start.ts'

// The same supervisor as in supervisor.test.ts, over real threads that really block and really end.

const spawn = () => new Worker(new URL('./fixtures/busy-worker.ts', import.meta.url), { type: 'module' })
const started = (options: RuntimeOptions = {}) => start(options, spawn)
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('It resolved.')),
    (error: IcnError) => error,
  )
const restarted = (runtime: RuntimeClient) =>
  new Promise<unknown>((resolve) => {
    runtime.on('restart', resolve)
  })
const killed = async (runtime: RuntimeClient) =>
  ((await runtime.inspect()) as unknown as { killed: unknown }).killed

test('a worker that ends without a word is noticed by its lock', async () => {
  await using runtime = await started()
  const restart = restarted(runtime)
  expect(await rejection(runtime.mana.spend(1n))).toMatchObject({
    code: 'WorkerCrashed',
    data: { reason: 'gone', mayHaveTakenEffect: true },
  })
  expect(await restart).toEqual({ reason: 'crash', restarts: 1 })
  expect(await runtime.identity.did()).toBe('did:key:z')
})

test('an error nobody caught in the worker ends it', async () => {
  await using runtime = await started()
  const error = await rejection(runtime.mana.regenerate())
  expect(error).toMatchObject({ code: 'WorkerCrashed', data: { reason: 'error' } })
  expect(error.message).toContain('nobody catches this')
  expect(await runtime.identity.did()).toBe('did:key:z')
})

test('a guest that holds the thread is ended at its limit', async () => {
  await using runtime = await started({ limits: { executionMs: 200 } })
  const run = rejection(runtime.run('module'))
  const behind = runtime.identity.did()
  expect(await run).toMatchObject({ code: 'ExecutionTimeout', data: { limitMs: 200, jobId: 'job-1' } })
  expect(await behind).toBe('did:key:z')
  expect(await killed(runtime)).toEqual([{ jobId: 'job-1', reason: 'timeout' }])
})

test('a guest whose caller gives up on its way to the thread is ended as soon as it takes it', async () => {
  await using runtime = await started()
  const controller = new AbortController()
  const run = rejection(runtime.run('module', { signal: controller.signal }))
  const behind = runtime.identity.did()
  controller.abort('enough')
  expect(await run).toMatchObject({ code: 'Aborted', cause: 'enough' })
  expect(await behind).toBe('did:key:z')
})

test('a worker whose script is missing fails the start', async () => {
  const missing = () => new Worker(new URL('/no-such-worker.js', location.href), { type: 'module' })
  expect(await rejection(start({ worker: missing }, spawn))).toMatchObject({
    code: 'WorkerCrashed',
    data: { reason: 'load' },
  })
})

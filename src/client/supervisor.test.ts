import { afterEach, describe, expect, test, vi } from 'vitest'
import { IcnError } from '../common/errors.ts'
import type { RunOptions, RunProgress } from '../protocol/api.ts'
import { type FakeSetup, fakeWorkers, gate } from './fixtures/fake-worker.ts'
import { start } from './start.ts'

const never = () => new Promise<never>(() => {})

async function started(setup: FakeSetup) {
  const workers = fakeWorkers(setup)
  const runtime = await start({ database: 'test' }, workers.spawn)
  const restarts: unknown[] = []
  runtime.on('restart', (detail) => restarts.push(detail))
  /** Resolves once the next worker serves. */
  const restarted = () =>
    new Promise<void>((resolve) => runtime.addEventListener('restart', () => resolve(), { once: true }))
  return { workers, runtime, restarts, restarted }
}

const rejection = async (promise: Promise<unknown>): Promise<IcnError> => {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in settled) throw new Error(`It resolved with ${String(settled.value)}.`)
  expect(settled.error).toBeInstanceOf(IcnError)
  return settled.error as IcnError
}

afterEach(() => void vi.useRealTimers())

test.each([null, 'my-node', { worker: '/worker.js' }, { signal: new AbortController() }])(
  'options %j are refused before there is a worker',
  async (options) => {
    const error = await rejection(start(options as never, fakeWorkers({ methods: () => ({}) }).spawn))
    expect(error).toMatchObject({
      code: 'InvalidSpec',
      message: expect.stringMatching(/^The options must be/),
    })
  },
)

test('a worker that cannot be made is WorkerCrashed', async () => {
  const message =
    'Script at https://cdn.example/worker.js cannot be accessed from origin https://coop.example.'
  const spawn = () => {
    throw new DOMException(message, 'SecurityError')
  }
  expect(await rejection(start({}, spawn))).toMatchObject({
    code: 'WorkerCrashed',
    message: `The worker cannot be made: ${message}`,
    data: { reason: 'load' },
  })
})

describe('calls', () => {
  test('arguments and answers cross as plain data, bigint and bytes included', async () => {
    const seen: unknown[] = []
    const { runtime } = await started({
      methods: () => ({
        mana: {
          spend: (amount: bigint) => {
            seen.push(amount)
            return amount * 2n
          },
        },
        dag: {
          put: (block: { data: Uint8Array }) => {
            seen.push(block.data)
            return 'cid'
          },
        },
        call: (...args: unknown[]) => args,
      }),
    })
    expect(await runtime.mana.spend(2n ** 63n)).toBe(2n ** 64n)
    expect(await runtime.dag.put({ data: new Uint8Array([1, 2]) })).toBe('cid')
    expect(seen).toEqual([2n ** 63n, new Uint8Array([1, 2])])
    expect(await runtime.call('host_log', 'a', 1, 2n)).toEqual(['host_log', 'a', 1, 2n])
  })

  test('options reach the worker without what cannot travel, and with a signal of its own', async () => {
    const seen: unknown[] = []
    const { runtime } = await started({
      methods: () => ({
        jobs: {
          list: (page: object) => {
            seen.push(page)
            return { items: [] }
          },
        },
      }),
    })
    await runtime.jobs.list({ limit: 3, state: 'Failed', signal: new AbortController().signal })
    expect(seen).toEqual([{ limit: 3, state: 'Failed', signal: expect.any(AbortSignal) }])
  })

  test('progress arrives in order, before the answer', async () => {
    const { runtime } = await started({
      methods: () => ({
        dag: {
          verifyAll: async ({ onProgress }: { onProgress: (value: unknown) => void }) => {
            for (const checked of [1, 2, 3]) onProgress({ checked, bad: 0 })
            return { checked: 3, bad: [], repaired: 0 }
          },
        },
      }),
    })
    const seen: number[] = []
    await runtime.dag.verifyAll({ onProgress: ({ checked }) => seen.push(checked) })
    expect(seen).toEqual([1, 2, 3])
  })

  test('an argument that is no data is refused with Serialization', async () => {
    const { runtime } = await started({ methods: () => ({ mana: { spend: () => 0n } }) })
    const error = await rejection(runtime.mana.spend((() => 1n) as never))
    expect(error).toMatchObject({ code: 'Serialization', data: { method: 'mana.spend' } })
  })

  test('an argument that throws when it is read is refused with Serialization, in a promise', async () => {
    const { runtime } = await started({ methods: () => ({ mana: { spend: () => 0n } }) })
    for (const thrown of [new Error('boo'), null, 'boo']) {
      const trap = {
        get limit(): number {
          throw thrown
        },
      }
      for (const call of [runtime.jobs.list(trap), runtime.mana.spend(trap as never)]) {
        const error = await rejection(call)
        expect(error).toMatchObject({ code: 'Serialization' })
        expect(error.cause).toBe(thrown)
      }
    }
  })

  test('an answer that is no data is refused with Serialization', async () => {
    const { runtime } = await started({ methods: () => ({ mana: { balance: () => () => {} } }) })
    expect(await rejection(runtime.mana.balance())).toMatchObject({ code: 'Serialization' })
  })

  test('events arrive through on and as an EventTarget, until unsubscribed', async () => {
    const { runtime, workers } = await started({ methods: () => ({ mana: { balance: () => 1n } }) })
    const heard: unknown[] = []
    const stop = runtime.on('mana', ({ balance }) => heard.push(balance))
    runtime.addEventListener('mana', (event) => heard.push((event as CustomEvent).detail.cause))
    workers.last.emit('mana', { did: 'did:key:z', balance: 5n, cause: 'spend' })
    await runtime.mana.balance()
    expect(heard).toEqual([5n, 'spend'])
    stop()
    workers.last.emit('mana', { did: 'did:key:z', balance: 4n, cause: 'spend' })
    await runtime.mana.balance()
    expect(heard).toEqual([5n, 'spend', 'spend'])
  })
})

describe('a worker that dies', () => {
  test('what its successor puts right while it starts is heard on the page', async () => {
    const { runtime, workers, restarted } = await started({
      methods: (worker, hooks) => {
        if (worker.number === 2) hooks.onEvent('mana', { did: 'did:key:z', balance: 10n, cause: 'refund' })
        return { mana: { balance: () => 10n } }
      },
    })
    const heard: unknown[] = []
    runtime.on('mana', ({ balance, cause }) => heard.push([balance, cause]))
    const again = restarted()
    workers.last.crash()
    await again
    expect(heard).toEqual([[10n, 'refund']])
  })

  test('rejects what may have had effects, repeats what reads, and serves the next call', async () => {
    const { runtime, workers, restarted, restarts } = await started({
      methods: (worker) => ({
        mana: { spend: never, balance: () => (worker.number === 1 ? never() : 7n) },
        identity: { did: () => `did:key:z${worker.number}` },
      }),
    })
    const spent = rejection(runtime.mana.spend(1n))
    const balance = runtime.mana.balance()
    await runtime.identity.did()
    const next = restarted()
    workers.last.crash()
    expect(await spent).toMatchObject({
      code: 'WorkerCrashed',
      data: { method: 'mana.spend', mayHaveTakenEffect: true, reason: 'error' },
    })
    expect(await balance).toBe(7n)
    await next
    expect(await runtime.identity.did()).toBe('did:key:z2')
    expect(restarts).toEqual([{ reason: 'crash', restarts: 1 }])
    expect(workers.made[0]?.terminated).toBe(true)
  })

  test('sends again a call with effects that had not begun', async () => {
    let spent = 0
    const { runtime, workers } = await started({
      methods: () => ({
        mana: {
          spend: () => {
            spent += 1
            return 0n
          },
        },
      }),
    })
    const answer = runtime.mana.spend(1n)
    workers.last.crash() // before the worker could read it
    expect(await answer).toBe(0n)
    expect(spent).toBe(1)
  })

  test('waiting for a job goes on at the next worker', async () => {
    const { runtime, workers } = await started({
      methods: (worker) => ({ jobs: { wait: () => (worker.number < 3 ? never() : { state: 'Failed' }) } }),
    })
    const waiting = runtime.jobs.wait('job')
    workers.last.crash()
    await vi.waitFor(() => expect(workers.made).toHaveLength(2))
    await runtime.inspect()
    workers.last.crash()
    expect(await waiting).toEqual({ state: 'Failed' })
  })

  test('who waits for a job hears of its run from the next worker, and no more from the one that died', async () => {
    const { runtime, workers, restarted } = await started({
      methods: (worker) => ({
        jobs: {
          wait: (_id: string, { onProgress }: { onProgress: (value: unknown) => void }) => {
            onProgress({ attempt: worker.number })
            setTimeout(() => onProgress({ attempt: -worker.number }), 0)
            return worker.number === 1 ? never() : { state: 'Completed' }
          },
        },
      }),
    })
    const heard: number[] = []
    const waiting = runtime.jobs.wait('job', {
      onProgress: ({ attempt }) => {
        heard.push(attempt)
        if (attempt === 1) workers.last.crash()
      },
    })
    await restarted()
    expect(await waiting).toEqual({ state: 'Completed' })
    await runtime.inspect()
    expect(heard).toEqual([1, 2])
  })

  test('a call that was on three workers when they died is not given to a fourth', async () => {
    const { runtime, workers, restarted } = await started({
      methods: (worker) => ({
        dag: {
          root: () => {
            queueMicrotask(() => worker.crash())
            return never()
          },
        },
      }),
    })
    expect(await rejection(runtime.dag.root())).toMatchObject({
      code: 'WorkerCrashed',
      data: { method: 'dag.root', mayHaveTakenEffect: false },
    })
    await restarted()
    expect(workers.made).toHaveLength(4)
  })

  test('a message that cannot be read counts as a death', async () => {
    const { runtime, workers, restarted } = await started({ methods: () => ({ mana: { spend: never } }) })
    const spent = rejection(runtime.mana.spend(1n))
    await runtime.inspect()
    const next = restarted()
    workers.last.dispatchEvent(new Event('messageerror'))
    expect(await spent).toMatchObject({ code: 'WorkerCrashed', data: { reason: 'messageError' } })
    await next
  })

  test('dying again and again without an answer ends in WorkerCrashed, for this call and the next', async () => {
    const { runtime, workers } = await started({
      methods: (worker) => {
        if (worker.number > 1) queueMicrotask(() => worker.crash('Uncaught boom'))
        return { jobs: { wait: never } }
      },
    })
    const waiting = rejection(runtime.jobs.wait('job'))
    workers.last.crash()
    expect(await waiting).toMatchObject({ code: 'WorkerCrashed' })
    const later = await rejection(runtime.identity.did())
    expect(later).toMatchObject({ code: 'WorkerCrashed', data: { crashes: 6, windowMs: 10_000 } })
    expect(workers.made).toHaveLength(6)
  })

  test('a database that has become unavailable ends in StorageUnavailable', async () => {
    const { runtime, workers } = await started({
      methods: (worker) => {
        if (worker.number > 1) throw new IcnError('StorageUnavailable', 'The database cannot be opened.')
        return { jobs: { wait: never } }
      },
    })
    const waiting = rejection(runtime.jobs.wait('job'))
    workers.last.crash()
    expect(await waiting).toMatchObject({ code: 'StorageUnavailable', data: { crashes: 6 } })
  })

  test('a worker given as an object is not replaced', async () => {
    const workers = fakeWorkers({ methods: () => ({ jobs: { wait: never } }) })
    const runtime = await start({ worker: workers.spawn() }, () => {
      throw new Error('The default worker is not asked for.')
    })
    workers.last.crash()
    expect(await rejection(runtime.identity.did())).toMatchObject({
      code: 'WorkerCrashed',
      data: { reason: 'noReplacement' },
    })
  })
})

describe('a guest on the thread', () => {
  const running = (jobId: string): FakeSetup => ({
    executionMs: 50,
    methods: (worker, hooks) => ({
      run: (_module: unknown, { signal }: { signal: AbortSignal }) => {
        if (worker.number > 1) return { jobId, killed: hooks.killed }
        hooks.onGuest({ jobId, signal })
        return never()
      },
      jobs: { wait: () => (worker.number > 1 ? hooks.killed : never()) },
      mana: { spend: () => 1n, balance: () => 2n },
    }),
  })

  test('is ended at its limit; its caller gets ExecutionTimeout, the next worker learns of the job', async () => {
    const { runtime, workers, restarts, restarted } = await started(running('job-1'))
    const next = restarted()
    const error = await rejection(runtime.run('module'))
    expect(error).toMatchObject({
      code: 'ExecutionTimeout',
      data: { reason: 'guest', limitMs: 50, jobId: 'job-1', method: 'run' },
    })
    expect(error.message).toBe(
      'run was stopped. The run of job job-1 was still going after its limit of 50 ms.',
    )
    await next
    expect(await runtime.run('module')).toMatchObject({ killed: [{ jobId: 'job-1', reason: 'timeout' }] })
    expect(restarts).toEqual([{ reason: 'timeout', restarts: 1 }])
    expect(workers.made).toHaveLength(2)
  })

  test('is not given more time by other calls that are made meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { runtime, workers } = await started(running('job-1'))
    const run = rejection(runtime.run('module'))
    await vi.waitFor(async () => expect(await runtime.mana.balance()).toBe(2n))
    for (let passed = 0; passed < 200; passed += 10) {
      await runtime.mana.balance()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(await run).toMatchObject({ code: 'ExecutionTimeout' })
    expect(workers.made).toHaveLength(2)
  })

  test('is not given more time by telling how far it has come, and is not heard of after its end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let tell = (_fuelUsed: bigint) => {}
    const { runtime } = await started({
      executionMs: 50,
      methods: (_worker, hooks) => ({
        run: (_module: string, { signal, onProgress }: RunOptions) => {
          hooks.onGuest({ jobId: 'job-1', signal })
          tell = (fuelUsed) => onProgress?.({ fuelUsed } as RunProgress)
          tell(0n)
          return never()
        },
        mana: { balance: () => 2n },
      }),
    })
    const heard: bigint[] = []
    const run = rejection(runtime.run('module', { onProgress: ({ fuelUsed }) => heard.push(fuelUsed) }))
    await vi.waitFor(() => expect(heard).toEqual([0n]))
    for (let passed = 10; passed < 200; passed += 10) {
      tell(BigInt(passed))
      // Behind it, the word has arrived.
      if (passed < 50) await runtime.mana.balance()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(await run).toMatchObject({ code: 'ExecutionTimeout' })
    expect(heard.slice(0, 4)).toEqual([0n, 10n, 20n, 30n])
    const { length } = heard
    tell(1_000n)
    await vi.waitFor(async () => expect(await runtime.mana.balance()).toBe(2n))
    expect(heard).toHaveLength(length)
  })

  test('is ended when its caller aborts, with the caller’s reason as cause', async () => {
    const { runtime, restarts, restarted } = await started({ ...running('job-1'), executionMs: 60_000 })
    const controller = new AbortController()
    const error = rejection(runtime.run('module', { signal: controller.signal }))
    await runtime.mana.balance()
    const next = restarted()
    controller.abort('enough')
    expect(await error).toMatchObject({ code: 'Aborted', cause: 'enough' })
    await next
    expect(restarts).toEqual([{ reason: 'aborted', restarts: 1 }])
    expect(await runtime.run('module')).toMatchObject({ killed: [{ jobId: 'job-1', reason: 'aborted' }] })
  })

  test('that is another’s lives on when a call beside it aborts', async () => {
    const { runtime, restarts } = await started({ ...running('job-1'), executionMs: 60_000 })
    void runtime.run('module').catch(() => {})
    await runtime.mana.balance()
    const controller = new AbortController()
    const waiting = rejection(runtime.jobs.wait('job-2', { signal: controller.signal }))
    controller.abort()
    expect(await waiting).toMatchObject({ code: 'Aborted' })
    expect(await runtime.mana.balance()).toBe(2n)
    expect(restarts).toEqual([])
    await runtime.close()
  })
})

describe('silence', () => {
  test('ends a worker in which nothing moves, and rejects what may have had effects', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { runtime, restarted } = await started({
      executionMs: 1_000,
      methods: (worker) => ({ mana: { spend: never, balance: () => (worker.number > 1 ? 3n : never()) } }),
    })
    const spent = rejection(runtime.mana.spend(1n))
    const balance = runtime.mana.balance()
    await runtime.inspect()
    const next = restarted()
    await vi.advanceTimersByTimeAsync(31_200)
    expect(await spent).toMatchObject({
      code: 'ExecutionTimeout',
      data: { reason: 'silence', limitMs: 31_000 },
    })
    expect(await balance).toBe(3n)
    await next
  })

  test('does not hurry a wait for a job', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const done = gate<string>()
    const { runtime, workers } = await started({ methods: () => ({ jobs: { wait: () => done.promise } }) })
    const waiting = runtime.jobs.wait('job')
    await runtime.inspect()
    await vi.advanceTimersByTimeAsync(3_600_000)
    done.open('finished')
    expect(await waiting).toBe('finished')
    expect(workers.made).toHaveLength(1)
  })
})

describe('abort', () => {
  test('a signal that is already aborted never reaches the worker', async () => {
    let calls = 0
    const { runtime } = await started({
      methods: () => ({
        mana: {
          balance: () => {
            calls += 1
            return 1n
          },
        },
      }),
    })
    const error = await rejection(runtime.mana.balance(undefined, { signal: AbortSignal.abort('late') }))
    expect(error).toMatchObject({
      code: 'Aborted',
      cause: 'late',
      message: 'mana.balance was aborted by its caller.',
    })
    await runtime.mana.balance()
    expect(calls).toBe(1)
  })

  test('tells the worker, which ends the work there', async () => {
    const aborted = gate<unknown>()
    const { runtime } = await started({
      methods: () => ({
        dag: {
          verifyAll: ({ signal }: { signal: AbortSignal }) => {
            signal.addEventListener('abort', () => aborted.open(signal.reason))
            return never()
          },
        },
      }),
    })
    const controller = new AbortController()
    const checking = rejection(runtime.dag.verifyAll({ signal: controller.signal }))
    await runtime.inspect()
    controller.abort()
    expect(await checking).toMatchObject({ code: 'Aborted' })
    expect(await aborted.promise).toMatchObject({ code: 'Aborted' })
  })
})

describe('start and close', () => {
  test('a start that fails rejects with what the runtime said', async () => {
    const workers = fakeWorkers({
      methods: () => {
        throw new IcnError('StorageUnavailable', 'The database "test" cannot be opened.', {
          data: { database: 'test' },
        })
      },
    })
    const error = await rejection(start({}, workers.spawn))
    expect(error).toMatchObject({ code: 'StorageUnavailable', data: { database: 'test' } })
    expect(workers.last.terminated).toBe(true)
  })

  test('a script that cannot be loaded rejects with WorkerCrashed', async () => {
    const workers = fakeWorkers({ serves: false, methods: () => ({}) })
    const starting = rejection(start({}, workers.spawn))
    workers.last.crash('')
    expect(await starting).toMatchObject({ code: 'WorkerCrashed', data: { reason: 'load' } })
  })

  test('a worker that stays silent rejects with WorkerCrashed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const workers = fakeWorkers({ serves: false, methods: () => ({}) })
    const starting = rejection(start({}, workers.spawn))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await starting).toMatchObject({ code: 'WorkerCrashed', data: { reason: 'startTimeout' } })
  })

  test('a start can be aborted', async () => {
    const workers = fakeWorkers({ serves: false, methods: () => ({}) })
    const controller = new AbortController()
    const starting = rejection(start({ signal: controller.signal }, workers.spawn))
    controller.abort('changed my mind')
    expect(await starting).toMatchObject({ code: 'Aborted', cause: 'changed my mind' })
    expect(workers.last.terminated).toBe(true)
  })

  test('options reach the runtime as they are', async () => {
    const seen: unknown[] = []
    const workers = fakeWorkers({
      methods: (_worker, _hooks, options) => {
        seen.push(options)
        return {}
      },
    })
    const limits = { fuel: 5n }
    await start(
      { database: 'a', environment: 'testing', identitySeed: new Uint8Array(32), limits },
      workers.spawn,
    )
    expect(seen).toEqual([
      { database: 'a', environment: 'testing', identitySeed: new Uint8Array(32), limits: { fuel: 5n } },
    ])
  })

  test('close lets the runtime finish, ends the worker and settles every call with Closed', async () => {
    const order: string[] = []
    const { runtime, workers } = await started({
      methods: () => ({ mana: { spend: never }, close: async () => void order.push('closed inside') }),
    })
    const spent = rejection(runtime.mana.spend(1n))
    await runtime.close()
    expect(order).toEqual(['closed inside'])
    expect(workers.last.terminated).toBe(true)
    expect(await spent).toMatchObject({ code: 'Closed' })
    expect(await rejection(runtime.identity.did())).toMatchObject({ code: 'Closed' })
    await runtime.close()
  })

  test('await using closes', async () => {
    const workers = fakeWorkers({ methods: () => ({}) })
    {
      await using runtime = await start({}, workers.spawn)
      expect(runtime).toBeInstanceOf(EventTarget)
    }
    expect(workers.last.terminated).toBe(true)
  })

  test('close while a worker is being replaced ends the replacement', async () => {
    const { runtime, workers } = await started({
      methods: (worker) => {
        if (worker.number === 2) return new Promise(() => {}) as never
        return { jobs: { wait: never } }
      },
    })
    const waiting = rejection(runtime.jobs.wait('job'))
    workers.last.crash()
    await runtime.close()
    expect(await waiting).toMatchObject({ code: 'Closed' })
    expect(workers.made.every((worker) => worker.terminated)).toBe(true)
  })
})

describe('code that does not come', () => {
  const missing = () => {
    throw new IcnError('ProcessingFailure', 'The code that runs contracts could not be loaded.', {
      data: { reason: 'codeUnavailable' },
    })
  }
  const run = (runtime: { run(module: string): Promise<unknown> }) => rejection(runtime.run('cid'))

  test('once: the same worker is asked again; twice: another takes its place between calls, and nothing is told', async () => {
    const { runtime, workers, restarts } = await started({
      methods: ({ number }) => ({
        run: () => (number === 1 ? missing() : { result: number }),
        mana: { balance: () => BigInt(number) },
      }),
    })
    expect(await run(runtime)).toMatchObject({ data: { reason: 'codeUnavailable' } })
    expect(await runtime.mana.balance()).toBe(1n)
    expect(workers.made).toHaveLength(1)
    await run(runtime)
    await vi.waitFor(async () => expect(await runtime.mana.balance()).toBe(2n))
    expect(await runtime.run('cid')).toEqual({ result: 2 })
    await vi.waitFor(() => expect(workers.made[0]?.terminated).toBe(true))
    expect(workers.made).toHaveLength(2)
    expect(restarts).toEqual([])
    const heard: unknown[] = []
    runtime.on('mana', ({ balance }) => heard.push(balance))
    workers.last.emit('mana', { did: 'did:key:z', balance: 5n, cause: 'spend' })
    await runtime.mana.balance()
    expect(heard).toEqual([5n])
  })

  test('the worker serves on while a call or a stream is under way, and the other tells nothing until it serves', async () => {
    const held = gate()
    const { runtime, workers } = await started({
      methods: ({ number }) => ({
        run: missing,
        mana: { balance: () => BigInt(number) },
        jobs: {
          wait: async () => {
            await held.promise
            return { jobId: `of ${number}` }
          },
        },
      }),
    })
    const waiting = runtime.jobs.wait('job')
    await run(runtime)
    await run(runtime)
    expect(await runtime.mana.balance()).toBe(1n)
    expect(workers.made).toHaveLength(1)
    held.open()
    expect(await waiting).toEqual({ jobId: 'of 1' })
    await vi.waitFor(() => expect(workers.made).toHaveLength(2))
    const heard: unknown[] = []
    runtime.on('mana', ({ balance }) => heard.push(balance))
    await vi.waitFor(async () => expect(await runtime.mana.balance()).toBe(2n))
    expect(heard).toEqual([])
  })

  test('a replacement that does not start changes nothing', async () => {
    const { runtime, workers, restarts } = await started({
      methods: ({ number }) => {
        if (number === 2) throw new IcnError('StorageUnavailable', 'not now')
        return { run: () => (number === 1 ? missing() : 1), mana: { balance: () => BigInt(number) } }
      },
    })
    await run(runtime)
    await run(runtime)
    await vi.waitFor(() => expect(workers.made[1]?.terminated).toBe(true))
    expect(await runtime.mana.balance()).toBe(1n)
    expect(workers.made).toHaveLength(2)
    // As many refusals again, and it is tried again.
    await run(runtime)
    await run(runtime)
    await vi.waitFor(async () => expect(await runtime.mana.balance()).toBe(3n))
    expect(restarts).toEqual([])
  })

  test('a worker whose end would lose something is kept', async () => {
    const workers = fakeWorkers({ methods: () => ({ run: missing, mana: { balance: () => 1n } }) })
    const runtime = await start({ storage: 'memory' }, workers.spawn)
    for (let times = 0; times < 4; times++) await run(runtime)
    expect(await runtime.mana.balance()).toBe(1n)
    expect(workers.made).toHaveLength(1)
  })

  test('a worker in which a stream was opened is kept', async () => {
    const { runtime, workers } = await started({
      methods: () => ({
        run: missing,
        dag: {
          export: async () =>
            new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(9)) }),
        },
        mana: { balance: () => 1n },
      }),
    })
    const reader = (await runtime.dag.export()).getReader()
    for (let times = 0; times < 3; times++) await run(runtime)
    expect((await reader.read()).value).toHaveLength(9)
    expect(await runtime.mana.balance()).toBe(1n)
    expect(workers.made).toHaveLength(1)
  })

  test('close ends both', async () => {
    const { runtime, workers } = await started({
      methods: ({ number }) => ({ run: missing, mana: { balance: () => BigInt(number) } }),
    })
    await run(runtime)
    await run(runtime)
    await vi.waitFor(() => expect(workers.made).toHaveLength(2))
    await runtime.close()
    await vi.waitFor(() => expect(workers.made.map(({ terminated }) => terminated)).toEqual([true, true]))
  })
})

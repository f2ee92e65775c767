/** The worker's side of the boundary: one runtime behind a frozen facade that takes calls by name and plain data only. */
import { expose } from 'comlink'
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { IcnRuntime, JobId, RuntimeOptions } from '../protocol/api.ts'
import { encodeError } from '../protocol/errors.ts'
import {
  type EventPair,
  type Hello,
  type KilledJob,
  type Outcome,
  PROTOCOL_VERSION,
  type Welcome,
  type WorkerFacade,
  type WorkerMessage,
} from '../protocol/messages.ts'
import { isMethodName, METHODS, type MethodName } from '../protocol/methods.ts'
import type { Transfers } from '../protocol/transfers.ts'
import { guard, type Scope } from './guard.ts'

/** What the runtime tells and asks its worker about. */
export interface WorkerHooks {
  readonly killed: readonly KilledJob[]
  /** Called right before a guest takes the thread, with the signal of the call it runs for, and with null after. */
  onGuest(guest: { readonly jobId: JobId; readonly signal?: AbortSignal | undefined } | null): void
  /** Called with all that happens on the database once it is open: what a start puts right is told, too. */
  onEvent(name: string, detail: unknown): void
}

export type CreateRuntime = (options: RuntimeOptions, hooks: WorkerHooks) => Promise<IcnRuntime>

type Method = (...args: unknown[]) => Promise<unknown>

/** After the start, before `warm`: what the page asks for first is not to wait for it. */
const WARM_AFTER_MS = 500

/** @param warm loads what is likely to be asked for, while nobody waits; that it fails is said to whoever asks */
export function serve(scope: Scope, create: CreateRuntime, warm?: () => Promise<unknown>): void {
  const calls = new Map<number, AbortController>()
  const callOf = new WeakMap<AbortSignal, number>()
  const post = (message: WorkerMessage) => scope.postMessage(message)
  let runtime: Promise<IcnRuntime> | undefined
  const transfers = late('The code that moves streams', async (): Promise<Transfers> => {
    const { serveTransfers } = await import('./transfers.ts')
    return serveTransfers((await runtime)!)
  })

  const hooks = (killed: readonly KilledJob[]): WorkerHooks => ({
    killed,
    onGuest(guest) {
      if (!guest) return post({ icn: 'guest', guest: null })
      const call = guest.signal && callOf.get(guest.signal)
      post({ icn: 'guest', guest: { jobId: guest.jobId, ...(call === undefined ? {} : { call }) } })
    },
    onEvent: forwardEvents(post),
  })

  const facade: WorkerFacade = {
    start: ({ protocol, options, killed }: Hello) =>
      outcome(async () => {
        if (protocol !== PROTOCOL_VERSION)
          throw new IcnError(
            'VersionMismatch',
            `The page speaks version ${protocol} of the worker protocol and this worker version ${PROTOCOL_VERSION}; both must come from the same release.`,
            { data: { page: protocol, worker: PROTOCOL_VERSION } },
          )
        if (runtime) throw new IcnError('Internal', 'This worker has already been started.')
        // Whoever reads the options knows both forms of `mesh` (runtime/mesh-options).
        runtime = create(options as RuntimeOptions, hooks(killed))
        const ready = await runtime
        const { limits } = await ready.inspect()
        const lifeLock = await holdLifeLock()
        if (warm) setTimeout(() => warm().catch(() => {}), WARM_AFTER_MS)
        return { protocol: PROTOCOL_VERSION, executionMs: limits.executionMs, ...lifeLock } satisfies Welcome
      }),

    call: (id, method, args, progress) =>
      outcome(async () => {
        if (!isMethodName(method))
          throw new IcnError('InvalidSystemApiCall', `The runtime has no method named ${String(method)}.`)
        if (!runtime) throw new IcnError('Closed', 'The runtime has not been started.')
        const ready = await runtime
        const controller = new AbortController()
        calls.set(id, controller)
        callOf.set(controller.signal, id)
        try {
          const [effect, at] = METHODS[method]
          const full = at < 0 ? [...args] : Array.from({ length: at + 1 }, (_, position) => args[position])
          if (at >= 0)
            full[at] = {
              ...(full[at] as object | undefined),
              signal: controller.signal,
              ...(progress
                ? { onProgress: (value: unknown) => post({ icn: 'progress', call: id, value }) }
                : {}),
            }
          if (effect === 'once') post({ icn: 'began', call: id })
          return await (await methodOf(ready, transfers, method))(...full)
        } finally {
          calls.delete(id)
        }
      }),

    abort(id) {
      calls.get(id)?.abort(new IcnError('Aborted', 'The call was aborted by its caller.'))
    },

    close: () =>
      outcome(async () => {
        await (await runtime)?.close()
      }),
  }
  // Without a prototype there is no way from the facade to a constructor, and frozen there is nothing to set.
  expose(Object.freeze(Object.assign(Object.create(null), facade)), guard(scope, Object.keys(facade)))
}

async function methodOf(
  runtime: IcnRuntime,
  transfers: () => Promise<Transfers>,
  name: MethodName,
): Promise<Method> {
  const [first, second] = name.split('.') as [string, string | undefined]
  const own = first === 'transfers' ? { transfers: await transfers() } : runtime
  const top = own as unknown as Record<string, unknown>
  const holder = (second === undefined ? top : top[first]) as Record<string, Method>
  return (...args) => (holder[second ?? first] as Method).apply(holder, args)
}

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() }
  } catch (thrown) {
    return { error: encodeError(thrown) }
  }
}

/** One commit may publish many events; they travel together. */
function forwardEvents(post: (message: WorkerMessage) => void): WorkerHooks['onEvent'] {
  let waiting: EventPair[] = []
  return (name, detail) => {
    if (waiting.length === 0)
      queueMicrotask(() => {
        const events = waiting
        waiting = []
        post({ icn: 'events', events })
      })
    waiting.push([name, detail] as EventPair)
  }
}

/** Held until this worker ends, however it ends. Web Locks need a secure context; without one there is no such sign. */
function holdLifeLock(): Promise<{ lifeLock?: string }> {
  const locks = globalThis.navigator?.locks
  if (!locks) return Promise.resolve({})
  const lifeLock = `icn-runtime-worker:${crypto.randomUUID()}`
  return new Promise((resolve) => {
    locks
      .request(lifeLock, () => {
        resolve({ lifeLock })
        return new Promise(() => {})
      })
      .catch(() => resolve({}))
  })
}

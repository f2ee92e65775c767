/** The worker's side of a pool that replays runs (replay-pool.ts): evidence in, answers out. It has no database. */
import type { Cid } from '../common/cid.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import type { RunLimits } from '../protocol/api.ts'
import { decodeError, encodeError } from '../protocol/errors.ts'
import type { Outcome } from '../protocol/messages.ts'
import type { Runnable } from './modules.ts'
import { verifyEvidence } from './replay.ts'
import {
  type FromReplayer,
  REPLAYER_VERSION,
  type ToReplayer,
  unpackEvidence,
  unpackModule,
} from './replay-wire.ts'

/** The part of a worker's global scope, or of a MessagePort, that is needed. */
export interface ReplayerScope {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** As many as a runtime keeps (modules.ts). */
const MOST_MODULES = 32

interface Loading {
  readonly module: Promise<Runnable>
  settle(outcome: Extract<ToReplayer, { icn: 'module' }>['outcome']): void
}

export function serveReplays(scope: ReplayerScope): void {
  const modules = new Map<string, Loading>()
  const post = (message: FromReplayer) => scope.postMessage(message)
  let limits: RunLimits | undefined

  const load = (cid: Cid, asked: RunLimits): Promise<Runnable> => {
    const key = `${cid} ${asked.memoryPages} ${asked.callDepth}`
    const known = modules.get(key)
    if (known !== undefined) return known.module
    const { promise, resolve, reject } = withResolvers<Runnable>()
    const settle: Loading['settle'] = (outcome) => {
      if ('value' in outcome) unpackModule(outcome.value).then(resolve, reject)
      else reject(decodeError(outcome.error))
    }
    // What could not be loaded is asked for again by the next receipt that needs it.
    promise.catch(() => modules.delete(key))
    if (modules.size >= MOST_MODULES) modules.delete(modules.keys().next().value!)
    modules.set(key, { module: promise, settle })
    post({ icn: 'load', key, cid: cid.toString(), limits: asked })
    return promise
  }

  const replay = async ({ id, evidence }: Extract<ToReplayer, { icn: 'replay' }>) => {
    const place = {
      limits: limits!,
      resolver: new KeyDidResolver(),
      policy: () => null,
      onGuest: () => {},
      load,
    }
    const outcome = await verifyEvidence(place, unpackEvidence(evidence)).then(
      (value): Outcome<typeof value> => ({ value }),
      (error) => ({ error: encodeError(error) }),
    )
    post({ icn: 'replayed', id, outcome })
  }

  scope.addEventListener('message', ({ data }) => {
    const message = data as ToReplayer
    if (message.icn === 'limits') limits = message.limits
    else if (message.icn === 'module') modules.get(message.key)?.settle(message.outcome)
    else void replay(message)
  })
  post({ icn: 'ready', version: REPLAYER_VERSION })
}

/** `Promise.withResolvers`, which Node has from version 22 only. */
function withResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

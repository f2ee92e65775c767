/** From options to a running runtime. */
import { IcnError } from '../common/errors.ts'
import type { RuntimeOptions } from '../protocol/api.ts'
import { createFacade, type RuntimeClient } from './facade.ts'
import { crashed, type WorkerLike } from './link.ts'
import { Supervisor } from './supervisor.ts'

export interface StartOptions extends RuntimeOptions {
  /**
   * The worker to use, for bundlers that want to name it: a function is called again after a crash; a worker given as
   * such cannot be replaced, so its end is the runtime's.
   */
  readonly worker?: Worker | (() => Worker)
  /** Ends the start, and later the runtime. */
  readonly signal?: AbortSignal
}

export async function start(options: StartOptions, spawnDefault: () => Worker): Promise<RuntimeClient> {
  const { worker, signal, ...plain } = checked(options)
  // Browsers have neither keys nor locks then; where nothing is said of it, as in Node, both are there.
  if (globalThis.isSecureContext === false)
    throw new IcnError('CryptoError', 'The page is not in a secure context: use https or localhost.', {
      data: { reason: 'insecureContext' },
    })
  if (signal?.aborted) throw abortedBy(signal)
  // Events of the worker's first moments come before the facade has listeners; it is made first all the same.
  let emit: (event: string, detail: unknown) => void = () => {}
  const supervisor = new Supervisor(spawner(worker ?? spawnDefault), plain, (event, detail) =>
    emit(event, detail),
  )
  const facade = createFacade(supervisor)
  emit = (event, detail) => facade.dispatchEvent(new CustomEvent(event, { detail }))
  signal?.addEventListener('abort', () => void supervisor.close(abortedBy(signal)), { once: true })
  await supervisor.start()
  return facade
}

/** What the worker cannot check, because it does not get it. */
function checked(options: StartOptions): StartOptions {
  const { worker, signal } = Object(options) as { worker?: Partial<Worker>; signal?: Partial<AbortSignal> }
  const odd = worker && typeof worker !== 'function' && !worker.postMessage
  if (Object(options) === options && !odd && !(signal && !signal.addEventListener)) return options
  const sentence = 'The options must be an object, worker a Worker or a function, signal an AbortSignal.'
  throw new IcnError('InvalidSpec', sentence)
}

function spawner(worker: Worker | (() => Worker)): () => WorkerLike {
  if (typeof worker === 'function')
    return () => {
      try {
        return worker()
      } catch (thrown) {
        // Of a script on another origin, for one, browsers make no worker.
        throw crashed(`The worker cannot be made: ${(thrown as Error).message}`, 'load')
      }
    }
  let given: Worker | undefined = worker
  return () => {
    const mine = given
    given = undefined
    if (mine) return mine
    throw crashed(
      'The worker has ended and was given as an object; give a function that makes one to have it replaced.',
      'noReplacement',
    )
  }
}

function abortedBy(signal: AbortSignal): IcnError {
  return new IcnError('Aborted', 'The runtime was ended by the signal it was started with.', {
    cause: signal.reason,
  })
}

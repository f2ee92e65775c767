/** One call on the page's side, from the moment it is made until it settles, over however many workers that takes. */
import { IcnError } from '../common/errors.ts'
import { METHODS, type MethodName } from '../protocol/methods.ts'

/** A call that was on three workers when they died is not given to a fourth. */
const MOST_ATTEMPTS = 3

export class Call {
  readonly id: number
  readonly method: MethodName
  readonly args: readonly unknown[]
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((value: unknown) => void) | undefined
  readonly promise: Promise<unknown>
  /** Given to the present worker. */
  sent = false
  /** The present worker has begun a call that may have effects. */
  began = false
  attempts = 0
  #resolve!: (value: unknown) => void
  #reject!: (error: IcnError) => void

  constructor(id: number, method: MethodName, args: readonly unknown[]) {
    this.id = id
    this.method = method
    const at = METHODS[method][1]
    const { signal, onProgress, ...plain } = (args[at] ?? {}) as Record<string, unknown>
    this.signal = signal instanceof AbortSignal ? signal : undefined
    this.onProgress = typeof onProgress === 'function' ? (onProgress as (value: unknown) => void) : undefined
    this.args = args.map((argument, position) => (position === at ? plain : argument))
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Waiting for a job has no deadline, however long the job waits for its turn. */
  get hasDeadline(): boolean {
    return METHODS[this.method][0] !== 'wait'
  }

  /** Makes the call ready for the next worker, after the present one died. @returns false when it must not be repeated */
  moveOn(): boolean {
    if (METHODS[this.method][0] === 'once' && this.began) return false
    if (this.attempts >= MOST_ATTEMPTS) return false
    this.sent = false
    this.began = false
    return true
  }

  resolve(value: unknown): void {
    this.#resolve(value)
  }

  reject(error: IcnError): void {
    this.#reject(error)
  }

  aborted(): IcnError {
    return new IcnError('Aborted', `${this.method} was aborted by its caller.`, {
      data: { method: this.method },
      cause: this.signal?.reason,
    })
  }

  crashed(cause: IcnError): IcnError {
    const fate = this.began ? 'it may or may not have taken effect' : 'it had no effect'
    const message = `The worker ended while ${this.method} was under way; ${fate}. ${cause.message}`
    const data = { ...cause.data, method: this.method, mayHaveTakenEffect: this.began }
    return new IcnError('WorkerCrashed', message, { data, cause })
  }

  timedOut(cause: IcnError): IcnError {
    const data = { ...cause.data, method: this.method }
    return new IcnError('ExecutionTimeout', `${this.method} was stopped. ${cause.message}`, { data, cause })
  }

  /** `thrown` on the way to or from the worker. */
  failed(thrown: unknown): IcnError {
    const answered = (thrown as Error | undefined)?.message === 'Unserializable return value'
    return notPlain(answered ? 'The result' : 'An argument', this.method, thrown)
  }
}

/** A value that cannot be cloned, or that throws when it is read, as a getter may. */
export function notPlain(what: string, method: string, cause: unknown): IcnError {
  const sentence = `${what} of ${method} is not plain data and cannot cross to or from the worker.`
  return new IcnError('Serialization', sentence, { data: { method }, cause })
}

/** The calls that have not settled. Taking one out is the right to settle it, so none settles twice. */
export class Calls {
  readonly #open = new Map<number, { readonly call: Call; readonly onAbort: () => void }>()
  #timed = 0

  /** Whether some call waits that has a deadline. */
  get timed(): boolean {
    return this.#timed > 0
  }

  add(call: Call, onAbort: () => void): void {
    this.#open.set(call.id, { call, onAbort })
    if (call.hasDeadline) this.#timed += 1
    call.signal?.addEventListener('abort', onAbort)
  }

  take(call: Call): boolean {
    const entry = this.#open.get(call.id)
    if (!entry) return false
    this.#open.delete(call.id)
    if (call.hasDeadline) this.#timed -= 1
    call.signal?.removeEventListener('abort', entry.onAbort)
    return true
  }

  get(id: number): Call | undefined {
    return this.#open.get(id)?.call
  }

  all(): readonly Call[] {
    return [...this.#open.values()].map((entry) => entry.call)
  }
}

/** The page's `IcnRuntime`: each method of the list passes its call to the supervisor; events arrive here. */
import type { IcnRuntime, RuntimeEventName, RuntimeEvents } from '../protocol/api.ts'
import { METHODS, type MethodName } from '../protocol/methods.ts'
import { streams } from './streams.ts'
import type { Supervisor } from './supervisor.ts'

type Method = (...args: unknown[]) => Promise<unknown>

/** The runtime as the page holds it. Its events can be had through `on` or as an EventTarget (`CustomEvent.detail`). */
export type RuntimeClient = IcnRuntime & EventTarget

class Facade extends EventTarget {
  readonly #supervisor: Supervisor

  constructor(supervisor: Supervisor) {
    super()
    this.#supervisor = supervisor
    Object.assign(this, methods(supervisor))
  }

  on<E extends RuntimeEventName>(event: E, listener: (detail: RuntimeEvents[E]) => void): () => void {
    const heard = (heardEvent: Event) => listener((heardEvent as CustomEvent<RuntimeEvents[E]>).detail)
    this.addEventListener(event, heard)
    return () => this.removeEventListener(event, heard)
  }

  close(): Promise<void> {
    return this.#supervisor.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** `METHODS` is complete by the compiler's word (protocol/methods), which is what makes this cast true. */
export function createFacade(supervisor: Supervisor): RuntimeClient {
  return Object.freeze(new Facade(supervisor)) as unknown as RuntimeClient
}

function methods(supervisor: Supervisor): Record<string, Method | Record<string, Method>> {
  const top: Record<string, Method | Record<string, Method>> = {}
  for (const name of Object.keys(METHODS) as MethodName[]) {
    const [first, second] = name.split('.') as [string, string | undefined]
    const method: Method = (...args) => supervisor.call(name, args)
    if (second === undefined) top[first] = method
    else top[first] = { ...(top[first] as Record<string, Method> | undefined), [second]: method }
  }
  // The parts of streams are not for the page; it has the streams.
  delete top.transfers
  Object.assign(top.dag!, streams(supervisor.call.bind(supervisor)))
  for (const group of Object.values(top)) Object.freeze(group)
  return top
}

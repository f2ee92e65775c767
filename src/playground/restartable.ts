/**
 * The runtime as the screens hold it, while the runtime behind it may be closed and started again under other limits.
 * Calls made in between wait for the new one; listeners follow.
 */
import type { IcnRuntime, RuntimeEventName, RuntimeEvents } from '../index.ts'

export interface Restartable<O> {
  readonly runtime: IcnRuntime
  /** Closes the runtime and starts one with these options; the one before is started again when that fails. */
  restart(options: O): Promise<void>
}

type Method = (...args: unknown[]) => unknown
type Listener = (detail: never) => void

export async function restartable<O>(
  start: (options: O) => Promise<IcnRuntime>,
  first: O,
): Promise<Restartable<O>> {
  let options = first
  const started = await start(first)
  let current = Promise.resolve(started)
  const subscriptions = new Set<{ event: RuntimeEventName; listener: Listener; off: () => void }>()

  function subscribe(runtime: IcnRuntime): void {
    for (const each of subscriptions)
      each.off = runtime.on(each.event, each.listener as (detail: unknown) => void)
  }

  const passed = (path: readonly string[]): Method => {
    return async (...args) => {
      const runtime = await current
      const [last = ''] = path.slice(-1)
      const owner = (path.length > 1 ? Reflect.get(runtime, path[0] ?? '') : runtime) as Record<
        string,
        Method
      >
      return owner[last]?.(...args)
    }
  }

  function on<E extends RuntimeEventName>(
    event: E,
    listener: (detail: RuntimeEvents[E]) => void,
  ): () => void {
    const each = { event, listener: listener as Listener, off: () => {} }
    subscriptions.add(each)
    void current.then((runtime) => {
      if (subscriptions.has(each)) each.off = runtime.on(event, listener)
    })
    return () => {
      subscriptions.delete(each)
      each.off()
    }
  }

  // Every runtime has the same methods, so the first one tells what there is.
  const surface: Record<string, unknown> = { on }
  for (const [name, value] of Object.entries(started)) {
    if (typeof value === 'function') surface[name] = passed([name])
    else surface[name] = Object.fromEntries(Object.keys(value).map((inner) => [inner, passed([name, inner])]))
  }
  surface.close = passed(['close'])

  return {
    runtime: surface as unknown as IcnRuntime,
    restart(wanted) {
      const before = current
      const replaced = (async () => {
        await (await before).close()
        const fresh = await start(wanted)
        options = wanted
        return fresh
      })()
      current = replaced.catch(() => start(options))
      // Told to whoever calls next.
      current.catch(() => undefined)
      return current.then(async (runtime) => {
        subscribe(runtime)
        await replaced
      })
    },
  }
}

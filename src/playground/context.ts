/** What every panel is given. */
import type { IcnRuntime, RuntimeEventName, RuntimeEvents } from '../index.ts'
import type { Actions } from './actions.ts'
import type { Store, UiState } from './store.ts'

export interface Context {
  readonly runtime: IcnRuntime
  readonly did: string
  readonly store: Store<UiState>
  readonly actions: Actions
}

/** Listens until the panel goes. */
export function listen<E extends RuntimeEventName>(
  runtime: IcnRuntime,
  event: E,
  listener: (detail: RuntimeEvents[E]) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return
  signal.addEventListener('abort', runtime.on(event, listener))
}

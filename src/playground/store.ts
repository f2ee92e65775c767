/** What the screens share and what must outlive a change of screen: the chosen module, the run in progress, the balance. */
import type { ModuleInfo, RunProgress, RunResult, StoredReceipt } from '../index.ts'
import type { ManaOfRun } from './mana-of-run.ts'
import type { Sample } from './samples.ts'
import { DEFAULT_LIMITS, type Settings } from './settings.ts'

/** A module ready to run: its bytes, or the CID it is stored under. */
export interface Choice {
  readonly name: string
  readonly source: Uint8Array | string
  readonly info: ModuleInfo
  readonly sample?: Sample
  /** The source it was assembled from, when that was written here. */
  readonly text?: string
}

/** A source on its way to the editor. */
export interface Source {
  readonly name: string
  readonly text: string
}

/** What a run last told of itself: it changes in place, for whoever looks at it from time to time. */
export interface LiveRun {
  progress?: RunProgress
  /** By `performance.now()`. */
  toldAt: number
}

export type RunState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running'
      readonly name: string
      readonly startedAt: number
      readonly budget: bigint
      readonly live: LiveRun
      readonly abort: AbortController
    }
  | {
      readonly kind: 'done'
      readonly name: string
      readonly result: RunResult
      readonly budget: bigint
      /** Absent until it has been read back from the store. */
      readonly stored?: StoredReceipt
      readonly mana?: ManaOfRun
    }
  /** The newest receipt found at start, standing for the last run. */
  | { readonly kind: 'earlier'; readonly stored: StoredReceipt }
  | { readonly kind: 'failed'; readonly name: string; readonly error: unknown }

export interface UiState extends Settings {
  readonly samples: readonly Sample[]
  readonly samplesError: unknown
  readonly choice: Choice | null
  /** Why there is nothing to run, while the source in the editor cannot be assembled. */
  readonly unready: string | null
  /** Dropped, pasted or linked to; the editor takes it. */
  readonly incoming: Source | null
  /** Name of the module being read, while it is. */
  readonly choosing: string | null
  /** A module that was refused; the choice before it stands. */
  readonly refused: { readonly name: string; readonly error: unknown; readonly bytes?: Uint8Array } | null
  readonly entry: string
  /** As typed. */
  readonly fuel: string
  /** Count fuel by function and loop as well. */
  readonly profile: boolean
  readonly run: RunState
  readonly balance: bigint | null
  /** When regeneration was last due, ms since the epoch; the next time is one interval later. */
  readonly lastTick: number
  /** A tick by hand is on its way; it does not move the clock. */
  readonly regenerating: boolean
}

export interface Store<T> {
  get(): T
  set(patch: Partial<T>): void
  /** Calls at once and after each change of one of these keys, until the signal aborts. */
  watch(keys: readonly (keyof T)[], listener: (state: T) => void, signal?: AbortSignal): void
}

export function createStore<T extends object>(initial: T): Store<T> {
  let state = initial
  const watchers = new Set<{ keys: readonly (keyof T)[]; listener: (state: T) => void }>()
  return {
    get: () => state,
    set(patch) {
      const before = state
      state = { ...state, ...patch }
      for (const watcher of [...watchers])
        if (watcher.keys.some((key) => before[key] !== state[key])) watcher.listener(state)
    },
    watch(keys, listener, signal) {
      if (signal?.aborted) return
      const watcher = { keys, listener }
      watchers.add(watcher)
      signal?.addEventListener('abort', () => watchers.delete(watcher))
      listener(state)
    },
  }
}

export const INITIAL: UiState = {
  samples: [],
  samplesError: null,
  choice: null,
  unready: null,
  incoming: null,
  choosing: null,
  refused: null,
  entry: 'run',
  fuel: '1,000,000',
  limits: DEFAULT_LIMITS,
  rules: null,
  network: 'alone',
  profile: false,
  run: { kind: 'none' },
  balance: null,
  lastTick: Date.now(),
  regenerating: false,
}

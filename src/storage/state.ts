/**
 * The one door for state: rules run in order on one overlay, one packed record per commit, everybody answered after it is
 * durable. Another tab's commit is noticed by the commit itself, which adds record n+1 behind the record n it knows; the
 * rules then run again on the newer state. What this tab knows is in replica.ts, what a rule needs in rule.ts, what is
 * committed together in group.ts, who waits in commits.ts.
 */
import { IcnError } from '../common/errors.ts'
import { Commits } from './commits.ts'
import type { GroupLimits, Sealed } from './group.ts'
import { MATERIALISE_DEFAULTS, type MaterialiseOptions, Materialiser } from './materialise.ts'
import { Replica } from './replica.ts'
import { MOVED, runRule } from './rule.ts'
import { one, type Store } from './store.ts'
import type { CommitEvent, KeyHolder, StateStore, Transaction, TransactOptions } from './types.ts'

export interface StateOptions extends Partial<MaterialiseOptions>, Partial<GroupLimits> {
  /** Bytes of pages and large rows kept in memory, as packed; the rows unpacked from them come on top. */
  readonly cacheBytes?: number
}

/** What there is, for whoever watches over it. */
export interface StateFigures {
  readonly epoch: number
  /** Commits, rows and packed bytes that are in the log and not yet in the pages. */
  readonly lag: { readonly commits: number; readonly rows: number; readonly bytes: number }
  readonly runs: readonly {
    readonly level: number
    readonly rows: number
    readonly pages: number
    readonly bytes: number
  }[]
  /** Packed bytes in memory: the tail of the log, cached pages and large rows, and the runs' filters. */
  readonly memory: {
    readonly tail: number
    readonly cache: number
    readonly cacheLimit: number
    readonly filters: number
  }
  /** Why bringing the rows up to date failed last time, while it does. Nothing is lost by it. */
  readonly materialising: IcnError | undefined
}

export interface State extends StateStore {
  readonly keys: KeyHolder
  figures(): StateFigures
  /** Brings all rows up to date now. Never needed; for tests and for whoever wants the log short. */
  settle(): Promise<void>
}

const DEFAULTS: Required<StateOptions> = {
  cacheBytes: 16 * 1024 * 1024,
  maxMisses: 1024,
  sealMs: 30_000,
  ...MATERIALISE_DEFAULTS,
}

export async function openState(store: Store, options: StateOptions = {}): Promise<State> {
  const state = new DurableState(store, { ...DEFAULTS, ...options })
  await state.open()
  return state
}

class DurableState implements State {
  readonly #store: Store
  readonly #options: Required<StateOptions>
  readonly #replica: Replica
  readonly #materialiser: Materialiser
  readonly #commits: Commits
  readonly #unlisten: () => void
  #closed = false

  readonly keys: KeyHolder = {
    get: async (name) => {
      this.#mustBeOpen()
      const [values] = await this.#store.read([one('keys', name)])
      return values![0]
    },
    put: async (name, value) => {
      this.#mustBeOpen()
      if (await this.#store.write({ ops: [{ op: 'add', store: 'keys', key: name, value }] })) return value
      const [values] = await this.#store.read([one('keys', name)])
      return values![0]
    },
  }

  constructor(store: Store, options: Required<StateOptions>) {
    this.#store = store
    this.#options = options
    const replica = new Replica(store, options.cacheBytes, () => this.#materialiser.poke())
    this.#replica = replica
    this.#materialiser = new Materialiser(store, replica, replica.writer, options)
    this.#commits = new Commits(store, replica, this.#materialiser, options)
    this.#unlisten = store.listen((message) => {
      if (message.crowded) this.#commits.takeTurns()
      replica.heard(message)
    })
  }

  async open(): Promise<void> {
    await this.#replica.open()
    this.#materialiser.poke()
  }

  get epoch(): number {
    return this.#replica.epoch
  }

  transact<T>(
    change: (tx: Transaction) => T,
    seal?: (value: T) => Promise<(tx: Transaction) => void>,
    { durability }: TransactOptions = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#mustBeOpen()
      this.#commits.add({
        change,
        seal: seal as Sealed['seal'],
        relaxed: durability === 'relaxed',
        resolve: resolve as (value: unknown) => void,
        reject,
      })
    })
  }

  async read<T>(look: (tx: Transaction) => T): Promise<T> {
    this.#mustBeOpen()
    const outcome = await runRule(this.#replica, look, this.#options, undefined, () => {})
    if (outcome === MOVED) return this.read(look)
    if ('error' in outcome) throw outcome.error
    return outcome.value as T
  }

  subscribe(listener: (event: CommitEvent, origin: 'local' | 'remote') => void): () => void {
    const { listeners } = this.#replica
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /** Transactions already accepted are still committed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#unlisten()
    this.#replica.stop()
    await this.#commits.draining
    await this.#materialiser.stop()
    await this.#replica.idle()
    this.#replica.listeners.clear()
    await this.#store.close()
  }

  #mustBeOpen(): void {
    if (this.#closed) {
      throw new IcnError(
        'Closed',
        `The database "${this.#store.name}" was closed here. Open it again to go on.`,
      )
    }
  }

  settle(): Promise<void> {
    return this.#materialiser.settle()
  }

  figures(): StateFigures {
    const { epoch, tailRows, tailBytes, pages } = this.#replica
    const { runs, applied } = pages.manifest
    return {
      epoch,
      lag: { commits: epoch - applied, rows: tailRows, bytes: tailBytes },
      runs: runs.map(({ level, rows, pages, bytes }) => ({ level, rows, pages, bytes })),
      memory: {
        tail: tailBytes,
        cache: pages.bytes,
        cacheLimit: this.#options.cacheBytes,
        filters: pages.filterBytes,
      },
      materialising: this.#materialiser.lastFailure,
    }
  }
}

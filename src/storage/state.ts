/**
 * The one door for state: rules run in order on one overlay, one packed record per commit, everybody answered after it is
 * durable. Another tab's commit is noticed by the commit itself, which adds record n+1 behind the record n it knows; the
 * rules then run again on the newer state. Nothing is ever awaited while a database transaction is open.
 */
import { IcnError } from '../common/errors.ts'
import { measure } from '../common/measure.ts'
import type { Cell } from './cell.ts'
import type { Tail } from './compaction.ts'
import { damaged } from './frame.ts'
import { decodeManifest, type Manifest, manifestRead, randomId } from './manifest.ts'
import { MATERIALISE_DEFAULTS, type MaterialiseOptions, Materialiser } from './materialise.ts'
import { Overlay, type View } from './overlay.ts'
import { Pages, type Want } from './pages.ts'
import { type CommitRecord, decodeRecord, encodeRecord, type PackedEvent, packEvent } from './record.ts'
import { SortedMap } from './sorted-map.ts'
import { one, type Read, type Store } from './store.ts'
import type { CommitEvent, KeyHolder, StateStore, Transaction, TransactOptions } from './types.ts'

export interface StateOptions extends Partial<MaterialiseOptions> {
  /** Bytes of pages and large rows kept in memory, as packed; the rows unpacked from them come on top. */
  readonly cacheBytes?: number
  /** How often one rule may find something missing in memory and run again. */
  readonly maxMisses?: number
  /** How long a seal may take before its transaction is given up, so that it cannot hold up the others. */
  readonly sealMs?: number
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

/** Most transactions in one commit, how long its rules may take, and the packed size at which a commit is closed. */
const GROUP_COUNT = 512
const GROUP_MS = 100
const GROUP_BYTES = 2 * 1024 * 1024
/** Failures of unknown outcome (a lost connection) in a row after which a commit is given up. */
const MAX_FAILURES = 3
/** After a conflict, tabs take turns by a lock for this long. */
const CROWDED_MS = 1000
/** Said when a tab slept through more commits than the log keeps: what it shows must be read again. */
export const RESYNC_EVENT = 'storage:resync'

interface Waiting {
  readonly change: (tx: Transaction) => unknown
  readonly seal: ((tx: Transaction, value: unknown) => Promise<void>) | undefined
  readonly relaxed: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The state moved while a group was being run: everything in it runs again. */
const MOVED = Symbol('moved')

export async function openState(store: Store, options: StateOptions = {}): Promise<State> {
  const state = new DurableState(store, { ...DEFAULTS, ...options })
  await state.open()
  return state
}

class DurableState implements State, View, Tail {
  readonly #store: Store
  readonly #options: Required<StateOptions>
  readonly #writer = randomId()
  readonly #listeners = new Set<(event: CommitEvent, origin: 'local' | 'remote') => void>()
  readonly #unlisten: () => void
  #waiting: Waiting[] = []
  #draining: Promise<void> | undefined
  #inFlight: Promise<unknown> | undefined
  #catchingUp: Promise<void> | undefined
  #nextCatchUp: Promise<void> | undefined
  #crowdedUntil = 0
  #failures = 0
  readonly #materialiser: Materialiser
  /** Large values overwritten before they reached a run: they go when the tail is worked off. */
  #shadowed: { readonly id: number; readonly epoch: number }[] = []
  tailBytes = 0
  #closed = false

  epoch = -1
  readonly tail = new SortedMap<Cell>()
  pages!: Pages

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
    this.#materialiser = new Materialiser(store, this, this.#writer, options)
    this.#unlisten = store.listen((message) => {
      if (message.crowded) this.#crowdedUntil = Date.now() + CROWDED_MS
      const news = message.epoch > this.epoch || (message.manifest ?? 0) > this.pages.manifest.version
      if (news) this.#catchUp().catch(() => {})
    })
  }

  /** Reads the manifest and the log behind it: a bounded amount, however much is stored. */
  async open(): Promise<void> {
    const [[manifest]] = (await this.#store.read([manifestRead])) as [readonly unknown[]]
    this.pages = new Pages(decodeManifest(manifest), this.#options.cacheBytes)
    this.epoch = this.pages.manifest.applied
    await this.#fetch([])
    this.#materialiser.poke()
  }

  transact<T>(
    change: (tx: Transaction) => T,
    seal?: (tx: Transaction, value: T) => Promise<void>,
    { durability }: TransactOptions = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#mustBeOpen()
      this.#waiting.push({
        change,
        seal: seal as Waiting['seal'],
        relaxed: durability === 'relaxed',
        resolve: resolve as (value: unknown) => void,
        reject,
      })
      this.#draining ??= this.#drain()
    })
  }

  async read<T>(look: (tx: Transaction) => T): Promise<T> {
    this.#mustBeOpen()
    const outcome = await this.#run(look, undefined, undefined, () => {})
    if (outcome === MOVED) return this.read(look)
    if ('error' in outcome) throw outcome.error
    return outcome.value as T
  }

  subscribe(listener: (event: CommitEvent, origin: 'local' | 'remote') => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Transactions already accepted are still committed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#unlisten()
    await this.#draining
    await this.#materialiser.stop()
    await (this.#nextCatchUp ?? this.#catchingUp)?.catch(() => {})
    this.#listeners.clear()
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

  async #drain(): Promise<void> {
    // The first caller of an idle store is joined by those of the same turn.
    await null
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_COUNT)
      try {
        await this.#materialiser.pressure()
        if (Date.now() < this.#crowdedUntil) {
          await this.#store.lock('turn', async () => {
            await this.#catchUp()
            await this.#commit(group)
          })
        } else {
          await this.#commit(group)
        }
      } catch (error) {
        for (const waiting of group) waiting.reject(error)
      }
    }
    // In the same turn as the last look at the queue: who comes later starts a new drain.
    this.#draining = undefined
  }

  /** Runs and commits a group once; whatever is not settled by that goes back to the head of the queue. */
  async #commit(group: Waiting[]): Promise<void> {
    const before = this.epoch
    const overlay = new SortedMap<Cell>()
    const events: PackedEvent[] = []
    const outcomes = await this.#runGroup(group, overlay, events)
    if (outcomes === MOVED) return this.#again(group)
    if (group.length > outcomes.length) this.#waiting.unshift(...group.splice(outcomes.length))
    if (overlay.size > 0 || events.length > 0) {
      let landed = false
      const measured = measure('commit')
      try {
        landed = await this.#append(
          overlay,
          events,
          group.every(({ relaxed }) => relaxed),
        )
      } catch (error) {
        if (!isInterruption(error) || ++this.#failures > MAX_FAILURES) throw error
      } finally {
        measured()
      }
      // A commit whose end was not told may have been made all the same: the log knows.
      if (!landed && this.#failures > 0) landed = await this.#landedUntold(before)
      if (!landed) return this.#again(group)
      this.#failures = 0
    }
    group.forEach((waiting, i) => {
      const outcome = outcomes[i]!
      if ('error' in outcome) waiting.reject(outcome.error)
      else waiting.resolve(outcome.value)
    })
  }

  /** Another tab was in between: tell everyone to take turns, and run the group on the newer state. */
  async #again(group: Waiting[]): Promise<void> {
    this.#waiting.unshift(...group.splice(0))
    this.#crowdedUntil = Date.now() + CROWDED_MS
    this.#store.announce({ epoch: this.epoch, crowded: true })
    await this.#catchUp()
  }

  async #runGroup(
    group: readonly Waiting[],
    overlay: SortedMap<Cell>,
    events: PackedEvent[],
  ): Promise<Outcome[] | typeof MOVED> {
    const { epoch } = this
    const outcomes: Outcome[] = []
    let bytes = 0
    const began = performance.now()
    for (const { change, seal } of group) {
      const outcome = await this.#run(change, seal, overlay, (run) => {
        // Everything that can be refused is packed first: a refused row takes only its own transaction down.
        let size = 0
        for (const [key, cell] of run.writes.entries()) size += key.length + cell.seal()
        const said = run.events.map(packEvent)
        for (const [key, cell] of run.writes.entries()) overlay.set(key, cell)
        events.push(...said)
        bytes += size
      })
      if (outcome === MOVED || this.epoch !== epoch) return MOVED
      outcomes.push(outcome)
      if (bytes >= GROUP_BYTES || performance.now() - began >= GROUP_MS) break
    }
    return outcomes
  }

  /** One rule until it has all it needs. `below` undefined: a read. */
  async #run(
    change: (tx: Transaction) => unknown,
    seal: Waiting['seal'],
    below: SortedMap<Cell> | undefined,
    accept: (run: Overlay) => void,
  ): Promise<Outcome | typeof MOVED> {
    const holder = {}
    let asked = ''
    this.pages.hold(holder)
    try {
      for (let misses = 0; misses <= this.#options.maxMisses; misses++) {
        const { epoch } = this
        const run = new Overlay(this, below)
        try {
          const value = change(run)
          if (seal && !run.isVoid) await this.#sealInTime(seal(run, value))
          if (!run.isVoid) {
            accept(run)
            return { value }
          }
        } catch (error) {
          if (!run.isVoid) return { error }
        } finally {
          run.end()
        }
        try {
          if (run.wants.length > 0) {
            // Asked for again although nothing has moved: it is not where the manifest says.
            const asking = `${epoch} ${this.manifest.version} ${nameOf(run.wants[0]!)}`
            if (asking === asked) throw damaged(nameOf(run.wants[0]!), 'is missing')
            asked = asking
            await this.#fetch(run.wants)
            this.#fetchFilters()
          }
        } catch (error) {
          return { error }
        }
        if (this.epoch !== epoch && below) return MOVED
      }
      const { maxMisses } = this.#options
      const error = new IcnError(
        'ResourceLimitExceeded',
        `A rule asked ${maxMisses} times for rows that were not in memory and was given up. Read fewer rows in one transaction, or list them.`,
        { data: { reason: 'tooManyMisses', limit: maxMisses } },
      )
      return { error }
    } finally {
      this.pages.release(holder)
    }
  }

  async #sealInTime(sealing: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const { sealMs } = this.#options
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new IcnError(
            'ExecutionTimeout',
            `A transaction's seal took longer than ${sealMs} ms and was given up.`,
            {
              data: { reason: 'seal', limit: sealMs },
            },
          ),
        )
      }, sealMs)
    })
    try {
      await Promise.race([sealing, deadline])
    } finally {
      clearTimeout(timer)
    }
  }

  /** False when another tab was first. */
  async #append(
    overlay: SortedMap<Cell>,
    events: readonly PackedEvent[],
    relaxed: boolean,
  ): Promise<boolean> {
    const { epoch } = this
    const record = encodeRecord(epoch + 1, this.#writer, overlay.entries(), overlay.size, events)
    const writing = this.#store.write({
      // The newest record is never deleted: while ours is there and the next is free, nobody was in between.
      reads: [{ ...one('log', epoch), keys: true }],
      check: ([own]) => own!.length === 1,
      ops: [{ op: 'add', store: 'log', key: epoch + 1, value: record.frame }, ...record.large],
      durability: relaxed ? 'relaxed' : 'strict',
    })
    this.#inFlight = writing.catch(() => {})
    try {
      if (!(await writing)) return false
    } finally {
      this.#inFlight = undefined
    }
    for (const [cell, id, length] of record.aside) cell.setAside({ id, length })
    this.#advance({
      epoch: epoch + 1,
      writer: this.#writer,
      cells: overlay.entries(),
      events: events.map(({ event }) => event),
    })
    this.#store.announce({ epoch: this.epoch })
    return true
  }

  async #landedUntold(before: number): Promise<boolean> {
    const [records] = await this.#store.read([one('log', before + 1)])
    if (records!.length === 0 || decodeRecord(records![0]).writer !== this.#writer) return false
    await this.#catchUp()
    return true
  }

  /** Takes one commit into the view and tells the listeners. */
  #advance(record: CommitRecord): void {
    for (const [key, cell] of record.cells) {
      cell.epoch = record.epoch
      const old = this.tail.get(key)
      if (old?.large) this.#shadowed.push({ id: old.large.id, epoch: record.epoch })
      this.tailBytes += weigh(key, cell) - (old ? weigh(key, old) : 0)
      this.tail.set(key, cell)
    }
    this.epoch = record.epoch
    const origin = record.writer === this.#writer ? 'local' : 'remote'
    for (const event of record.events) this.#publish(event, origin)
    this.#materialiser.poke()
  }

  #publish(event: CommitEvent, origin: 'local' | 'remote'): void {
    for (const listener of this.#listeners) {
      try {
        listener(event, origin)
      } catch (error) {
        // A listener's failure is its own; the commit stands.
        if (typeof reportError === 'function') reportError(error)
        else console.error(error)
      }
    }
  }

  /** Reads what other tabs committed. A call made while that is under way waits for the next look, shared by all. */
  #catchUp(): Promise<void> {
    if (this.#catchingUp) {
      this.#nextCatchUp ??= this.#catchingUp
        .catch(() => {})
        .then(() => {
          this.#nextCatchUp = undefined
          return this.#catchUp()
        })
      return this.#nextCatchUp
    }
    this.#catchingUp = this.#fetch([]).finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  /**
   * One atomic look at the disk: the manifest, the commits this tab has not seen, and the pages asked for. So a row is
   * never from another state than the epoch says.
   */
  async #fetch(wants: readonly Want[]): Promise<void> {
    const { epoch } = this
    const fetches = this.pages.fetches(wants)
    const news: Read = { store: 'log', range: { after: epoch }, limit: Number.POSITIVE_INFINITY }
    const own: Read = { ...one('log', epoch), keys: true }
    const reads = [manifestRead, own, news, ...fetches.map((fetch) => fetch.read)]
    const [manifests, owns, records, ...answers] = await this.#store.read(reads)
    // What was read may hold a commit of ours whose completion has not been told yet: it speaks first.
    await this.#inFlight
    const manifest = decodeManifest(manifests![0])
    const fresh = records!.map(decodeRecord)
    const newest = fresh.at(-1)?.epoch ?? (owns!.length > 0 ? epoch : -1)
    if (newest < epoch) throw cleared(this.#store.name, epoch)
    if (manifest.applied > newest) {
      throw damaged('manifest', `speaks of commit ${manifest.applied} where the log ends at ${newest}`)
    }
    const gap = fresh.length > 0 && fresh[0]!.epoch > epoch + 1
    if (gap && manifest.applied > this.epoch) this.#resync(manifest.applied)
    for (const record of fresh) {
      if (record.epoch <= this.epoch) continue
      if (record.epoch !== this.epoch + 1) throw damaged('log', `lacks commit ${this.epoch + 1}`)
      this.#advance(record)
    }
    if (manifest.version > this.pages.manifest.version) {
      this.pages.adopt(manifest)
      this.#dropTail(manifest.applied)
    }
    fetches.forEach((fetch, i) => {
      fetch.accept(answers[i]!)
    })
  }

  /** Forgets the part of the tail that the pages now hold. */
  #dropTail(applied: number): void {
    this.tail.retain((cell) => cell.epoch > applied)
    this.#shadowed = this.#shadowed.filter(({ epoch }) => epoch > applied)
    this.tailBytes = 0
    for (const [key, cell] of this.tail.entries()) this.tailBytes += weigh(key, cell)
  }

  get manifest(): Manifest {
    return this.pages.manifest
  }

  get tailRows(): number {
    return this.tail.size
  }

  snapshot(): { cells: (readonly [string, Cell])[]; shadowed: number[] } {
    return {
      cells: this.tail.keys().map((key) => [key, this.tail.get(key)!] as const),
      shadowed: this.#shadowed.map(({ id }) => id),
    }
  }

  async refresh(written?: { run: number; frames: readonly Uint8Array[] }): Promise<void> {
    await this.#catchUp()
    if (written) this.pages.seed(written.run, written.frames)
  }

  settle(): Promise<void> {
    return this.#materialiser.settle()
  }

  figures(): StateFigures {
    const { runs, applied } = this.manifest
    return {
      epoch: this.epoch,
      lag: { commits: this.epoch - applied, rows: this.tail.size, bytes: this.tailBytes },
      runs: runs.map(({ level, rows, pages, bytes }) => ({ level, rows, pages, bytes })),
      memory: {
        tail: this.tailBytes,
        cache: this.pages.bytes,
        cacheLimit: this.#options.cacheBytes,
        filters: this.pages.filterBytes,
      },
      materialising: this.#materialiser.lastFailure,
    }
  }

  /** In the background: a filter makes later answers faster and no answer different. */
  #fetchFilters(): void {
    if (this.#closed) return
    const wants = this.pages.takeMissedFilters()
    if (wants.length > 0) this.#fetch(wants).catch(() => {})
  }

  /** The log no longer reaches back to what this tab knew: begin again from the pages. */
  #resync(applied: number): void {
    const detail = { from: this.epoch, to: applied }
    this.#dropTail(applied)
    this.epoch = applied
    this.#publish({ type: RESYNC_EVENT, detail }, 'remote')
  }
}

function nameOf(want: Want): string {
  if (want.kind === 'large') return `large row ${JSON.stringify(want.key)}`
  if (want.kind === 'filter') return `filter of run ${want.run.id}`
  const { kind, run } = want
  return `page of run ${run.id} ${kind === 'page' ? `from ${JSON.stringify(want.from)}` : `up to ${JSON.stringify(want.to)}`}`
}

/** What a cell of the tail takes in memory, about. */
function weigh(key: string, cell: Cell): number {
  return key.length + (cell.bytes?.length ?? 16)
}

function isInterruption(error: unknown): boolean {
  return IcnError.is(error, 'StorageUnavailable') && error.data.reason === 'interrupted'
}

function cleared(name: string, epoch: number): IcnError {
  return new IcnError(
    'StorageUnavailable',
    `The database "${name}" no longer holds commit ${epoch}, which this page has seen: the site's data was cleared while the page was open. Reload the page to start anew, or restore from an export.`,
    { data: { reason: 'cleared', database: name, epoch } },
  )
}

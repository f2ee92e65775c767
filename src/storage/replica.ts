/**
 * The database as this tab knows it: the pages and, over them, the log's tail up to one epoch. Other tabs' commits are
 * read into it, this tab's are appended to the log. Nothing is ever awaited while a database transaction is open.
 */
import { IcnError } from '../common/errors.ts'
import type { Cell } from './cell.ts'
import type { Tail } from './compaction.ts'
import { damaged } from './frame.ts'
import { decodeManifest, type Manifest, manifestRead, randomId } from './manifest.ts'
import type { View } from './overlay.ts'
import { Pages, type Want, type Written } from './pages.ts'
import { type CommitRecord, decodeRecord, encodeRecord, type PackedEvent } from './record.ts'
import { SortedMap } from './sorted-map.ts'
import { type Announcement, one, type Read, type Store } from './store.ts'
import type { CommitEvent } from './types.ts'

/** Said when a tab slept through more commits than the log keeps: what it shows must be read again. */
export const RESYNC_EVENT = 'storage:resync'

export class Replica implements View, Tail {
  readonly writer = randomId()
  readonly listeners = new Set<(event: CommitEvent, origin: 'local' | 'remote') => void>()
  readonly #store: Store
  readonly #cacheBytes: number
  readonly #advanced: () => void
  #inFlight: Promise<unknown> | undefined
  #catchingUp: Promise<void> | undefined
  #nextCatchUp: Promise<void> | undefined
  /** Large values overwritten before they reached a run: they go when the tail is worked off. */
  #shadowed: { readonly id: number; readonly epoch: number }[] = []
  #stopped = false
  tailBytes = 0

  epoch = -1
  readonly tail = new SortedMap<Cell>()
  pages!: Pages

  /** @param advanced called for every commit that is taken in */
  constructor(store: Store, cacheBytes: number, advanced: () => void) {
    this.#store = store
    this.#cacheBytes = cacheBytes
    this.#advanced = advanced
  }

  /** Reads the manifest and the log behind it: a bounded amount, however much is stored. */
  async open(): Promise<void> {
    const [[manifest]] = (await this.#store.read([manifestRead])) as [readonly unknown[]]
    this.pages = new Pages(decodeManifest(manifest), this.#cacheBytes)
    this.epoch = this.pages.manifest.applied
    await this.fetch([])
  }

  /** Looks for what another tab speaks of, unless it is known. */
  heard({ epoch, manifest = 0 }: Announcement): void {
    if (epoch > this.epoch || manifest > this.manifest.version) this.catchUp().catch(() => {})
  }

  /** No filter is asked for any longer. */
  stop(): void {
    this.#stopped = true
  }

  /** Until nothing is being read that was asked for by `catchUp`. */
  async idle(): Promise<void> {
    await (this.#nextCatchUp ?? this.#catchingUp)?.catch(() => {})
  }

  /** False when another tab was first. */
  async append(overlay: SortedMap<Cell>, events: readonly PackedEvent[], relaxed: boolean): Promise<boolean> {
    const { epoch, writer } = this
    const record = encodeRecord(epoch + 1, writer, overlay.entries(), overlay.size, events)
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
      writer,
      cells: overlay.entries(),
      events: events.map(({ event }) => event),
    })
    this.#store.announce({ epoch: this.epoch })
    return true
  }

  /** Whether the commit after `before`, whose end was not told, was made by this tab all the same. */
  async landedUntold(before: number): Promise<boolean> {
    const [records] = await this.#store.read([one('log', before + 1)])
    if (records!.length === 0 || decodeRecord(records![0]).writer !== this.writer) return false
    await this.catchUp()
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
    const origin = record.writer === this.writer ? 'local' : 'remote'
    for (const event of record.events) this.#publish(event, origin)
    this.#advanced()
  }

  #publish(event: CommitEvent, origin: 'local' | 'remote'): void {
    for (const listener of this.listeners) {
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
  catchUp(): Promise<void> {
    if (this.#catchingUp) {
      this.#nextCatchUp ??= this.#catchingUp
        .catch(() => {})
        .then(() => {
          this.#nextCatchUp = undefined
          return this.catchUp()
        })
      return this.#nextCatchUp
    }
    this.#catchingUp = this.fetch([]).finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  /**
   * One atomic look at the disk: the manifest, the commits this tab has not seen, and the pages asked for. So a row is
   * never from another state than the epoch says.
   */
  async fetch(wants: readonly Want[]): Promise<void> {
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

  /** In the background: a filter makes later answers faster and no answer different. */
  fetchFilters(): void {
    if (this.#stopped) return
    const wants = this.pages.takeMissedFilters()
    if (wants.length > 0) this.fetch(wants).catch(() => {})
  }

  /** Forgets the part of the tail that the pages now hold. */
  #dropTail(applied: number): void {
    this.tail.retain((cell) => cell.epoch > applied)
    this.#shadowed = this.#shadowed.filter(({ epoch }) => epoch > applied)
    this.tailBytes = 0
    for (const [key, cell] of this.tail.entries()) this.tailBytes += weigh(key, cell)
  }

  /** The log no longer reaches back to what this tab knew: begin again from the pages. */
  #resync(applied: number): void {
    const detail = { from: this.epoch, to: applied }
    this.#dropTail(applied)
    this.epoch = applied
    this.#publish({ type: RESYNC_EVENT, detail }, 'remote')
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

  async refresh(written?: Written): Promise<void> {
    await this.catchUp()
    if (written) this.pages.seed(written)
  }
}

/** What a cell of the tail takes in memory, about. */
function weigh(key: string, cell: Cell): number {
  return key.length + (cell.bytes?.length ?? 16)
}

function cleared(name: string, epoch: number): IcnError {
  return new IcnError(
    'StorageUnavailable',
    `The database "${name}" no longer holds commit ${epoch}, which this page has seen: the site's data was cleared while the page was open. Reload the page to start anew, or restore from an export.`,
    { data: { reason: 'cleared', database: name, epoch } },
  )
}

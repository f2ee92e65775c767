/**
 * The work behind the log, in small steps: its tail becomes a sorted run of pages, runs of one size become one of the
 * next, and what nobody refers to is deleted. What makes it safe in any tab is that every step checks the manifest it
 * was planned on, in the transaction that takes the step. Loaded when it is first due (materialise.ts).
 */
import type { Cell } from './cell.ts'
import { FilterBuilder } from './filter-builder.ts'
import {
  crowdedLevel,
  decodeManifest,
  type Manifest,
  manifestRead,
  type PendingRun,
  putManifest,
  type Run,
} from './manifest.ts'
import { dropLarge, Merge, type MergeOptions } from './merge.ts'
import { PageBuilder } from './page-builder.ts'
import type { Written } from './pages.ts'
import type { Batch, Op, Store } from './store.ts'

/** Commits that stay in the log after they are worked off, so that a tab a little behind still hears their events. */
const KEPT_COMMITS = 32
/** A flush writes some 64 pages, a step 16, and a row is moved three or four times on its way to a million. */
const MERGE_STEPS_PER_FLUSH = 16

/** What it needs of the state: to know it, and to have it brought up to date. */
export interface Tail {
  readonly manifest: Manifest
  readonly epoch: number
  readonly tailBytes: number
  readonly tailRows: number
  /** The tail in key order, and the large values overwritten within it. */
  snapshot(): { readonly cells: readonly (readonly [string, Cell])[]; readonly shadowed: readonly number[] }
  /** Reads manifest and log; `frames` are pages just written, for the cache. */
  refresh(written?: Written): Promise<void>
}

export interface CompactionOptions extends MergeOptions {
  /** Runs of one size that are merged into one. */
  readonly fanout: number
}

/** Who asked for the work. */
export interface Client {
  readonly stopped: boolean
  readonly flushIsDue: boolean
  flushed(): void
}

export class Compaction {
  readonly #store: Store
  readonly #tail: Tail
  readonly #owner: string
  readonly #options: CompactionOptions
  readonly #client: Client
  #merge: Merge | undefined

  constructor(store: Store, tail: Tail, owner: string, options: CompactionOptions, client: Client) {
    this.#store = store
    this.#tail = tail
    this.#owner = owner
    this.#options = options
    this.#client = client
  }

  /** Until nothing is due. @param all as if a flush were due at the beginning */
  async work(all: boolean): Promise<void> {
    try {
      await this.#work(all)
    } catch (error) {
      if (!(error instanceof TakenOver)) throw error
    }
  }

  async #work(all: boolean): Promise<void> {
    await this.#tail.refresh()
    await this.#takeOver()
    let flushAll = all
    let mergeSteps = 0
    while (!this.#client.stopped) {
      const flushIsDue =
        this.#client.flushIsDue || (flushAll && this.#tail.epoch > this.#tail.manifest.applied)
      // Under steady load a flush is always due. Merging must not starve, or reads would have ever more runs to ask; so
      // each flush is followed by as many steps as its rows will cost on their way down.
      if (flushIsDue && mergeSteps === 0) {
        flushAll = false
        await this.#flush()
        this.#client.flushed()
        mergeSteps = MERGE_STEPS_PER_FLUSH
      } else if ((await this.#mergeStep()) || (await this.#discardStep())) {
        mergeSteps = Math.max(0, mergeSteps - 1)
      } else if (flushIsDue) {
        mergeSteps = 0
      } else {
        return
      }
    }
  }

  /** A run out of the log's tail; the log behind it goes. */
  async #flush(): Promise<void> {
    const id = await this.#reserve([])
    const { epoch, manifest: before } = this.#tail
    const { cells, shadowed } = this.#tail.snapshot()
    const keepDeleted = before.runs.length > 0
    const builder = new PageBuilder(id, this.#options.pageBytes)
    const filter = FilterBuilder.forKeys(id, cells.length)
    const frames: Uint8Array[] = []
    let slice: Op[] = []
    let run: Run = { id, level: 0, first: '', last: '', rows: 0, pages: 0, bytes: 0, filter: 0 }
    const closePage = (): void => {
      const { first, last, rows, frame } = builder.take()
      slice.push({ op: 'put', store: 'pages', key: [id, last], value: frame })
      frames.push(frame)
      run = {
        ...run,
        first: run.pages === 0 ? first : run.first,
        last,
        rows: run.rows + rows,
        pages: run.pages + 1,
        bytes: run.bytes + frame.length,
      }
    }
    for (const [key, cell] of cells) {
      if (cell.isDeleted && !keepDeleted) continue
      builder.add(key, cell)
      filter.add(key)
      if (builder.isFull) closePage()
      if (slice.length < this.#options.slicePages) continue
      await this.#writePending(id, slice)
      slice = []
    }
    if (!builder.isEmpty) closePage()
    const encoded = filter.encode()
    if (run.pages > 0) {
      slice.push({ op: 'put', store: 'filters', key: id, value: encoded })
      run = { ...run, filter: filter.bytes }
    }
    if (slice.length > 0) await this.#writePending(id, slice)
    const { manifest } = this.#tail
    // The tail was taken on top of these rows and of no others.
    if (manifest.applied !== before.applied) throw new TakenOver()
    await this.#swap(
      {
        ...manifest,
        applied: epoch,
        runs: run.pages > 0 ? [run, ...manifest.runs] : manifest.runs,
        pending: manifest.pending.filter((pending) => pending.id !== id),
      },
      [{ op: 'delete', store: 'log', range: { to: epoch - KEPT_COMMITS } }, ...shadowed.map(dropLarge)],
    )
    await this.#tail.refresh(run.pages > 0 ? { run, frames, filter: encoded } : undefined)
  }

  /** True when there was something to do. */
  async #mergeStep(): Promise<boolean> {
    this.#merge ??= await this.#planMerge()
    const merge = this.#merge
    if (!merge) return false
    const ops = await merge.next()
    if (ops) {
      await this.#writePending(merge.pending.id, ops)
      return true
    }
    const { manifest } = this.#tail
    const inputs = new Set(merge.pending.inputs)
    if (!manifest.pending.some(({ id, owner }) => id === merge.pending.id && owner === this.#owner))
      throw new TakenOver()
    const output = merge.result(merge.inputs[0]!.level + 1)
    const runs = manifest.runs.flatMap((run) =>
      inputs.has(run.id) ? (run.id === merge.pending.inputs[0] && output ? [output] : []) : [run],
    )
    await this.#swap({
      ...manifest,
      runs,
      pending: manifest.pending.filter((pending) => pending.id !== merge.pending.id),
      garbage: [...manifest.garbage, ...inputs],
    })
    this.#merge = undefined
    await this.#tail.refresh()
    return true
  }

  /** A merge left unfinished, or the newest level that has grown too wide. */
  async #planMerge(): Promise<Merge | undefined> {
    const { manifest } = this.#tail
    const begin = (pending: PendingRun): Promise<Merge> => {
      const inputs = manifest.runs.filter((run) => pending.inputs.includes(run.id))
      const oldest = manifest.runs.at(-1)!.id
      const keepDeleted = !pending.inputs.includes(oldest)
      return Merge.begin(this.#store, pending, inputs, keepDeleted, this.#options)
    }
    const unfinished = manifest.pending.find((pending) => pending.inputs.length > 0)
    if (unfinished) return begin(unfinished)
    const inputs = crowdedLevel(manifest.runs, this.#options.fanout)?.map((run) => run.id)
    return inputs && begin({ id: await this.#reserve(inputs), inputs, owner: this.#owner })
  }

  /** Deletes a slice of a run nobody refers to. */
  async #discardStep(): Promise<boolean> {
    const id = this.#tail.manifest.garbage[0]
    if (id === undefined) return false
    const from = [id, ''] as const
    const range = { from, before: [id + 1, ''] as const }
    const [keys] = await this.#store.read([
      { store: 'pages', range, limit: this.#options.slicePages * 4, keys: true },
    ])
    if (keys!.length > 0) {
      const to = keys!.at(-1) as [number, string]
      await this.#store.write({
        ops: [{ op: 'delete', store: 'pages', range: { from, to } }],
        durability: 'relaxed',
      })
      return true
    }
    const { manifest } = this.#tail
    await this.#swap({ ...manifest, garbage: manifest.garbage.filter((run) => run !== id) }, [
      { op: 'delete', store: 'filters', range: { from: id, to: id } },
    ])
    await this.#tail.refresh()
    return true
  }

  /** What somebody began and did not live to finish: merges whose inputs are still there change hands, the rest goes. */
  async #takeOver(): Promise<void> {
    const { manifest } = this.#tail
    if (manifest.pending.length === 0) return
    const runs = new Set(manifest.runs.map((run) => run.id))
    const canGoOn = ({ inputs }: PendingRun): boolean =>
      inputs.length > 0 && inputs.every((input) => runs.has(input))
    await this.#swap({
      ...manifest,
      pending: manifest.pending.filter(canGoOn).map((pending) => ({ ...pending, owner: this.#owner })),
      garbage: [
        ...manifest.garbage,
        ...manifest.pending.filter((pending) => !canGoOn(pending)).map(({ id }) => id),
      ],
    })
    await this.#tail.refresh()
  }

  /** A number for a new run, entered as pending: its pages are safe from being discarded until somebody takes over. */
  async #reserve(inputs: readonly number[]): Promise<number> {
    const { manifest } = this.#tail
    const id = manifest.nextRun
    await this.#swap(
      { ...manifest, nextRun: id + 1, pending: [...manifest.pending, { id, inputs, owner: this.#owner }] },
      [],
      'relaxed',
    )
    await this.#tail.refresh()
    return id
  }

  async #writePending(id: number, ops: readonly Op[]): Promise<void> {
    const written = await this.#store.write({
      reads: [manifestRead],
      check: ([manifest]) =>
        decodeManifest(manifest![0]).pending.some(
          (pending) => pending.id === id && pending.owner === this.#owner,
        ),
      ops,
      durability: 'relaxed',
    })
    if (!written) throw new TakenOver()
  }

  /** The manifest in its next version, if it is still the one that `next` was made from. */
  async #swap(
    next: Manifest,
    ops: readonly Op[] = [],
    durability: Batch['durability'] = 'strict',
  ): Promise<void> {
    const written = await this.#store.write({
      reads: [manifestRead],
      check: ([manifest]) => decodeManifest(manifest![0]).version === next.version,
      ops: [putManifest({ ...next, version: next.version + 1 }), ...ops],
      durability,
    })
    if (!written) throw new TakenOver()
    this.#store.announce({ epoch: this.#tail.epoch, manifest: next.version + 1 })
  }
}

/** Another tab does the work (the lock is only advice): stop, there is nothing to repair. */
class TakenOver extends Error {
  override readonly name = 'TakenOver'
}

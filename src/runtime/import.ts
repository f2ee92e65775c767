/**
 * An export taken in (docs/export-format.md). The whole file is read and checked before anything of it counts: a small
 * one is then committed at once; a large one waits in tables of its own, and the commit that accepts it also says that
 * its blocks are to be put, which goes on after a crash. A refused file leaves nothing behind.
 */
import { fromUtf8 } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock } from '../dag/block.ts'
import { putBlock, sameBlock } from '../dag/blocks.ts'
import { BLOCKS, type BlockRow, toRow } from '../dag/rows.ts'
import { decodeBlock } from '../dag/transfer/block-record.ts'
import { badExport, type FileRecord, FrameReader } from '../dag/transfer/frames.ts'
import type { ImportProgress, ImportResult } from '../protocol/api.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import { finishImports, StagedBlocks } from './import-staging.ts'
import { IncomingState } from './import-state.ts'
import { isUnused, replaceState } from './restore.ts'

/** What is committed in one go; a file with more is staged. */
const AT_ONCE = { blocks: 256, bytes: 2 * 1024 * 1024, links: 4_096 } as const
const SLICE_MS = 10

export interface ImportOptions {
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** @param remember told each module CID of the file once its block is stored */
export function importDatabase(
  context: RuntimeContext,
  stream: ReadableStream<Uint8Array>,
  remember: (cid: string) => Promise<unknown>,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { signal } = options
  // The wait for our turn can be given up; once it has come, the import itself hears the signal and cleans up.
  const waiting = new AbortController()
  const giveUp = () =>
    waiting.abort(new IcnError('Aborted', 'The import was aborted while another one was under way.'))
  signal?.addEventListener('abort', giveUp)
  const turn = async (): Promise<ImportResult> => {
    signal?.removeEventListener('abort', giveUp)
    await finishImports(context)
    const importer = new Importer(context, options)
    const result = await importer.run(stream)
    for (const cid of importer.modules) await remember(cid).catch(() => {})
    return result
  }
  return context.runExclusive('import', turn, waiting.signal)
}

class Importer {
  readonly #context: RuntimeContext
  readonly #options: ImportOptions
  readonly #staged: StagedBlocks
  /** Blocks that are not staged yet, with the place of each in the file. */
  #pending: { readonly block: DagBlock; readonly offset: number }[] = []
  #pendingBytes = 0
  #pendingLinks = 0
  readonly #pendingByCid = new Map<string, DagBlock>()
  #state: IncomingState | undefined
  readonly #counts = { blocks: 0, known: 0 }
  #reader!: FrameReader

  constructor(context: RuntimeContext, options: ImportOptions) {
    this.#context = context
    this.#options = options
    this.#staged = new StagedBlocks(context)
  }

  get modules(): readonly string[] {
    return this.#state?.modules ?? []
  }

  async run(stream: ReadableStream<Uint8Array>): Promise<ImportResult> {
    const source = stream.getReader()
    const { signal } = this.#options
    const giveUp =
      signal &&
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(this.#aborted()), { once: true })
      })
    giveUp?.catch(() => {})
    this.#reader = new FrameReader(async () => {
      if (signal?.aborted) throw this.#aborted()
      const reading = source.read()
      const { done, value } = await (giveUp ? Promise.race([reading, giveUp]) : reading)
      if (done) return undefined
      if (value instanceof Uint8Array) return value
      throw new IcnError('InvalidSpec', 'The stream to import must give Uint8Array chunks.')
    })
    try {
      const end = await this.#read()
      return await this.#accept(end)
    } catch (error) {
      source.cancel(error).catch(() => {})
      await this.#staged.discard()
      throw error
    } finally {
      source.releaseLock()
    }
  }

  async #read(): Promise<JsonObject> {
    let began = performance.now()
    let head = false
    for (;;) {
      const record = await this.#reader.next()
      if (record === undefined) {
        throw badExport(this.#reader.offset, 'the file ends before its end record')
      }
      if (head !== (record.kind !== 'head')) {
        throw badExport(record.offset, head ? 'there is a second head record' : 'the head record is missing')
      }
      head = true
      try {
        await this.#take(record)
      } catch (error) {
        throw located(error, record.offset)
      }
      if (record.kind === 'end') {
        const more = await this.#reader.next()
        if (more !== undefined) throw badExport(more.offset, 'something follows the end record')
        return objectOf(record)
      }
      if (performance.now() - began > SLICE_MS) {
        this.#report()
        await breathe()
        began = performance.now()
      }
    }
  }

  async #take(record: FileRecord): Promise<void> {
    const { kind, payload } = record
    if (kind === 'block') return this.#takeBlock(decodeBlock(payload), record.offset)
    if (kind === 'state') {
      objectOf(record)
      this.#state = new IncomingState()
      return
    }
    if (kind === 'row' || kind === 'result') {
      if (this.#state === undefined) throw new Error(`a ${kind} record comes before any state record`)
      return this.#state.take(kind, payload)
    }
    const json = objectOf(record)
    if (kind === 'head') {
      if (json.format !== 1) throw new Error(`the head record has format ${String(json.format)}, expected 1`)
      return
    }
    const { rows = [], results = [], modules = [] } = this.#state ?? {}
    const found = { blocks: this.#counts.blocks, rows: rows.length + modules.length, results: results.length }
    for (const [name, count] of Object.entries(found)) {
      if (json[name] !== count) {
        throw new Error(`the end record counts ${String(json[name])} ${name}, the file has ${count}`)
      }
    }
    if (!strings(json.deleted)) throw new Error('the end record lacks the list of deleted blocks')
    // Everything before the end is checked against the store before anything is accepted.
    if (this.#staged.isEmpty) await this.#checkConflicts()
    else await this.#stage()
  }

  async #takeBlock(block: DagBlock, offset: number): Promise<void> {
    this.#counts.blocks++
    const cid = block.cid.toString()
    const twin = this.#pendingByCid.get(cid)
    if (twin !== undefined) {
      if (sameBlock(toRow(twin, 0), toRow(block, 0))) return
      throw new Error(`block ${cid} is in the file twice, with different contents`)
    }
    this.#pending.push({ block, offset })
    this.#pendingByCid.set(cid, block)
    this.#pendingBytes += block.data.length
    this.#pendingLinks += block.links.length
    const full =
      this.#pending.length >= AT_ONCE.blocks ||
      this.#pendingBytes >= AT_ONCE.bytes ||
      this.#pendingLinks >= AT_ONCE.links
    if (full) await this.#stage()
  }

  /** Blocks of the pending that differ from a stored or staged one under the same CID are refused. */
  async #checkConflicts(): Promise<void> {
    const known = await this.#context.store.read((tx) =>
      this.#pending.map(({ block }) => {
        const cid = block.cid.toString()
        return { stored: tx.get(BLOCKS, cid), staged: this.#staged.row(tx, cid) }
      }),
    )
    this.#pending = this.#pending.filter(({ block, offset }, i) => {
      const { stored, staged } = known[i]!
      const row = toRow(block, 0)
      if (staged !== undefined && !sameBlock(staged, row)) {
        throw badExport(offset, `block ${block.cid} is in the file twice, with different contents`)
      }
      if (stored !== undefined && !isSame(stored, row)) {
        throw badExport(offset, `a different block with the CID ${block.cid} is stored`, {
          cid: block.cid.toString(),
          conflict: true,
        })
      }
      if (stored !== undefined) this.#counts.known++
      return stored === undefined && staged === undefined
    })
  }

  async #stage(): Promise<void> {
    await this.#checkConflicts()
    await this.#staged.add(this.#pending.map(({ block }) => block))
    this.#pending = []
    this.#pendingByCid.clear()
    this.#pendingBytes = 0
    this.#pendingLinks = 0
    this.#report()
  }

  async #accept(end: JsonObject): Promise<ImportResult> {
    const { store } = this.#context
    const { signal } = this.#options
    if (signal?.aborted) throw this.#aborted()
    const state = this.#state
    const deleted = new Set(end.deleted as readonly string[])
    const pending = this.#pending.map(({ block }) => block)
    const offset = this.#reader.offset
    await this.#staged.drop(deleted)
    const result = await store.transact((tx) => {
      let added = 0
      for (const block of pending) {
        if (!deleted.has(block.cid.toString()) && putBlock(tx, block)) added++
      }
      // Judged before the blocks of this import count as use.
      const restore = state !== undefined && isUnused(tx, this.#context.identity, added)
      if (restore) {
        try {
          replaceState(tx, this.#context, state, (cid) => tx.has(BLOCKS, cid) || this.#staged.has(tx, cid))
        } catch (error) {
          throw located(error, offset)
        }
      }
      this.#staged.accept(tx)
      const said = state === undefined ? 'absent' : restore ? 'restored' : 'kept'
      return { added, state: said } as const
    })
    const put = await this.#staged.put(() => this.#report())
    this.#report()
    const omitted = isArray(end.omitted ?? null) ? (end.omitted as readonly JsonValue[]).length : 0
    return {
      blocks: this.#counts.blocks,
      added: result.added + put,
      bytes: offset,
      state: result.state,
      omitted,
    }
  }

  #report(): void {
    this.#options.onProgress?.({ bytes: this.#reader.offset, blocks: this.#counts.blocks })
  }

  #aborted(): IcnError {
    return new IcnError(
      'Aborted',
      `The import was aborted at byte ${this.#reader.offset}; nothing was imported.`,
      {
        data: { offset: this.#reader.offset },
        cause: this.#options.signal?.reason,
      },
    )
  }
}

function isSame(stored: BlockRow, row: BlockRow): boolean {
  try {
    return sameBlock(stored, row)
  } catch {
    // Damaged beyond reading: the integrity check's business.
    return true
  }
}

function objectOf({ kind, payload }: FileRecord): JsonObject {
  const json = parseJson(fromUtf8(payload, `The ${kind} record`), `The ${kind} record`)
  if (isObject(json)) return json
  throw new Error(`the ${kind} record is not an object`)
}

function strings(json: JsonValue | undefined): boolean {
  return json !== undefined && isArray(json) && json.every((item) => typeof item === 'string')
}

/** Faults of the file get its place; faults of the store, the page and time stay what they are. */
function located(error: unknown, offset: number): unknown {
  if (IcnError.is(error)) {
    const own = error.data.reason === 'badExport' || STAY.has(error.code)
    if (own) return error
  }
  const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
  return badExport(offset, why, {}, error)
}

const STAY: ReadonlySet<string> = new Set([
  'Aborted',
  'Closed',
  'QuotaExceeded',
  'StorageUnavailable',
  'VersionMismatch',
  'ResourceLimitExceeded',
])

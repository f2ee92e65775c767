/** Every receipt of the store put to the test, oldest first: by a pool of workers where there are some, else in slices. */
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type {
  ReceiptsProgress,
  ReceiptVerification,
  VerifyReceiptsOptions,
  VerifyReceiptsResult,
} from '../protocol/api.ts'
import type { StateStore } from '../storage/types.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import type { Modules } from './modules.ts'
import { type Evidence, verifyEvidence } from './replay.ts'
import { ReplayPool } from './replay-pool.ts'
import { placeOf, readEvidence } from './replay-store.ts'
import { RECEIPT_ORDER } from './tables.ts'

const PAGE = 64
/** Fewer are done before a worker has started. */
const FEWEST_FOR_POOL = 32
/** Receipts under way at once without a pool: the rows of one are read, and signatures checked, beside the run of another. */
const ROOM_ALONE = 4
/** More would have to wait for the one thread that feeds them. */
const MOST_WORKERS = 4
/** What a worker may take beside a run: signatures, and the way. */
const GRACE_MS = 5_000
/** How long the thread is held before others get their turn, and between words on how far it is. */
const HOLD_MS = 20
/** Failures told one by one; more are counted. */
const MOST_TOLD = 1_000

/**
 * A receipt that cannot be read at all counts as not replayable. The answer is the same whoever does the work.
 * @throws IcnError Aborted, with how many were checked
 */
export async function verifyReceipts(
  context: RuntimeContext,
  modules: Modules,
  { onProgress, signal }: VerifyReceiptsOptions = {},
): Promise<VerifyReceiptsResult> {
  const counts = { checked: 0, verified: 0, mismatched: 0, notReplayable: 0 }
  const failed: VerifyReceiptsResult['failed'][number][] = []
  const progress = (): ReceiptsProgress => ({ ...counts })
  const work = await workersFor(context, modules, signal)
  const aborted = new Promise<never>((_, reject) => {
    const end = () =>
      reject(
        new IcnError('Aborted', `The check was aborted after ${counts.checked} receipts.`, {
          data: { checked: counts.checked },
        }),
      )
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
  })
  aborted.catch(() => {})
  let told = performance.now()
  try {
    const answers = inOrder(receiptCids(context.store), work.room, async (cid) => {
      try {
        return await work.verify(await readEvidence(context.store, Cid.parse(cid)))
      } catch (error) {
        if (!IcnError.is(error) || error.code !== 'DagOperationFailed') throw error
        return { status: 'notReplayable', reason: error.message } as const
      }
    })
    for (;;) {
      const next = await Promise.race([aborted, answers.next()])
      if (next.done) break
      const [cid, found] = next.value
      counts.checked++
      if (found.status === 'verified') counts.verified++
      else {
        counts[found.status === 'mismatch' ? 'mismatched' : 'notReplayable']++
        if (failed.length < MOST_TOLD) failed.push({ ...found, cid })
      }
      if (performance.now() - told <= HOLD_MS) continue
      onProgress?.(progress())
      told = performance.now()
    }
  } finally {
    work.close()
  }
  onProgress?.(progress())
  return { ...counts, failed }
}

interface Workers {
  /** Receipts under way at once. */
  readonly room: number
  verify(evidence: Evidence): Promise<ReceiptVerification>
  close(): void
}

async function workersFor(
  context: RuntimeContext,
  modules: Modules,
  signal: AbortSignal | undefined,
): Promise<Workers> {
  const place = placeOf(context, modules)
  let began = performance.now()
  const alone = async (evidence: Evidence): Promise<ReceiptVerification> => {
    const found = await verifyEvidence(place, evidence, signal)
    if (performance.now() - began > HOLD_MS) {
      await breathe()
      began = performance.now()
    }
    return found
  }
  const spawn = context.replayer
  // One core is kept busy by this thread, which reads what the workers are sent; each worker has to warm up first.
  const size = Math.min(MOST_WORKERS, (globalThis.navigator?.hardwareConcurrency ?? 1) - 1)
  const some = await context.store.read((tx) => tx.list(RECEIPT_ORDER, { limit: FEWEST_FOR_POOL }))
  if (spawn === undefined || size < 1 || some.length < FEWEST_FOR_POOL) {
    return { room: ROOM_ALONE, verify: alone, close: () => {} }
  }
  const { limits } = context
  const patienceMs = limits.executionMs + GRACE_MS
  const counted = () => {
    context.count('runtime_replay_workers_total')
    return spawn()
  }
  return new ReplayPool({ spawn: counted, size, limits, patienceMs, load: place.load, alone })
}

async function* receiptCids(store: StateStore): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const range = { ...(after === undefined ? {} : { after }), limit: PAGE }
    const page = await store.read((tx) => tx.list(RECEIPT_ORDER, range))
    for (const [, cid] of page) yield cid
    if (page.length < PAGE) return
    after = page.at(-1)![0]
  }
}

/** Works on up to `most` items at once; answers come in the order of the items. */
async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R]> {
  const underWay: (readonly [T, Promise<R>])[] = []
  for await (const item of items) {
    const answer = work(item)
    // Told when its turn comes.
    answer.catch(() => {})
    underWay.push([item, answer])
    if (underWay.length < most) continue
    const [first, found] = underWay.shift()!
    yield [first, await found]
  }
  for (const [item, found] of underWay) yield [item, await found]
}

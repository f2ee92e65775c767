/** One receipt: the run it vouches for, every field the signature covers, and the blocks it belongs to. */
import type { JobStatus, StoredReceipt } from '../../index.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { family } from '../family.ts'
import { number, plural, when } from '../format.ts'
import { withProgress } from '../parts/busy.ts'
import { facts, mark } from '../parts/facts.ts'
import { graph } from '../parts/graph.ts'
import { copyableId, linkedId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { fieldWords, signedBytes } from '../parts/signed-bytes.ts'
import { slip, slipOfReceipt } from '../parts/slip.ts'
import { href, type PanelFactory } from '../router.ts'
import { runCounts } from '../run-counts.ts'
import { ending } from '../words.ts'
import { jobSection } from './job.ts'
import { saveReceipt } from './receipt-file.ts'
import { replaySection } from './replay.ts'
import '../style/receipt.css'

export function receiptPanel(context: Context): PanelFactory {
  const { runtime } = context
  return (cid = '', signal) => {
    const body = h('div', { class: 'receipt' })
    const load = async () => {
      try {
        const stored = await withProgress(body, 'Loading the receipt', runtime.receipts.get(cid, { signal }))
        // A receipt stands without its job: one from elsewhere may have none here.
        const job = await runtime.jobs.status(stored.receipt.jobId, { signal }).catch(() => undefined)
        const checks = stored.run
          ? [replaySection(context, cid, signal), saveReceipt(context, cid, signal)]
          : []
        fill(body, ...content(context, stored, job, checks, relatives(context, stored, signal)))
      } catch (error) {
        if (signal.aborted) return
        fill(
          body,
          problemCard(error, {
            title: 'This receipt could not be shown',
            after: 'Its address may have been cut off, or it is kept in another browser.',
            retry: () => void load(),
          }),
        )
      }
    }
    void load()
    return {
      title: 'Receipt',
      element: page({ title: 'Receipt', back: { href: href('receipts'), label: 'All receipts' } }, body),
    }
  }
}

/** The run and what one can do with its receipt; beside it what the receipt is made of. */
function content(
  { runtime, did }: Context,
  stored: StoredReceipt,
  job: JobStatus | undefined,
  checks: readonly HTMLElement[],
  picture: HTMLElement,
): readonly HTMLElement[] {
  const data = slipOfReceipt(stored, did)
  const counts = (recordCid: string) => runCounts(runtime, recordCid)
  return [
    h(
      'div',
      { class: 'receipt-run' },
      !stored.signatureValid && notSigned(),
      h(
        'div',
        { class: 'receipt-slip' },
        data ? slip(data, { level: 2, withReceipt: false, counts }) : withoutRun(stored, job, did),
      ),
      checks,
    ),
    h('div', { class: 'receipt-facts' }, signature(stored), picture, job && jobSection(job), places(stored)),
  ]
}

/** Before anything it says: nobody answers for it. */
function notSigned(): HTMLElement {
  return h(
    'div',
    { class: 'problem', role: 'alert' },
    h('p', { class: 'problem-title' }, 'Do not trust this receipt'),
    h(
      'p',
      {},
      'It is not signed by the node that it names: it was changed, or made up. What follows is only what it says.',
    ),
  )
}

function withoutRun(stored: StoredReceipt, job: JobStatus | undefined, did: string): HTMLElement {
  if (stored.receipt.executor !== did)
    return h(
      'p',
      { class: 'empty' },
      'This receipt came from another node. The run behind it is not stored here.',
    )
  if (!job?.failure)
    return h('p', { class: 'empty' }, 'This node answered the job itself; no contract had to run for it.')
  const end = ending(false, null, job.failure)
  return h(
    'div',
    { class: 'empty' },
    h('h2', {}, end.title),
    h('p', {}, end.sentence),
    h('p', {}, job.failure.message),
    h('p', {}, 'What it used until then is not known.'),
  )
}

function signature(stored: StoredReceipt): HTMLElement {
  const covered = stored.signedFields.reduce((sum, field) => sum + field.bytes.length, 0)
  return h(
    'section',
    {},
    h('h2', {}, 'What is signed'),
    h('p', {}, mark(stored.signatureValid)),
    h(
      'p',
      {},
      stored.signatureValid
        ? 'The executor below signed exactly these fields. Change one letter and the mark above would be gone.'
        : 'These fields and the signature do not belong together: do not trust this receipt.',
    ),
    facts(
      stored.signedFields.map((field) => [
        [h('span', {}, fieldWords(field.name)), h('code', { class: 'field-name' }, field.name)],
        h('code', { class: 'id whole' }, field.value),
      ]),
      'facts facts-signed',
    ),
    h(
      'details',
      { class: 'detail' },
      h('summary', {}, `The ${plural(covered, 'signed byte')}, field by field`),
      signedBytes(stored.signedFields, stored.receipt.signature),
    ),
  )
}

/** From the record down, or from the receipt where there is none. The picture comes when the blocks have been read. */
function relatives({ runtime }: Context, { cid, run }: StoredReceipt, signal: AbortSignal): HTMLElement {
  const place = h('div', { class: 'graph-room' })
  void family(runtime, run?.recordCid ?? cid, signal).then(
    (found) =>
      fill(place, found.length > 1 ? graph(found, cid) : h('p', { class: 'quiet' }, 'It stands alone here.')),
    (error) => !signal.aborted && fill(place, problemCard(error)),
  )
  return h('section', {}, h('h2', {}, 'How it hangs together'), place)
}

function places({ cid, receipt, run, anchoredAt }: StoredReceipt): HTMLElement {
  const block = (target: string) => linkedId(target, href('blocks', target))
  return h(
    'section',
    {},
    h('h2', {}, 'Where it is kept'),
    facts(
      [
        ['Receipt CID', copyableId(cid, 'the receipt’s CID')],
        ['Anchored', when(anchoredAt)],
        ['Receipt block', block(cid)],
        ['Job block', block(receipt.jobId)],
        ['Result block', block(receipt.resultCid)],
        run && ['Run record', block(run.recordCid)],
        run && [
          'Module',
          [block(run.moduleCid), ' ', h('a', { href: href('run', run.moduleCid) }, 'Run it again')],
        ],
        ['Time on the processor', `${number(receipt.cpuMs)} ms`],
        run && ['Fuel table', run.fuelTable],
      ],
      'facts facts-stacked',
    ),
  )
}

/** One job: its states over time, as far as this node has seen them, and what came of it. */
import type { JobHistoryEntry, JobStatus, ManaEntry, StoredReceipt } from '../../index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { milliseconds, when } from '../format.ts'
import { jobSteps } from '../job-steps.ts'
import { withProgress } from '../parts/busy.ts'
import { facts } from '../parts/facts.ts'
import { copyableId, linkedId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { href, type PanelFactory } from '../router.ts'
import { jobSection } from './job.ts'
import { jobOutcome } from './job-outcome.ts'

export function jobPanel({ runtime, did }: Context): PanelFactory {
  return (jobId = '', signal) => {
    const body = h('div', { class: 'receipt' })
    const trouble = h('div')
    /** What it did to mana here, and the blocks that tell of it. */
    let changes: readonly ManaEntry[] = []
    let history: readonly JobHistoryEntry[] = []
    let receipt: StoredReceipt | undefined

    function show(job: JobStatus): void {
      fill(
        body,
        h(
          'div',
          { class: 'receipt-facts' },
          jobOutcome(job, receipt, did),
          timeline(job),
          waits(job) && cancelButton(),
          trouble,
        ),
        h('div', { class: 'receipt-facts' }, jobSection(job), results(job)),
      )
    }

    function timeline(job: JobStatus): HTMLElement {
      return h(
        'section',
        {},
        h('h2', {}, 'What happened'),
        h(
          'ol',
          { class: 'timeline' },
          jobSteps(job, history, changes).map(({ what, at, main, cid }) =>
            h(
              'li',
              { class: main ? '' : 'timeline-minor' },
              h(main ? 'strong' : 'span', {}, what),
              h('span', { class: 'quiet' }, at === undefined ? 'now' : when(at)),
              cid !== undefined &&
                h(
                  'a',
                  { class: 'quiet', href: href('blocks', cid), 'aria-label': `Block: ${what}` },
                  'block',
                ),
            ),
          ),
        ),
        job.finishedAt !== undefined &&
          h('p', { class: 'quiet' }, `It took ${span(job.finishedAt - job.submittedAt)} from first to last.`),
      )
    }

    function cancelButton(): HTMLElement {
      return h(
        'p',
        { class: 'actions' },
        h('button', { type: 'button', class: 'button', onclick: () => void cancel() }, 'Cancel the job'),
      )
    }

    async function cancel(): Promise<void> {
      try {
        show(await runtime.jobs.cancel(jobId, { signal }))
        announce('The job was cancelled. Its mana was given back.')
      } catch (error) {
        if (!signal.aborted) fill(trouble, problemCard(error))
      }
    }

    async function load(): Promise<void> {
      try {
        const job = await withProgress(body, 'Loading the job', runtime.jobs.status(jobId, { signal }))
        await readMore(job)
        show(job)
      } catch (error) {
        if (!signal.aborted)
          fill(body, problemCard(error, { title: 'This job could not be shown', retry: () => void load() }))
      }
    }

    /** The newest entries are enough: a job whose mana moved long ago shows its states alone. */
    async function readMore({ receiptCid }: JobStatus): Promise<void> {
      const [journal, told, stored] = await Promise.all([
        runtime.mana.history({ limit: 500, signal }).catch(() => undefined),
        runtime.jobs.history(jobId, { signal }).catch(() => undefined),
        receiptCid === undefined
          ? undefined
          : runtime.receipts.get(receiptCid, { signal }).catch(() => undefined),
      ])
      changes = (journal?.items ?? []).filter(({ reference }) => reference === jobId).reverse()
      history = told?.entries ?? []
      receipt = stored
    }

    void load()
    listen(
      runtime,
      'job',
      (job) => {
        if (job.jobId === jobId) void readMore(job).then(() => signal.aborted || show(job))
      },
      signal,
    )
    return {
      title: 'Job',
      element: page({ title: 'Job', back: { href: href('jobs'), label: 'All jobs' } }, body),
    }
  }
}

const waits = ({ state }: JobStatus) => state === 'Pending' || state === 'Assigned'

/** Jobs are timed in whole seconds. */
const span = (seconds: number) => (seconds < 1 ? 'less than a second' : milliseconds(seconds * 1000))

function results(job: JobStatus): HTMLElement {
  return h(
    'section',
    {},
    h('h2', {}, 'Where it is kept'),
    facts(
      [
        ['Job', copyableId(job.jobId, 'the job’s id')],
        [
          job.kind === 'CclWasm' ? 'Contract' : 'Manifest',
          linkedId(job.manifestCid, href('blocks', job.manifestCid)),
        ],
        job.receiptCid !== undefined && [
          'Receipt',
          linkedId(job.receiptCid, href('receipts', job.receiptCid)),
        ],
        job.resultCid !== undefined && ['Result', linkedId(job.resultCid, href('blocks', job.resultCid))],
      ],
      'facts facts-stacked',
    ),
  )
}

/** What came of a job that has ended: as the run panel tells it, from its receipt and the record of its run. */
import type { JobStatus, StoredReceipt } from '../../index.ts'
import { h, icon } from '../dom.ts'
import { failureBox, slipLines, slipOfReceipt } from '../parts/slip.ts'
import { ending } from '../words.ts'
import '../style/job.css'

/**
 * @param stored its receipt, where there is one
 * @param did of this node
 */
export function jobOutcome(
  job: JobStatus,
  stored: StoredReceipt | undefined,
  did: string,
): HTMLElement | false {
  if (job.state !== 'Completed' && job.state !== 'Failed') return false
  const run = stored && slipOfReceipt(stored, did)
  const { failure } = job
  // A job without a run here has nothing to add to how it stands.
  if (!run && !failure) return false
  const end = ending(job.state === 'Completed', run?.result ?? null, failure)
  return h(
    'section',
    {},
    h('h2', {}, 'What came of it'),
    h(
      'p',
      { class: `job-ending tone-${end.tone}` },
      icon(end.tone === 'good' ? 'check' : 'cross'),
      end.title,
    ),
    h('p', {}, end.sentence),
    failure && failureBox(failure, run?.manaCharged ?? 0n),
    run ? slipLines(run) : h('p', { class: 'quiet' }, 'What it used is not recorded here.'),
  )
}

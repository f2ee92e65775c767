/** The job a receipt belongs to: what was asked for, by whom, and which job asked for it from inside a run. */
import type { JobStatus } from '../../index.ts'
import { h } from '../dom.ts'
import { number, when } from '../format.ts'
import { facts } from '../parts/facts.ts'
import { linkedId, shortId } from '../parts/id.ts'
import { href } from '../router.ts'
import { JOB_KINDS, JOB_STATES } from '../words.ts'

export function jobSection(job: JobStatus): HTMLElement {
  return h(
    'section',
    {},
    h('h2', {}, 'The job'),
    facts(
      [
        ['What was asked', JOB_KINDS[job.kind]],
        ['How it stands', JOB_STATES[job.state]],
        ['Asked by', shortId(job.creator)],
        job.parentJob !== undefined && [
          'Asked from inside',
          linkedId(job.parentJob, href('blocks', job.parentJob)),
        ],
        ['Mana held for it', number(job.costMana)],
        ['Asked', when(job.submittedAt)],
      ],
      'facts facts-stacked',
    ),
  )
}

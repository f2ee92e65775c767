/** Jobs: every piece of work this node was asked for, how it stands, and for the ones that wait a way to cancel them. */
import type { JobState, JobStatus } from '../../index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { number, when } from '../format.ts'
import { shortId } from '../parts/id.ts'
import { page, split } from '../parts/page.ts'
import { problemAlert } from '../parts/problem.ts'
import { type Rows, rows } from '../parts/rows.ts'
import { href, type PanelFactory } from '../router.ts'
import { JOB_KINDS, JOB_STATES } from '../words.ts'

const PAGE = 25
const STATES: readonly JobState[] = ['Pending', 'Assigned', 'Completed', 'Failed', 'Cancelled']

export function jobsPanel({ runtime, store }: Context): PanelFactory {
  return (_argument, signal) => {
    const place = h('div')
    const trouble = h('div')
    const select = h(
      'select',
      { id: 'job-state' },
      h('option', { value: '' }, 'All of them'),
      STATES.map((state) => h('option', { value: state }, JOB_STATES[state])),
    )
    let list: Rows | undefined

    function show(): void {
      const state = STATES.find((one) => one === select.value)
      list = rows<JobStatus>(
        {
          label: 'Jobs, newest first',
          loading: 'Loading jobs',
          empty: state
            ? h('p', {}, 'No job stands like that now.')
            : [
                h('p', {}, 'No jobs yet. Every run is one.'),
                h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
              ],
          load: (after) =>
            runtime.jobs.list({
              limit: PAGE,
              signal,
              ...(state ? { state } : {}),
              ...(after === undefined ? {} : { after }),
            }),
          row: jobRow,
        },
        signal,
      )
      fill(place, list.element)
    }

    async function ask(): Promise<void> {
      fill(trouble)
      try {
        // An Echo job needs a block to stand for what is to be done; any will do.
        const manifestCid = await runtime.dag.put({ data: new TextEncoder().encode('echo') }, { signal })
        await runtime.jobs.submit(
          { manifestCid, spec: { kind: { Echo: { payload: 'Is anybody there?' } } }, costMana: 10n },
          { signal },
        )
        announce('The job was submitted.')
      } catch (error) {
        if (!signal.aborted) fill(trouble, problemAlert(error))
      }
    }

    select.addEventListener('change', show)
    listen(runtime, 'job', () => void list?.refresh(), signal)
    show()
    return {
      title: 'Jobs',
      element: page(
        {
          title: 'Jobs',
          sentence:
            'A job is work that was asked for, with mana held for it until it is done. A run of yours is a job that your own node takes.',
        },
        split(
          [
            h(
              'section',
              { 'aria-labelledby': 'which-title' },
              h('h2', { id: 'which-title' }, 'Which ones'),
              h(
                'div',
                { class: 'fields' },
                h('div', { class: 'field' }, h('label', { for: 'job-state' }, 'How they stand'), select),
              ),
            ),
            h(
              'section',
              { 'aria-labelledby': 'ask-title' },
              h('h2', { id: 'ask-title' }, 'Ask for something'),
              h(
                'p',
                { class: 'quiet' },
                store.get().network !== 'alone'
                  ? 'The smallest job there is: whoever takes it gives back what was sent. At most 10 mana are held for it until then. Nodes of the mesh bid for it.'
                  : 'The smallest job there is: whoever takes it gives back what was sent. At most 10 mana are held for it until then. Without other nodes your own takes it.',
              ),
              h(
                'button',
                { type: 'button', class: 'button', onclick: () => void ask() },
                'Submit a small job',
              ),
              trouble,
            ),
          ],
          place,
        ),
      ),
    }
  }
}

function jobRow(job: JobStatus): HTMLElement {
  const tone = job.state === 'Completed' ? 'tone-good' : job.state === 'Failed' ? 'tone-bad' : ''
  return h(
    'div',
    { class: 'row row-job' },
    h(
      'p',
      { class: `row-title ${tone}` },
      tone && icon(tone === 'tone-good' ? 'check' : 'cross'),
      h('a', { href: href('jobs', job.jobId), class: 'row-link' }, JOB_STATES[job.state]),
    ),
    h('p', { class: 'row-when' }, when(job.submittedAt)),
    h('p', { class: 'row-numbers' }, JOB_KINDS[job.kind]),
    h('p', { class: 'row-mark' }, `${number(job.costMana)} mana`),
    h('p', { class: 'row-id' }, shortId(job.jobId)),
  )
}

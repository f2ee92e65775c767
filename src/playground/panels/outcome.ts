/** What came of the run: an empty tray, progress, the slip, or why there is none. After a reload, the newest receipt. */
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { problemCard } from '../parts/problem.ts'
import { type SlipOptions, slip, slipOfReceipt, slipOfRun } from '../parts/slip.ts'
import { runCounts } from '../run-counts.ts'
import type { RunState } from '../store.ts'
import { problem } from '../words.ts'
import { recentReceipts } from './recent.ts'
import { type RunningView, running } from './running.ts'

const PATIENCE_MS = 200

export function outcomePanel(context: Context, signal: AbortSignal): HTMLElement {
  const { store, actions } = context
  const tray = h('div', { class: 'tray' })
  const panel = h(
    'section',
    { class: 'outcome', 'aria-labelledby': 'outcome-title' },
    h('h2', { id: 'outcome-title' }, 'What came of it'),
    tray,
    recentReceipts(context, signal),
  )
  let timer: ReturnType<typeof setInterval> | undefined
  let ran = false

  function showRunning(run: Extract<RunState, { kind: 'running' }>): void {
    let view: RunningView | undefined
    // The slip before stays until the run has taken longer than the eye would notice.
    timer = setInterval(() => {
      if (performance.now() - run.startedAt < PATIENCE_MS) return
      if (view) return view.update()
      view = running(run, store.get().limits.executionMs)
      // What is below a slip stays where it is until the next slip takes its place.
      tray.style.minHeight = `${tray.offsetHeight}px`
      fill(tray, view.element)
    }, 100)
  }

  store.watch(
    ['run'],
    ({ run }) => {
      clearInterval(timer)
      tray.style.minHeight = ''
      if (run.kind === 'running') {
        ran = true
        return showRunning(run)
      }
      fill(
        tray,
        content(run, context, () => void actions.run()),
      )
      if (ran && run.kind !== 'none') bringIntoView(tray)
    },
    signal,
  )
  signal.addEventListener('abort', () => clearInterval(timer))
  return panel
}

function content(run: RunState, { runtime, did }: Context, retry: () => void): HTMLElement {
  const options: SlipOptions = {
    level: 3,
    withReceipt: true,
    counts: (recordCid) => runCounts(runtime, recordCid),
  }
  switch (run.kind) {
    case 'done':
      return slip(slipOfRun(run.name, run.result, run.budget, run.stored, run.mana), options)
    case 'earlier': {
      const data = slipOfReceipt(run.stored, did)
      return data
        ? slip({ ...data, name: ['Your last run', data.name].filter(Boolean).join(': ') }, options)
        : h('div', { class: 'tray-empty' }, h('p', {}, 'The newest receipt here came from elsewhere.'))
    }
    case 'failed':
      return h(
        'div',
        { class: 'tray-problem' },
        problemCard(run.error, { after: afterStop(run.error), retry }),
      )
    default:
      return h(
        'div',
        { class: 'tray-empty' },
        h(
          'p',
          {},
          'Nothing has run yet. Press Run: how it ended, what it cost and its signed receipt will be here.',
        ),
      )
  }
}

/** A run that was stopped from outside is a job that failed; anything else thrown came before there was a job. */
function afterStop(error: unknown): string {
  return ['Aborted', 'ExecutionTimeout', 'WorkerCrashed'].includes(problem(error).code)
    ? 'Its mana is given back, and a receipt says that it was stopped. The runtime was started again; everything stored before is still there.'
    : 'It did not start, so no receipt was written.'
}

/** On a narrow screen the slip is below the controls; a person should not have to look for it. */
function bringIntoView(tray: HTMLElement): void {
  const { top } = tray.getBoundingClientRect()
  if (top >= 0 && top < window.innerHeight * 0.7) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  tray.parentElement?.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' })
}

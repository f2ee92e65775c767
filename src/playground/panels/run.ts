/** The first screen: choose, look, run, read. */
import type { Context } from '../context.ts'
import { h } from '../dom.ts'
import type { IntakeHandlers } from '../intake.ts'
import type { Network } from '../network.ts'
import type { Panel, PanelFactory } from '../router.ts'
import { choosePanel } from './choose.ts'
import { modulePanel } from './module.ts'
import { outcomePanel } from './outcome.ts'

export function runPanel(context: Context, handlers: IntakeHandlers): PanelFactory {
  return (argument, signal): Panel => {
    const { choice, choosing, samples } = context.store.get()
    const sample = samples.find((item) => item.id === argument)
    if (sample && choice?.sample !== sample) void context.actions.chooseSample(sample)
    else if (argument && !sample && choice?.source !== argument) void context.actions.chooseStored(argument)
    // The editor may have left nothing to run.
    else if (!choice && !choosing && samples[0]) void context.actions.chooseSample(samples[0])
    return {
      title: 'Run',
      element: h(
        'div',
        { class: 'run' },
        runHead(context.store.get().network),
        h(
          'div',
          { class: 'bench' },
          choosePanel(context, handlers, signal),
          modulePanel(context, signal),
          outcomePanel(context, signal),
        ),
      ),
    }
  }
}

/** Also shown while the runtime starts, so that the first thing a visitor reads is what this is. */
export function runHead(network: Network): HTMLElement {
  return h(
    'header',
    { class: 'page-head' },
    h('h1', {}, 'Run a contract, get a signed receipt'),
    h(
      'p',
      {},
      'A contract of the InterCooperative Network runs here in your browser, on a measured budget. ',
      typeof network === 'string' && 'Nothing leaves this page.',
    ),
  )
}

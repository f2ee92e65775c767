/** This node: who it is, what it may do, how much it stores, and that its mana adds up. */
import type { RuntimeInspection } from '../../index.ts'
import { calmly } from '../calmly.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { bytes, milliseconds, number, pages } from '../format.ts'
import { withProgress } from '../parts/busy.ts'
import { bar, facts } from '../parts/facts.ts'
import { copyableId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemAlert } from '../parts/problem.ts'
import type { PanelFactory } from '../router.ts'
import '../style/node.css'
import { browserSection } from './browser.ts'
import { meshSection } from './mesh.ts'

export function nodePanel(context: Context): PanelFactory {
  const { runtime } = context
  return async (_argument, signal) => {
    const body = h('div', { class: 'node-facts' })
    const deeper = h('div', { class: 'node-deeper' })
    const asked = () =>
      Promise.all([runtime.inspect({ signal }), runtime.reputation.get(context.did, { signal })])
    const load = calmly(async () => {
      // Reading or copying a name must not be cut off by its being built anew.
      if (body.contains(document.activeElement)) return
      try {
        const [state, reputation] = await withProgress(body, 'Asking the runtime', asked())
        fill(body, ...content(state, reputation))
        fill(deeper, ...engineering(state))
      } catch (error) {
        if (!signal.aborted) fill(body, problemAlert(error, { retry: () => void load() }))
      }
    }, signal)
    // What stands first comes first: the parts below it would be pushed down by it.
    const browser = browserSection(signal)
    const mesh = meshSection(context, signal)
    await Promise.all([load(), browser.ready, mesh.ready])
    for (const event of ['mana', 'block'] as const) listen(runtime, event, () => void load(), signal)
    return {
      title: 'Node',
      element: page(
        {
          title: 'This node',
          sentence:
            'Your browser is a node of its own: its key, its ledger and its blocks are kept here and nowhere else.',
        },
        h(
          'div',
          { class: 'node split split-end' },
          h(
            'div',
            { class: 'main' },
            body,
            h('details', { class: 'detail' }, h('summary', {}, 'For engineers'), deeper),
          ),
          h('div', { class: 'side' }, browser.element, mesh.element),
        ),
      ),
    }
  }
}

function content(state: RuntimeInspection, reputation: bigint): readonly HTMLElement[] {
  const { limits } = state
  return [
    h(
      'section',
      {},
      h('h2', {}, 'Who it is'),
      copyableId(state.did, 'the node’s DID'),
      facts([
        ['Reputation', reputation > 0n ? `${number(reputation)}: jobs cost it less` : '0'],
        ['Version', state.version],
        state.storage === 'memory' && ['Kept', 'in memory only'],
      ]),
      storage(state),
    ),
    mana(state),
    h(
      'section',
      {},
      h('h2', {}, 'Limits of one run'),
      facts([
        ['Fuel', number(limits.fuel)],
        ['Memory', pages(limits.memoryPages)],
        ['Time', milliseconds(limits.executionMs)],
      ]),
    ),
  ]
}

function engineering(state: RuntimeInspection): readonly HTMLElement[] {
  const { limits } = state
  return [
    h(
      'p',
      {},
      'In the console of this page ',
      h('code', {}, 'icn'),
      ' is the runtime: try ',
      h('code', {}, 'await icn.inspect()'),
      '.',
    ),
    h('h3', {}, 'The runtime'),
    facts([
      ['Version', `${state.version}, protocol ${state.protocolVersion}`],
      ['Environment', state.environment],
      ['Database', `${state.database}, in ${state.storage === 'memory' ? 'memory only' : 'IndexedDB'}`],
      ['Commits so far', number(state.epoch)],
      ['Fuel table', state.fuelTable],
      ['Call depth', number(limits.callDepth)],
      ['Module size', bytes(limits.moduleBytes)],
    ]),
    h('h3', {}, 'Counters'),
    facts(
      Object.entries(state.counters).map(([name, value]) => [name, number(value)] as const),
      'facts facts-wide',
    ),
  ]
}

function storage({ storageEstimate: estimate }: RuntimeInspection): HTMLElement | null {
  if (!estimate) return null
  return h(
    'div',
    { class: 'storage' },
    h('p', {}, `${bytes(estimate.usage)} stored of ${bytes(estimate.quota)} that the browser allows`),
    bar(estimate.quota > 0 ? estimate.usage / estimate.quota : 0, 'Share of the allowed storage in use'),
  )
}

/** Mana is conserved: what came in is what is there, held or gone. */
function mana({ manaTotals: totals }: RuntimeInspection): HTMLElement {
  const came = totals.minted + totals.regenerated
  const went = totals.balances + totals.escrow + totals.burned
  const even = came === went
  return h(
    'section',
    {},
    h('h2', {}, 'Mana adds up'),
    facts(
      [
        ['Given at the start', number(totals.minted)],
        ['Regenerated', number(totals.regenerated)],
        ['Came in, together', h('strong', {}, number(came))],
        ['In accounts', number(totals.balances)],
        ['Held for jobs', number(totals.escrow)],
        ['Spent for good', number(totals.burned)],
        ['Accounted for, together', h('strong', {}, number(went))],
      ],
      'lines',
    ),
    h(
      'p',
      { class: even ? 'verdict tone-good' : 'verdict tone-bad' },
      even
        ? 'The two sums are the same: no mana was lost or made up.'
        : `The two sums differ by ${number(came - went)}. That should not be.`,
    ),
  )
}

/** One block: what it is, where it leads, how long it is kept, its content; and where it is damaged, what can be done. */
import type { DagBlockData, ExaminedBlock, IcnRuntime } from '../../index.ts'
import { announce } from '../announce.ts'
import { type BlockKind, blockKind, KINDS } from '../block-kind.ts'
import type { Context } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { family } from '../family.ts'
import { bytes, hex, when } from '../format.ts'
import { type Mention, mentions } from '../mentions.ts'
import { blockContent } from '../parts/block-content.ts'
import { withProgress } from '../parts/busy.ts'
import { facts } from '../parts/facts.ts'
import { graph } from '../parts/graph.ts'
import { copyableId, linkedId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { href, type PanelFactory } from '../router.ts'
import { keeping } from './keeping.ts'
import { aside, mending } from './mending.ts'
import '../style/receipt.css'

export function blockPanel({ runtime }: Context): PanelFactory {
  return (cid = '', signal) => {
    const body = h('div', { class: 'block' })
    const outcome = h('div')
    const screen = page(
      { title: 'Block', back: { href: href('blocks'), label: 'All blocks' } },
      outcome,
      body,
    )

    /** It is built anew; focus stays on what was used, or goes to the top where that is gone. */
    async function load(): Promise<void> {
      const held = body.contains(document.activeElement) ? document.activeElement : null
      try {
        fill(body, ...(await withProgress(body, 'Loading the block', read())))
        if (held && document.activeElement === document.body)
          focus((held.id && body.querySelector(`#${held.id}`)) || screen.querySelector('h1'))
      } catch (error) {
        if (signal.aborted) return
        fill(body, problemCard(error, { title: 'This block could not be shown', retry: () => void load() }))
      }
    }

    /** What is stored is looked at before it is asked for: a damaged block is not served. */
    async function read(): Promise<readonly HTMLElement[]> {
      const found = await runtime.dag.examine(cid, { signal })
      if (found && found.reason !== null) return [damaged(found)]
      const block = await runtime.dag.get(cid, { signal })
      if (!block) return [await missing()]
      const [named, picture] = await Promise.all([
        namedBlocks(runtime, block, signal),
        family(runtime, cid, signal),
      ])
      const kind = blockKind(block.data)
      return [
        h('div', { class: 'receipt-facts' }, whatItIs(block, kind), stays(block)),
        h('div', { class: 'receipt-facts' }, leads(block, named, picture.length > 1 && graph(picture, cid))),
        h('section', { class: 'block-content' }, h('h2', {}, 'Content'), ...blockContent(block.data)),
      ]
    }

    const done = (sentence: string) => {
      announce(sentence)
      void load()
    }
    const mended = (sentence: string) => {
      fill(outcome, h('p', { class: 'verdict tone-good block-outcome' }, icon('check'), sentence))
      done(sentence)
    }
    const stays = (block: DagBlockData) => keeping(runtime, block, signal, done)
    const damaged = (found: ExaminedBlock) => mending(runtime, found, signal, mended)

    async function missing(): Promise<HTMLElement> {
      const note = await aside(runtime, cid, signal, mended)
      return (
        note ??
        h(
          'div',
          { class: 'empty' },
          h('p', {}, 'No block is stored here under this name.'),
          h('p', {}, h('code', { class: 'id whole' }, cid)),
        )
      )
    }

    void load()
    return {
      title: 'Block',
      element: screen,
    }
  }
}

function focus(element: Element | null): void {
  if (!(element instanceof HTMLElement)) return
  if (element.matches('h1')) element.tabIndex = -1
  element.focus()
}

function whatItIs(block: DagBlockData, kind: BlockKind): HTMLElement {
  const [name, words] = KINDS[kind]
  const screen = { receipt: 'receipts', job: 'jobs', contract: 'run' }[kind as string]
  const verb = { receipt: 'Read it as a receipt', job: 'See how the job stands', contract: 'Run it' }[
    kind as string
  ]
  return h(
    'section',
    {},
    h('h2', {}, name),
    h('p', {}, words, ' ', screen !== undefined && h('a', { href: href(screen, block.cid) }, verb)),
    facts(
      [
        ['CID', copyableId(block.cid, 'the block’s CID')],
        ['Author', copyableId(block.author, 'the author’s DID')],
        ['Written', when(block.timestamp)],
        ['Size', bytes(block.data.length)],
        [
          'Signature',
          block.signature ? h('code', { class: 'id whole' }, hex(block.signature)) : 'none of its own',
        ],
        block.scope !== null && ['Scope', block.scope],
      ],
      'facts facts-stacked',
    ),
  )
}

function leads(block: DagBlockData, named: readonly Mention[], picture: HTMLElement | false): HTMLElement {
  const linked = new Set(block.links.map((link) => link.cid))
  const all = [
    ...block.links.map((link) => ({ path: link.name || 'link', cid: link.cid })),
    ...named.filter(({ cid }) => !linked.has(cid)),
  ]
  return h(
    'section',
    {},
    h('h2', {}, 'Where it leads'),
    all.length === 0
      ? h('p', { class: 'quiet' }, 'It names no other block.')
      : h(
          'ul',
          { class: 'links' },
          all.map(({ path, cid }) => h('li', {}, h('span', {}, path), linkedId(cid, href('blocks', cid)))),
        ),
    picture,
  )
}

/** The blocks its content names, as far as they are stored here. */
async function namedBlocks(
  runtime: IcnRuntime,
  block: DagBlockData,
  signal: AbortSignal,
): Promise<readonly Mention[]> {
  const named = mentions(block.data).filter(({ cid }) => cid !== block.cid)
  const here = await Promise.all(named.map(({ cid }) => runtime.dag.has(cid, { signal }).catch(() => false)))
  return named.filter((_mention, at) => here[at])
}

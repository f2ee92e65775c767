/** The DAG: every block this node stores, its root, and a check of all of them. */
import type { DagListItem } from '../../index.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { bytes, plural, short, when } from '../format.ts'
import { copyableId } from '../parts/id.ts'
import { problemCard } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import { href, type PanelFactory } from '../router.ts'
import { verification } from './upkeep.ts'

const PAGE = 25

export function blocksPanel(context: Context): PanelFactory {
  return (_argument, signal) => {
    const { runtime } = context
    const list = rows<DagListItem>(
      {
        label: 'Blocks',
        loading: 'Loading blocks',
        empty: [
          h('p', {}, 'No blocks yet. A run stores its job, its result and its receipt here.'),
          h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
        ],
        load: (after) => runtime.dag.list({ limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
        row: blockRow,
      },
      signal,
    )
    const root = h('div', { class: 'root' })
    const showRoot = async () => {
      try {
        fill(root, copyableId(await runtime.dag.root({ signal }), 'the root'))
      } catch (error) {
        if (!signal.aborted) fill(root, problemCard(error))
      }
    }
    void showRoot()
    listen(
      runtime,
      'block',
      () => {
        void list.refresh()
        void showRoot()
      },
      signal,
    )
    return {
      title: 'Blocks',
      element: h(
        'div',
        {},
        h(
          'header',
          { class: 'page-head' },
          h('h1', {}, 'Blocks'),
          h(
            'p',
            {},
            'Jobs, results and receipts are kept as blocks. Each is named by its own content and links to others: the DAG.',
          ),
        ),
        h(
          'section',
          { class: 'root-section', 'aria-labelledby': 'whole-title' },
          h('h2', { id: 'whole-title' }, 'All of it in one name'),
          h(
            'p',
            { class: 'quiet' },
            'The root changes whenever a block does. Two nodes with the same root hold the same blocks.',
          ),
          root,
          verification(context, signal),
        ),
        h(
          'section',
          { 'aria-labelledby': 'blocks-title' },
          h('h2', { id: 'blocks-title' }, 'Stored blocks'),
          list.element,
        ),
      ),
    }
  }
}

function blockRow(item: DagListItem): HTMLElement {
  return h(
    'div',
    { class: 'row row-block' },
    h(
      'p',
      { class: 'row-title' },
      h(
        'a',
        { href: href('blocks', item.cid), class: 'row-link', title: item.cid },
        h('code', { class: 'id' }, short(item.cid)),
      ),
    ),
    h('p', { class: 'row-when' }, when(item.timestamp)),
    h('p', { class: 'row-numbers' }, `${bytes(item.size)}, ${plural(item.links, 'link')}`),
    h('p', { class: 'row-mark' }, item.pinned ? 'pinned' : ''),
  )
}

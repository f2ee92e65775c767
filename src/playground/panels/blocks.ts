/** The DAG: every block this node stores, by what it is; its root, and a check of all of them. */
import type { DagListItem, IcnRuntime } from '../../index.ts'
import { type BlockKind, blockKind, KINDS } from '../block-kind.ts'
import { calmly } from '../calmly.ts'
import { type Context, listen } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { bytes, plural, when } from '../format.ts'
import { copyableId, shortId } from '../parts/id.ts'
import { page, split } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import { href, type PanelFactory } from '../router.ts'
import { problem } from '../words.ts'
import { files, verification } from './upkeep.ts'

const PAGE = 25
/** Larger blocks are not read for the sake of a word in a list. */
const MOST_READ = 128 * 1024

type Entry = DagListItem & { readonly kind: BlockKind | 'damaged' | undefined }

export function blocksPanel(context: Context): PanelFactory {
  return (_argument, signal) => {
    const { runtime } = context
    const list = rows<Entry>(
      {
        label: 'Blocks',
        loading: 'Loading blocks',
        empty: [
          h('p', {}, 'No blocks yet. A run stores its job, its result and its receipt here.'),
          h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
        ],
        load: async (after) => {
          const { items, ...rest } = await runtime.dag.list({
            limit: PAGE,
            signal,
            ...(after === undefined ? {} : { after }),
          })
          return { ...rest, items: await Promise.all(items.map((item) => withKind(runtime, item, signal))) }
        },
        row: blockRow,
      },
      signal,
    )
    const root = h('div', { class: 'root' })
    const showRoot = calmly(async () => {
      try {
        fill(root, copyableId(await runtime.dag.root({ signal }), 'the root'))
      } catch (error) {
        if (!signal.aborted) fill(root, problemCard(error))
      }
    }, signal)
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
      element: page(
        {
          title: 'Blocks',
          sentence:
            'Contracts, jobs, results and receipts are kept as blocks. Each is named by its own content, so that nobody can change it unseen, and leads to others.',
        },
        split(
          [
            verification(context, signal),
            files(context, signal),
            h(
              'details',
              { class: 'detail' },
              h('summary', {}, 'All of it in one name'),
              h(
                'p',
                { class: 'quiet' },
                'The root of the DAG changes whenever a block does. Two nodes with the same root hold the same blocks.',
              ),
              root,
            ),
          ],
          h(
            'section',
            { 'aria-labelledby': 'blocks-title' },
            h('h2', { id: 'blocks-title' }, 'Stored blocks'),
            list.element,
          ),
        ),
      ),
    }
  }
}

/** A damaged block is not served: nothing is known of it but that. */
async function withKind(runtime: IcnRuntime, item: DagListItem, signal: AbortSignal): Promise<Entry> {
  if (item.size > MOST_READ) return { ...item, kind: undefined }
  try {
    const block = await runtime.dag.get(item.cid, { signal })
    return { ...item, kind: block && blockKind(block.data) }
  } catch (error) {
    return { ...item, kind: problem(error).code === 'DagOperationFailed' ? 'damaged' : undefined }
  }
}

function nameOf(kind: Entry['kind']): string {
  if (kind === 'damaged') return 'Damaged block'
  return kind === undefined ? 'Block' : KINDS[kind][0]
}

function blockRow(item: Entry): HTMLElement {
  return h(
    'div',
    { class: 'row row-block' },
    h(
      'p',
      { class: `row-title${item.kind === 'damaged' ? ' tone-bad' : ''}` },
      item.kind === 'damaged' && icon('cross'),
      h('a', { href: href('blocks', item.cid), class: 'row-link', title: item.cid }, nameOf(item.kind)),
    ),
    h('p', { class: 'row-when' }, when(item.timestamp)),
    h('p', { class: 'row-numbers' }, `${bytes(item.size)}, ${plural(item.links, 'link')}`),
    h('p', { class: 'row-mark' }, item.pinned ? 'pinned' : ''),
    h('p', { class: 'row-id' }, shortId(item.cid)),
  )
}

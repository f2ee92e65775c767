/** One block: its fields, its content as text where it is text, and its links, which can be walked. */
import type { DagBlockData, IcnRuntime } from '../../index.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { bytes, hex, hexDump, when } from '../format.ts'
import { type Mention, mentions } from '../mentions.ts'
import { withProgress } from '../parts/busy.ts'
import { facts } from '../parts/facts.ts'
import { copyableId, linkedId } from '../parts/id.ts'
import { problemCard } from '../parts/problem.ts'
import { href, type PanelFactory } from '../router.ts'

export function blockPanel({ runtime }: Context): PanelFactory {
  return (cid = '', signal) => {
    const body = h('div', { class: 'block' })
    const load = async () => {
      try {
        const block = await withProgress(body, 'Loading the block', runtime.dag.get(cid, { signal }))
        const named = block ? await namedBlocks(runtime, block, signal) : []
        fill(
          body,
          ...(block
            ? content(block, named)
            : [h('p', { class: 'empty' }, `No block is stored here under ${cid}.`)]),
        )
      } catch (error) {
        if (signal.aborted) return
        fill(body, problemCard(error, { title: 'This block could not be shown', retry: () => void load() }))
      }
    }
    void load()
    return {
      title: 'Block',
      element: h(
        'div',
        {},
        h(
          'header',
          { class: 'page-head' },
          h('p', { class: 'back' }, h('a', { href: href('blocks') }, 'All blocks')),
          h('h1', {}, 'Block'),
        ),
        body,
      ),
    }
  }
}

function content(block: DagBlockData, named: readonly Mention[]): readonly HTMLElement[] {
  return [
    h(
      'section',
      {},
      h('h2', {}, 'What it is'),
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
          [
            'Kept',
            block.ttl === null
              ? block.pinned
                ? 'always: pinned'
                : 'without an end'
              : `until ${when(block.ttl)}`,
          ],
        ],
        'facts facts-stacked',
      ),
    ),
    h('section', {}, h('h2', {}, 'Where it leads'), leads(block, named)),
    h(
      'section',
      {},
      h('h2', {}, 'Content'),
      isModule(block.data) && moduleNote(block.cid),
      ...data(block.data),
    ),
  ]
}

function leads(block: DagBlockData, named: readonly Mention[]): HTMLElement {
  const linked = new Set(block.links.map((link) => link.cid))
  const all = [
    ...block.links.map((link) => ({ path: link.name || 'link', cid: link.cid })),
    ...named.filter(({ cid }) => !linked.has(cid)),
  ]
  if (all.length === 0) return h('p', { class: 'quiet' }, 'It names no other block.')
  return h(
    'ul',
    { class: 'links' },
    all.map(({ path, cid }) => h('li', {}, h('span', {}, path), linkedId(cid, href('blocks', cid)))),
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

function isModule(raw: Uint8Array): boolean {
  return [0x00, 0x61, 0x73, 0x6d].every((byte, at) => raw[at] === byte)
}

function moduleNote(cid: string): HTMLElement {
  return h('p', {}, 'This is a contract. ', h('a', { href: href('run', cid) }, 'Run it'))
}

const MOST_TEXT = 20_000

function data(raw: Uint8Array): readonly HTMLElement[] {
  const text = readable(raw)
  const dump = h(
    'pre',
    { class: 'dump', tabindex: '0', role: 'region', 'aria-label': 'Bytes of the block' },
    hexDump(raw),
  )
  if (text === undefined) return [dump]
  return [
    h(
      'pre',
      { class: 'dump dump-text', tabindex: '0', role: 'region', 'aria-label': 'Content of the block' },
      text,
    ),
    h('details', { class: 'detail' }, h('summary', {}, 'As bytes'), dump),
  ]
}

/** JSON indented by its own text, so that 64-bit integers keep every digit; other UTF-8 as it is; undefined for binary. */
function readable(raw: Uint8Array): string | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return undefined
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return undefined
  const shown = /^[[{]/.test(text) ? indent(text) : text
  return shown.length > MOST_TEXT ? `${shown.slice(0, MOST_TEXT)}\n…` : shown
}

function indent(json: string): string {
  let out = ''
  let depth = 0
  // A string, a bracket pair without content, an opening, a closing, a separator, or anything else.
  for (const [token] of json.matchAll(/"(?:\\.|[^"\\])*"|\[\]|\{\}|[[{]|[\]}]|[,:]|[^"[\]{},:\s]+/g)) {
    if (token === '{' || token === '[') out += `${token}\n${'  '.repeat(++depth)}`
    else if (token === '}' || token === ']') out += `\n${'  '.repeat(Math.max(0, --depth))}${token}`
    else if (token === ',') out += `,\n${'  '.repeat(Math.max(0, depth))}`
    else out += token === ':' ? ': ' : token
  }
  // Lists of numbers (bytes of a hash) read better on one line.
  return out.replace(
    /\[\s*((?:\d+,\s*)*\d+)\s*\]/g,
    (_match, list: string) => `[${list.replace(/,\s*/g, ', ')}]`,
  )
}

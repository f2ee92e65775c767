/** One block: its fields, its content as text where it is text, and its links, which can be walked. */
import type { DagBlockData } from '../../index.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { bytes, hex, hexDump, plural, when } from '../format.ts'
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
        fill(
          body,
          ...(block ? content(block) : [h('p', { class: 'empty' }, `No block is stored here under ${cid}.`)]),
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

function content(block: DagBlockData): readonly HTMLElement[] {
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
    h(
      'section',
      {},
      h('h2', {}, plural(block.links.length, 'link')),
      block.links.length === 0
        ? h('p', { class: 'quiet' }, 'It points to no other block.')
        : h(
            'ul',
            { class: 'links' },
            block.links.map((link) =>
              h(
                'li',
                {},
                h('span', {}, link.name || 'unnamed'),
                linkedId(link.cid, href('blocks', link.cid)),
              ),
            ),
          ),
    ),
    h(
      'section',
      {},
      h('h2', {}, 'Content'),
      isModule(block.data) && moduleNote(block.cid),
      ...data(block.data),
    ),
  ]
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
    h('pre', { class: 'dump', tabindex: '0', role: 'region', 'aria-label': 'Content of the block' }, text),
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

/** The bytes of a block: as text where they are text, and as they are. */
import { h } from '../dom.ts'
import { hexDump } from '../format.ts'

const MOST_TEXT = 20_000

export function blockContent(raw: Uint8Array): readonly HTMLElement[] {
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

/** The bytes a signature covers, in their order: a strip with one piece per field, and every byte of each. */
import type { StoredReceipt } from '../../index.ts'
import { h, svg } from '../dom.ts'
import { number, plural } from '../format.ts'

type Field = StoredReceipt['signedFields'][number]

/** What stands in each field and how it is written (ref §2.7, §3.5). */
const FIELDS: Readonly<Record<string, readonly [words: string, form: string]>> = {
  job_id: ['Which job was done', 'its CID as text'],
  executor_did: ['Who did it', 'the DID as text'],
  result_cid: ['What came out', 'the CID of the result as text'],
  cpu_ms: ['How long it took, in milliseconds', 'a whole number, its smallest byte first'],
  success: ['Whether it reached its end', '1 for yes, 0 for no'],
}
const TONES = 5

/** For everyone; the name itself where there are no words for it. */
export function fieldWords(name: string): string {
  return FIELDS[name]?.[0] ?? name
}

export function signedBytes(fields: readonly Field[], signature: Uint8Array): HTMLElement {
  let from = 0
  const laid = fields.map((field, at) => {
    const start = from
    from += field.bytes.length
    return { field, start, tone: `bytes-tone-${at % TONES}` }
  })
  return h(
    'div',
    { class: 'bytes' },
    strip(laid, from),
    h(
      'ol',
      {},
      laid.map(({ field, start, tone }) => {
        const [words, form] = FIELDS[field.name] ?? [field.name, 'bytes']
        return item(
          tone,
          [h('strong', {}, words), ' ', h('code', {}, field.name)],
          `${place(start, field.bytes.length)}: ${form}`,
          field.value,
          field.bytes,
        )
      }),
    ),
    h(
      'p',
      { class: 'quiet' },
      `These ${plural(from, 'byte')}, one after the other, are what was signed. The signature:`,
    ),
    h(
      'ol',
      {},
      item(
        'bytes-signature',
        [h('strong', {}, 'Ed25519 signature')],
        plural(signature.length, 'byte'),
        undefined,
        signature,
      ),
    ),
  )
}

function item(
  tone: string,
  title: readonly (Node | string)[],
  note: string,
  value: string | undefined,
  bytes: Uint8Array,
): HTMLElement {
  return h(
    'li',
    { class: tone },
    h('p', {}, title),
    h('p', { class: 'quiet' }, note),
    value !== undefined && h('p', {}, h('code', { class: 'id whole' }, value)),
    h('p', { class: 'bytes-hex' }, h('code', {}, spaced(bytes))),
  )
}

function place(start: number, length: number): string {
  if (length === 0) return 'no byte'
  const last = start + length - 1
  return length === 1
    ? `Byte ${number(start)}`
    : `Bytes ${number(start)} to ${number(last)}, ${number(length)} of them`
}

export function spaced(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** Widths are bytes. The list under it says the same in words. */
function strip(laid: readonly { field: Field; start: number; tone: string }[], total: number): SVGElement {
  const pieces = laid.map(({ field, start, tone }) =>
    svg('rect', { class: tone, x: start, y: 0, width: Math.max(field.bytes.length, 0.5), height: 10 }),
  )
  return svg(
    'svg',
    {
      class: 'bytes-strip',
      viewBox: `0 0 ${Math.max(total, 1)} 10`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    ...pieces,
  )
}

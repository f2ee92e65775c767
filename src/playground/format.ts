/** Numbers, sizes, times and identifiers as people read them. */

const whole = new Intl.NumberFormat('en')

export function number(value: number | bigint): string {
  return whole.format(value)
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** For places with room for a few characters: whole up to seven digits, beyond them as in 123.5M. */
export function brief(value: number | bigint): string {
  return value < 10_000_000 ? number(value) : compact.format(value)
}

/** With its sign: +10, −5, 0. */
export function signed(value: bigint): string {
  if (value > 0n) return `+${number(value)}`
  return value < 0n ? `−${number(-value)}` : '0'
}

export function bytes(count: number): string {
  if (count < 1024) return count === 1 ? '1 byte' : `${count} bytes`
  const kib = count / 1024
  if (kib < 1024) return `${kib < 10 ? kib.toFixed(1) : Math.round(kib)} KiB`
  const mib = kib / 1024
  return mib < 1024 ? `${mib.toFixed(1)} MiB` : `${(mib / 1024).toFixed(1)} GiB`
}

/** Linear memory is counted in pages of 64 KiB. */
export function pages(count: number): string {
  return `${bytes(count * 65_536)} (${plural(count, 'page')})`
}

export function plural(count: number | bigint, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 || count === 1n ? one : many}`
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** Seconds since the epoch as local time; the day is left out when it is today. */
export function when(seconds: number | bigint): string {
  if (Number(seconds) === 0) return 'undated' // modules are the same block whenever they are stored
  const date = new Date(Number(seconds) * 1000)
  const time = TIME.format(date)
  return date.toDateString() === new Date().toDateString() ? `today, ${time}` : `${DAY.format(date)}, ${time}`
}

export function milliseconds(value: number): string {
  if (value < 1) return 'under 1 ms'
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** The two ends of a CID or DID; the whole of it stands in the element's title and in copies. */
export function short(id: string): string {
  return id.length <= 20 ? id : `${id.slice(0, 10)}…${id.slice(-6)}`
}

export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Rows of offset, sixteen bytes and their ASCII. */
export function hexDump(data: Uint8Array, most = 4096): string {
  const end = Math.min(data.length, most)
  const rows = hexRows(data, 0, end, 16)
  if (data.length > most) rows.push(`… ${number(data.length - most)} more bytes`)
  return rows.join('\n')
}

function hexRows(data: Uint8Array, from: number, end: number, width: number): string[] {
  const rows: string[] = []
  for (let at = from; at < end; at += width) {
    const row = data.subarray(at, Math.min(at + width, end))
    const cells = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join(
      '',
    )
    rows.push(`${at.toString(16).padStart(6, '0')}  ${cells.padEnd(width * 3 - 1)}  ${text}`)
  }
  return rows
}

/** The rows around one byte, eight to a row so that they fit a phone, with a mark under it; also for the place after the last. */
export function hexAround(data: Uint8Array, offset: number): string {
  const width = 8
  const row = offset - (offset % width)
  const rows = hexRows(data, Math.max(0, row - width), Math.min(data.length, row + width), width)
  const mark = `${' '.repeat(8 + (offset - row) * 3)}^^`
  const after = hexRows(data, row + width, Math.min(data.length, row + 2 * width), width)
  return [...rows, mark, ...after].join('\n')
}

/** Digits with any of the usual separators; undefined for anything else and for zero. */
export function parseFuel(text: string): bigint | undefined {
  const digits = text.replace(/[\s,._'’]/g, '')
  return /^\d{1,19}$/.test(digits) && BigInt(digits) > 0n ? BigInt(digits) : undefined
}

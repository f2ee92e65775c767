/**
 * A module and how it is to be run as the fragment of a link: `#/open/1…`. The fragment never leaves the browser, and
 * whoever opens it may have got it from anyone, so it is read with bounds, and nothing in it runs by itself.
 *
 * `1`, then base64url of raw deflate of: a header as JSON on one line, a newline, the content.
 */
import { isLimit, type Limits } from './settings.ts'

export interface Shared {
  readonly name: string
  /** A source for the editor, or a module. */
  readonly content: string | Uint8Array
  /** The export to start with; the usual choice when absent. */
  readonly entry?: string
  readonly fuel?: bigint
  readonly limits?: Partial<Limits>
}

/** Longer links are cut by programs they pass through, or refused by browsers. */
const MOST_MADE = 200_000
const MOST_READ = 1_000_000
const MOST_INFLATED = 8 * 1024 * 1024
const MOST_HEADER = 4_096

/** @throws Error with a sentence when it would be too long */
export async function packLink(shared: Shared): Promise<string> {
  const { name, content, entry, fuel, limits } = shared
  const header = {
    name,
    kind: typeof content === 'string' ? 'wat' : 'wasm',
    ...(entry === undefined ? {} : { entry }),
    ...(fuel === undefined ? {} : { fuel: fuel.toString() }),
    ...limits,
  }
  const parts = [`${JSON.stringify(header)}\n`, content as BlobPart]
  const deflated = new Blob(parts).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const link = `1${toBase64Url(await readAll(deflated, MOST_INFLATED))}`
  if (link.length > MOST_MADE)
    throw new Error(
      `The link would have ${link.length} characters; beyond ${MOST_MADE} it would be cut on its way. Send the file instead.`,
    )
  return link
}

/** @throws Error with a sentence for anything that `packLink` would not have made */
export async function unpackLink(text: string): Promise<Shared> {
  if (text.length > MOST_READ)
    throw new Error(`The link has ${text.length} characters; at most ${MOST_READ} are read.`)
  if (!text.startsWith('1'))
    throw new Error('The link is not one of this playground, or of a newer version of it.')
  const raw = await inflate(fromBase64Url(text.slice(1)))
  const newline = raw.subarray(0, MOST_HEADER).indexOf(10)
  if (newline < 0) throw new Error('The link has no header.')
  const content = raw.slice(newline + 1)
  return readHeader(decodeText(raw.subarray(0, newline), 'header'), content)
}

function readHeader(json: string, content: Uint8Array): Shared {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new Error('The header of the link is not JSON.', { cause })
  }
  const header = (value ?? {}) as Record<string, unknown>
  const { name, kind, entry, fuel, memoryPages, executionMs } = header
  if (typeof name !== 'string' || name.length === 0 || name.length > 200)
    throw new Error('The link must name what it carries, in at most 200 characters.')
  if (kind !== 'wat' && kind !== 'wasm')
    throw new Error('The link must carry WebAssembly, as text or as bytes.')
  if (content.length === 0) throw new Error('The link carries nothing but a name.')
  if (entry !== undefined && (typeof entry !== 'string' || entry.length > 1_000))
    throw new Error('The export to start with must be a name of at most 1000 characters.')
  if (fuel !== undefined && (typeof fuel !== 'string' || !/^[1-9]\d{0,18}$/.test(fuel)))
    throw new Error('The fuel of the link must be a whole number above zero, of at most 19 digits.')
  if (memoryPages !== undefined && !isLimit('memoryPages', memoryPages))
    throw new Error('The link asks for a memory limit that cannot be chosen here.')
  if (executionMs !== undefined && !isLimit('executionMs', executionMs))
    throw new Error('The link asks for a time limit that cannot be chosen here.')
  return {
    name,
    content: kind === 'wat' ? decodeText(content, 'source') : content,
    ...(entry === undefined ? {} : { entry }),
    ...(fuel === undefined ? {} : { fuel: BigInt(fuel as string) }),
    limits: {
      ...(memoryPages === undefined ? {} : { memoryPages: memoryPages as number }),
      ...(executionMs === undefined ? {} : { executionMs: executionMs as number }),
    },
  }
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  try {
    return await readAll(
      new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')),
      MOST_INFLATED,
    )
  } catch (cause) {
    if (cause instanceof TooLong)
      throw new Error(`The link unpacks to more than ${MOST_INFLATED} bytes, so it is not read.`, { cause })
    throw new Error('The link is damaged: what it carries cannot be unpacked.', { cause })
  }
}

class TooLong extends Error {}

/** Stops at the bound, so that a small link cannot fill the memory. */
async function readAll(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel().catch(() => undefined)
      throw new TooLong(`More than ${most} bytes.`)
    }
    pieces.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error(`The ${what} in the link is not UTF-8.`, { cause })
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32_768)
    binary += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1)
    throw new Error('The link is damaged: it has characters missing, or some that do not belong there.')
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}

/** The sample contracts beside the page: their list is decoded here and nowhere else. */

export interface Sample {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly language: string
  readonly wasm: string
  readonly source: string
  /** How it is meant to end: `completes`, a stop reason, or `trap` with the reason beside it. */
  readonly ends: string
  readonly reason?: string
}

const FIELDS = ['id', 'title', 'summary', 'language', 'wasm', 'source', 'ends'] as const

/** Files are named relative to the page, so that the build can be served from any folder. */
export function sampleUrl(path: string): string {
  return new URL(path, document.baseURI).href
}

export async function loadSamples(signal?: AbortSignal): Promise<readonly Sample[]> {
  const response = await fetchOk('samples/index.json', signal)
  const list: unknown = ((await response.json()) as { samples?: unknown } | null)?.samples
  if (!Array.isArray(list)) throw new Error('samples/index.json: `samples` must be a list.')
  return list.map(decode)
}

export async function fetchSample(sample: Sample, signal?: AbortSignal): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchOk(sample.wasm, signal)).arrayBuffer())
}

async function fetchOk(path: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(sampleUrl(path), signal ? { signal } : {})
  if (!response.ok) throw new Error(`${path} could not be loaded: the server answered ${response.status}.`)
  return response
}

function decode(value: unknown, index: number): Sample {
  const row = (value ?? {}) as Record<string, unknown>
  const sample: Record<string, string> = {}
  for (const field of FIELDS) {
    const found = row[field]
    if (typeof found !== 'string')
      throw new Error(`samples/index.json: samples[${index}].${field} must be a string, got ${typeof found}.`)
    sample[field] = found
  }
  if (typeof row.reason === 'string') sample.reason = row.reason
  return sample as unknown as Sample
}

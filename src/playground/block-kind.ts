/** What a block is to a person, told by its content: blocks carry no such label of their own. */

export type BlockKind = 'contract' | 'job' | 'receipt' | 'record' | 'result' | 'text' | 'data'

export const KINDS: Readonly<Record<BlockKind, readonly [name: string, words: string]>> = {
  contract: ['Contract', 'The WebAssembly module that ran.'],
  job: ['Job', 'What was asked for, by whom, and for how much mana.'],
  receipt: ['Receipt', 'What came of the job, signed by who did it.'],
  record: ['Run record', 'Everything the run was given and gave, so that it can be made again.'],
  result: ['Result', 'What the run came to, as bytes.'],
  text: ['Text', 'Words, or data written as words.'],
  data: ['Data', 'Bytes that only a program can read.'],
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d]

/** A result looks like any other data: only the receipt that names it tells. */
export function blockKind(data: Uint8Array): BlockKind {
  if (MAGIC.every((byte, at) => data[at] === byte)) return 'contract'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data)
  } catch {
    return 'data'
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return 'data'
  try {
    const keys = new Set(Object.keys(JSON.parse(text) as object))
    const has = (...names: string[]) => names.every((name) => keys.has(name))
    if (has('job_id', 'executor_did', 'result_cid')) return 'receipt'
    if (has('format', 'job', 'module', 'fuel_table')) return 'record'
    if (has('id', 'manifest_cid')) return 'job'
  } catch {
    // not JSON, or JSON that is no object: text
  }
  return 'text'
}

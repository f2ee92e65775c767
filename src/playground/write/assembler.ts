/**
 * WebAssembly text to bytes and back, in the page, by wabt, which checks types too, so that a mistake is told at its line
 * and column instead of its byte. It is loaded when it is first needed. What the runtime accepts is for the runtime to
 * say: features that it refuses pass here.
 */

export interface SourceError {
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** Characters that are marked. */
  readonly length: number
  readonly message: string
}

export type Assembled =
  | { readonly bytes: Uint8Array }
  /** In order of appearance, at least one. */
  | { readonly errors: readonly SourceError[] }

/** Longer sources are refused: they would block the page for seconds. */
export const MOST_SOURCE = 2_000_000
/** A larger module is not shown as text: its text would be many times as long. */
export const MOST_SHOWN = 256 * 1024

const FEATURES = {
  bulk_memory: true,
  multi_value: true,
  mutable_globals: true,
  reference_types: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
} as const

type Wabt = Awaited<ReturnType<typeof import('wabt')>>
let loading: Promise<Wabt> | undefined

function load(): Promise<Wabt> {
  loading ??= import('wabt').then((loaded) => loaded.default())
  // A chunk that did not arrive is asked for again the next time.
  loading.catch(() => {
    loading = undefined
  })
  return loading
}

/** Function names are kept in the name section, so that a trap can say where it happened. */
export async function assemble(source: string): Promise<Assembled> {
  if (source.length > MOST_SOURCE)
    return {
      errors: [
        {
          line: 1,
          column: 1,
          length: 0,
          message: `The source has ${source.length} characters; at most ${MOST_SOURCE} are assembled here.`,
        },
      ],
    }
  const wabt = await load()
  try {
    // As bytes: of a string wabt takes the low byte of each character.
    const module = wabt.parseWat('source', new TextEncoder().encode(source), FEATURES)
    try {
      module.resolveNames()
      module.validate()
      return { bytes: module.toBinary({ write_debug_names: true }).buffer.slice() }
    } finally {
      module.destroy()
    }
  } catch (error) {
    return { errors: readErrors(error instanceof Error ? error.message : String(error), source) }
  }
}

/** @throws Error when the bytes are no module */
export async function disassemble(bytes: Uint8Array): Promise<string> {
  const wabt = await load()
  const module = wabt.readWasm(bytes, { readDebugNames: true, ...FEATURES })
  try {
    module.applyNames()
    return module.toText({ foldExprs: false, inlineExport: true })
  } finally {
    module.destroy()
  }
}

/** wabt's report: `source:3:5: error: message`, then the line, then a row of carets under the place. */
export function readErrors(report: string, source: string): readonly SourceError[] {
  const rows = report.split('\n')
  const errors = rows.flatMap((row, at): SourceError[] => {
    const match = /^source:(\d+):(\d+): error: (.*)$/.exec(row)
    if (!match) return []
    const line = Number(match[1])
    const carets = /\^+/.exec(rows[at + 2] ?? '')?.[0].length ?? 1
    return [
      {
        line,
        column: characters(source, line, Number(match[2])),
        length: carets,
        message: sentence(match[3]!),
      },
    ]
  })
  if (errors.length > 0) return errors
  return [{ line: 1, column: 1, length: 0, message: sentence(report.trim() || 'It could not be assembled') }]
}

/** wabt counts columns in bytes of UTF-8. */
function characters(source: string, line: number, byteColumn: number): number {
  const text = source.split('\n')[line - 1] ?? ''
  const before = new TextEncoder().encode(text).subarray(0, byteColumn - 1)
  return new TextDecoder().decode(before).length + 1
}

function sentence(text: string): string {
  const trimmed = text.replace(/\.+$/, '')
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`
}

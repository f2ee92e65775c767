/** The state of a file while it is read: every row of a table that an export may carry, and right by that table's rules. */
import { fromUtf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { fromPlain } from './plain.ts'
import { PORTABLE } from './portable.ts'
import type { StateFile } from './restore.ts'

/** State is held in memory until the end of the file. */
const MOST_STATE = { rows: 1_000_000, bytes: 128 * 1024 * 1024 } as const

export class IncomingState implements StateFile {
  readonly rows: [table: string, key: string, row: unknown][] = []
  readonly results: [cid: string, bytes: Uint8Array][] = []
  readonly modules: string[] = []
  #bytes = 0

  /**
   * @throws IcnError ResourceLimitExceeded (tooMuchState)
   * @throws Error what is wrong with the record
   */
  take(kind: 'row' | 'result', payload: Uint8Array): void {
    this.#bytes += payload.length
    if (this.rows.length + this.results.length >= MOST_STATE.rows || this.#bytes > MOST_STATE.bytes) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `The import has more state than can be taken in at once: at most ${MOST_STATE.rows} rows and ${MOST_STATE.bytes} bytes.`,
        { data: { reason: 'tooMuchState', rows: MOST_STATE.rows, bytes: MOST_STATE.bytes } },
      )
    }
    if (kind === 'result') this.results.push([cidOf(RAW, payload).toString(), payload])
    else this.#takeRow(payload)
  }

  #takeRow(payload: Uint8Array): void {
    const json = parseJson(fromUtf8(payload, 'The row'), 'The row')
    if (!isArray(json) || json.length !== 3) throw new Error('a row must be [table, key, row]')
    const [name, key, plain] = json
    if (typeof name !== 'string' || !Object.hasOwn(PORTABLE, name)) {
      throw new Error(`the row is of the unknown table ${String(name).slice(0, 100)}`)
    }
    if (typeof key !== 'string' || key.length > 8_192) throw new Error('the key of the row is no text')
    const row = fromPlain(plain as JsonValue)
    try {
      PORTABLE[name]!(key, row)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`the row ${key.slice(0, 100).replace('\u0000', '/')} of ${name} is wrong: ${why}`)
    }
    if (name === 'modules') this.modules.push(key)
    else this.rows.push([name, key, row])
  }
}

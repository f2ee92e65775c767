/**
 * By which prices a module's host calls are charged, as one short name: records carry it, so that a run made under other
 * prices is known as such instead of being taken for a false one.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../common/bytes.ts'
import type { LinkedImport } from './linker.ts'

const DIGITS = 16

/** A module's imports are resolved once and run many times. */
const known = new WeakMap<readonly LinkedImport[], string>()

/** Of the functions the module imports and this runtime serves: the first digits of their price list's SHA-256. */
export function pricesOf(imports: readonly LinkedImport[]): string {
  const found = known.get(imports)
  if (found !== undefined) return found
  const lines = imports.flatMap(({ abi }) =>
    abi === null ? [] : `${abi.name} ${abi.fuel} ${abi.fuelPerByte}`,
  )
  const list = `${WORK_PRICES}\n${[...new Set(lines)].sort().join('\n')}`
  const name = toHex(sha256(utf8(list))).slice(0, DIGITS)
  known.set(imports, name)
  return name
}

/** Fuel of a refusal beside that of its call: the sentence that says why. */
export const REFUSAL_FUEL = 8_000

/** Counted up whenever what a function charges inside a call changes: that is not in the table. */
const WORK_PRICES = 4

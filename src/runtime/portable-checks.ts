/** What a row of an import is made of, one check each. @throws Error saying what is wrong */
import { U64_MAX } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'

/** @throws Error saying what is wrong with the row */
export type RowCheck = (key: string, row: unknown) => void

export const sequence = (key: string): void =>
  need(/^\d{16}$/.test(key), 'its key is not a number of 16 digits')
export const cidText = (value: unknown): void => {
  need(typeof value === 'string', 'a CID is missing')
  need(Cid.parse(value as string).toString() === value, 'a CID is not in its base32 form')
}
export const didText = (value: unknown): void => {
  need(typeof value === 'string', 'a DID is missing')
  need(Did.parse(value as string).toString() === value, 'a DID is not in its own form')
}
export const text = (most: number) => (value: unknown) =>
  need(typeof value === 'string' && value.length <= most, `a text of at most ${most} characters is missing`)
export const u64 = (value: unknown): void =>
  need(typeof value === 'bigint' && value >= 0n && value <= U64_MAX, 'a u64 is missing')
export const count = (value: unknown): void =>
  need(Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number is missing')
export const flag = (value: unknown): void => need(typeof value === 'boolean', 'true or false is missing')
export const bytes = (value: unknown): void => need(value instanceof Uint8Array, 'bytes are missing')
export const among =
  (...names: readonly string[]) =>
  (value: unknown) =>
    need(names.includes(value as string), `one of ${names.join(', ')} is missing`)
export const orNull = (check: (value: unknown) => void) => (value: unknown) => {
  if (value !== null) check(value)
}
export const optional = (check: (value: unknown) => void) =>
  Object.assign((value: unknown) => value === undefined || check(value), { optional: true })

/** Exactly these fields. */
export function fields(shape: Readonly<Record<string, (value: unknown) => unknown>>): (row: unknown) => void {
  const names = Object.keys(shape)
  return (row) => {
    need(typeof row === 'object' && row !== null && !Array.isArray(row), 'it is not an object')
    const given = row as Record<string, unknown>
    for (const name of Object.keys(given)) need(Object.hasOwn(shape, name), `it has a field ${name}`)
    for (const name of names) {
      try {
        shape[name]!(given[name])
      } catch (error) {
        throw new Error(`its field ${name}: ${(error as Error).message}`)
      }
    }
  }
}

export function need(held: boolean, otherwise: string): void {
  if (!held) throw new Error(otherwise)
}

export const listOf =
  (most: number, check: (value: unknown) => void) =>
  (value: unknown): void => {
    need(Array.isArray(value) && value.length <= most, `a list of at most ${most} is missing`)
    for (const item of value as unknown[]) check(item)
  }

/** What several functions make of their arguments, and how each refuses what is none. */
import { utf8 } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { refusal, unreadable } from './errors.ts'

/** Bytes, or text of a compiled contract in their place. */
export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? utf8(data) : data
}

/** @throws IcnError InvalidSpec (InvalidParameters) */
export function didOf(text: string): Did {
  return unreadable('Invalid DID: ', () => Did.parse(text))
}

/** A DID that names an account. @throws IcnError InvalidSpec (InvalidParameters) with upstream's words */
export function accountOf(account: string): Did {
  notEmpty(account)
  return unreadable('Invalid DID format for account_id: ', () => Did.parse(account))
}

/** @throws IcnError InvalidSpec (InvalidParameters) with upstream's words */
export function notEmpty(account: string): void {
  if (account === '') throw refusal('InvalidParameters', 'Account ID string cannot be empty')
}

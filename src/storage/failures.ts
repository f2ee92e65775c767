/** What a browser's storage can answer instead of doing its work, in words and codes of ours. */
import { IcnError } from '../common/errors.ts'

export function storageFailure(error: unknown, database: string): IcnError {
  if (IcnError.is(error)) return error
  const name = error instanceof DOMException || error instanceof Error ? error.name : 'unknown'
  const options = (reason: string) => ({ data: { reason, database }, cause: error })
  switch (name) {
    case 'QuotaExceededError':
      return new IcnError(
        'QuotaExceeded',
        `The browser has no room left for the database "${database}": nothing of this change was written. Free disk space or delete other sites' data, then try again; reading goes on working.`,
        options('quota'),
      )
    // The connection or its transaction was taken away (a crash of the storage process, a system under pressure): what
    // was asked may be asked again on a new connection.
    case 'AbortError':
    case 'InvalidStateError':
    case 'TransactionInactiveError':
      return new IcnError(
        'StorageUnavailable',
        `The browser broke off a transaction of the database "${database}" (${messageOf(error)}). Try again; if it persists, restart the browser.`,
        options('interrupted'),
      )
    case 'DataCloneError':
      return new IcnError(
        'StorageUnavailable',
        `This browser cannot keep such a value in IndexedDB (${messageOf(error)}).`,
        options('notCloneable'),
      )
    case 'NotFoundError':
      return new IcnError(
        'StorageUnavailable',
        `The database "${database}" lacks parts that this build needs (${messageOf(error)}). Delete the site's data to start anew, or restore from an export.`,
        options('foreign'),
      )
    case 'SecurityError':
      return new IcnError(
        'StorageUnavailable',
        `This page is not allowed to use IndexedDB (${messageOf(error)}). Allow the site to store data, or start with storage: 'memory'.`,
        options('forbidden'),
      )
    default:
      return new IcnError(
        'StorageUnavailable',
        `The browser could not use the database "${database}" (${name}: ${messageOf(error)}). Restart the browser; if it persists, the profile is damaged: delete the site's data and restore from an export.`,
        options('failed'),
      )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.message || error.name : String(error)
}

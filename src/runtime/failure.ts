/** How a failure is kept: apart from runs, so that a reader of receipts carries none of what runs them. */
import type { IcnError, IcnErrorCode } from '../common/errors.ts'
import type { FailureRow } from './tables.ts'

export function failureOf(error: IcnError): FailureRow {
  const { reason, function: where } = error.data
  return {
    code: error.code satisfies IcnErrorCode,
    message: cut(error.message, 480),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof where === 'string' ? { function: cut(where, 200) } : {}),
  }
}

/**
 * A failure as records and receipts have it: without the name of the function, which is read from the text of the engine's
 * stack. Engines write it as they please, and a host may rewrite it.
 */
export function lastingFailure({ function: _, ...failure }: FailureRow): FailureRow {
  return failure
}

/** Names come from the module and may be of any length. */
function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

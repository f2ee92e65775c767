/** Refusals as guests and callers see them: upstream's HostAbiError names on our codes, and a number for the guest. */
import { ICN_ERROR_CODES, IcnError, type IcnErrorCode, type IcnErrorData } from '../common/errors.ts'

/** ref §11.4: the code each HostAbiError variant becomes; the variant stays readable in `data.hostError`. */
const CODES = {
  InvalidParameters: 'InvalidSpec',
  PermissionDenied: 'PermissionDenied',
} as const satisfies Record<string, IcnErrorCode>

export function refusal(
  hostError: keyof typeof CODES,
  message: string,
  data: IcnErrorData = {},
  cause?: unknown,
): IcnError {
  return new IcnError(CODES[hostError], message, {
    data: { hostError, ...data },
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * A refusal is a rule's answer and the guest may go on; everything else ends the run. What is not an `IcnError` is
 * never a refusal: the store's own signal for a row not yet loaded passes through guests this way.
 */
export function isRefusal(error: unknown): error is IcnError {
  return (
    IcnError.is(error) &&
    error.code !== 'HostAbi' &&
    error.code !== 'Internal' &&
    error.data.reason !== 'outOfFuel' &&
    error.data.reason !== 'manaGrant'
  )
}

/** A guest's number for a refusal: the place in the list of codes, from 1; 0 means none. */
export function errorNumber(error: IcnError | null): number {
  return error === null ? 0 : ICN_ERROR_CODES.indexOf(error.code) + 1
}

const MOST_SAID = 400

/** Runs a decoder of a guest's text; its complaint becomes InvalidParameters, cut short (ref §14 row 59). */
export function unreadable<T>(prefix: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (!IcnError.is(cause)) throw cause
    const why = cause.message
    const said = why.length > MOST_SAID ? `${why.slice(0, MOST_SAID)}…` : why
    throw refusal('InvalidParameters', `${prefix}${said}`, cause.data, cause)
  }
}

/** The three refusals of the rewriter, each with the place in the module it speaks of. */
import { IcnError } from '../common/errors.ts'

/** Bytes that are not a WebAssembly module. `WasmExecutionError`, reason `malformed`. */
export function malformed(section: string, offset: number, expected: string, found?: string): IcnError {
  const tail = found === undefined ? '' : `, found ${found}`
  return new IcnError(
    'WasmExecutionError',
    `The module is malformed in its ${section} section at byte ${offset}: expected ${expected}${tail}.`,
    { data: { reason: 'malformed', section, offset, expected } },
  )
}

/** A well-formed use of something outside the accepted features. `WasmExecutionError`, reason `unsupportedFeature`. */
export function unsupported(feature: string, section: string, offset: number, what: string): IcnError {
  return new IcnError(
    'WasmExecutionError',
    `The module uses ${feature}, which is not supported: ${what} in its ${section} section at byte ${offset}.`,
    { data: { reason: 'unsupportedFeature', feature, section, offset } },
  )
}

/** More of something than the limits allow. `ResourceLimitExceeded`, the limit's name in `data.limitName`. */
export function overLimit(
  limitName: string,
  what: string,
  actual: number,
  limit: number,
  section: string,
  offset: number,
): IcnError {
  const reason = limitName === 'memoryPages' ? 'memoryLimit' : 'moduleLimit'
  return new IcnError(
    'ResourceLimitExceeded',
    `The module has ${what} of ${actual}; the limit is ${limit} (${section} section, byte ${offset}).`,
    { data: { reason, limitName, actual, limit, section, offset } },
  )
}

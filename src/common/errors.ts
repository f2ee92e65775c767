/**
 * The one error class of the runtime. Every rejection a caller sees is an `IcnError`: a code from a closed list, a full
 * sentence with the numbers in it, and plain data. It survives the worker boundary whole (see protocol/errors).
 */

/** The 18 names of ref §11.1 (SEED's `CommonError`), then what only a browser adds. */
export const ICN_ERROR_CODES = [
  'MissingOrInvalidReceipt',
  'UnknownJob',
  'ExecutionTimeout',
  'ProcessingFailure',
  'Serialization',
  'InvalidSpec',
  'PermissionDenied',
  'InvalidJobState',
  'Internal',
  'HostAbi',
  'Economic',
  'NotImplemented',
  'DagOperationFailed',
  'SignatureError',
  'CryptoError',
  'WasmExecutionError',
  'ResourceLimitExceeded',
  'InvalidSystemApiCall',
  'WorkerCrashed',
  'Aborted',
  'Closed',
  'QuotaExceeded',
  'StorageUnavailable',
  'VersionMismatch',
] as const

/** One of the codes; docs/errors.md says when each comes and what to do. */
export type IcnErrorCode = (typeof ICN_ERROR_CODES)[number]

/** Plain values only: what is put here must survive structured clone and read well in a log. */
export type IcnErrorData = Readonly<
  Record<string, string | number | bigint | boolean | null | readonly (string | number)[]>
>

/** What an error carries besides code and sentence. */
export interface IcnErrorOptions {
  readonly data?: IcnErrorData
  readonly cause?: unknown
}

/** The one class of errors. */
export class IcnError extends Error {
  override readonly name = 'IcnError'
  readonly code: IcnErrorCode
  /** Finer distinctions, for instance `reason: 'outOfFuel'`, `offset`, `section`, `limit`, `actual`. */
  readonly data: IcnErrorData

  constructor(code: IcnErrorCode, message: string, options: IcnErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.data = options.data ?? {}
  }

  /** True for an `IcnError`, of this code when one is given; errors from another copy of the package count. */
  static is<C extends IcnErrorCode>(error: unknown, code?: C): error is IcnError & { readonly code: C } {
    if (!(error instanceof Error) || error.name !== 'IcnError') return false
    const found = (error as { code?: unknown }).code
    return ICN_ERROR_CODES.includes(found as IcnErrorCode) && (code === undefined || found === code)
  }
}

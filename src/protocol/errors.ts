/**
 * The journey of an error across the worker boundary: class, code, message, data (bigint too), stack and the chain of
 * causes arrive as they left. What is no `IcnError` arrives as `Internal` with the original as its cause.
 */
import { ICN_ERROR_CODES, IcnError, type IcnErrorCode, type IcnErrorData } from '../common/errors.ts'

export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly code?: IcnErrorCode
  readonly data?: IcnErrorData
  readonly cause?: WireCause
}

type WireCause = { readonly error: WireError } | { readonly value: unknown }

/** Deep enough for any honest chain; a circle of causes ends here. */
const DEEPEST_CAUSE = 8

export function encodeError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: show(thrown) }
  const wire = { name: thrown.name, message: thrown.message, stack: thrown.stack ?? '' }
  const cause =
    thrown.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: encodeCause(thrown.cause, depth) }
  return IcnError.is(thrown)
    ? { ...wire, ...cause, code: thrown.code, data: plain(thrown.data) }
    : { ...wire, ...cause }
}

/** @returns an `IcnError` always, so that callers reject with nothing else */
export function decodeError(wire: WireError): IcnError {
  return toIcnError(decode(wire))
}

/** What a caller rejects with, whatever was thrown on this side. */
export function toIcnError(thrown: unknown): IcnError {
  if (thrown instanceof IcnError) return thrown
  const { message } = Object(thrown) as { message?: unknown }
  return new IcnError('Internal', `Something failed inside the runtime: ${message}`, { cause: thrown })
}

function decode(wire: WireError): Error {
  const options = wire.cause
    ? { cause: 'error' in wire.cause ? decode(wire.cause.error) : wire.cause.value }
    : {}
  const known = wire.code !== undefined && ICN_ERROR_CODES.includes(wire.code)
  const error = known
    ? new IcnError(wire.code, wire.message, { ...options, data: wire.data ?? {} })
    : Object.defineProperty(new Error(wire.message, options), 'name', {
        value: wire.name,
        configurable: true,
      })
  if (wire.stack)
    Object.defineProperty(error, 'stack', { value: wire.stack, configurable: true, writable: true })
  return error
}

function encodeCause(cause: unknown, depth: number): WireCause {
  if (cause instanceof Error) return { error: encodeError(cause, depth + 1) }
  return { value: Object(cause) === cause || typeof cause === 'symbol' ? show(cause) : cause }
}

/** `data` is plain by contract; one value that is not must not cost the whole error. */
function plain(data: IcnErrorData): IcnErrorData {
  try {
    return structuredClone(data)
  } catch {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, show(value)]))
  }
}

function show(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that cannot be shown'
  }
}

/** `Result<i32, i32>` in one i64 (ref §1.6): tag in the high 32 bits (0 Ok, 1 Err), the value as u32 in the low ones. */
import { inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'

export type GuestResult = { readonly ok: number } | { readonly err: number }

/** The signed i64. @throws IcnError InvalidSpec when the value is not an i32 */
export function encodeResult(result: GuestResult): bigint {
  const failed = 'err' in result
  const value = failed ? result.err : result.ok
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
    throw new IcnError('InvalidSpec', `A guest result must be an i32, got ${inWords(value)}.`)
  }
  return BigInt(value >>> 0) | (failed ? 1n << 32n : 0n)
}

/** Any tag but 0 means Err. */
export function decodeResult(encoded: bigint): GuestResult {
  const value = Number(BigInt.asIntN(32, encoded))
  return BigInt.asUintN(64, encoded) >> 32n === 0n ? { ok: value } : { err: value }
}

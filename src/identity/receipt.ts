/**
 * Execution receipts (ref §2.7, §3.3): what an executor signs about a run. The wire forms are byte-compatible with
 * icn-core; note that the signature field is `sig`.
 */
import { concatBytes, u64le, utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { bool, type Codec, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { struct } from '../common/shapes.ts'
import { requireSignature } from './require-signature.ts'
import type { DidResolver } from './resolver.ts'
import type { Signer } from './signer.ts'

export interface ExecutionReceipt {
  readonly jobId: Cid
  readonly executorDid: Did
  readonly resultCid: Cid
  /** Wall-clock time of the run in milliseconds, as the executor reports it. */
  readonly cpuMs: bigint
  readonly success: boolean
  /** 64 bytes, or empty while unsigned. */
  readonly sig: Uint8Array
}

export const executionReceipt: Codec<ExecutionReceipt> = struct<ExecutionReceipt>('ExecutionReceipt', {
  jobId: cid,
  executorDid: did,
  resultCid: cid,
  cpuMs: u64,
  success: bool,
  sig: signatureBytes,
})

/** One part of what the signature covers, as it is shown to a person. */
export interface SignedField {
  readonly name: string
  readonly value: string
  readonly bytes: Uint8Array
}

/** The signed parts in order: together they are `receiptSignable`. */
export function receiptSignedFields(receipt: Omit<ExecutionReceipt, 'sig'>): readonly SignedField[] {
  const text = (name: string, value: Cid | Did): SignedField => ({
    name,
    value: value.toString(),
    bytes: utf8(value.toString()),
  })
  return [
    text('job_id', receipt.jobId),
    text('executor_did', receipt.executorDid),
    text('result_cid', receipt.resultCid),
    { name: 'cpu_ms', value: receipt.cpuMs.toString(), bytes: u64le(receipt.cpuMs, 'cpu_ms') },
    { name: 'success', value: `${receipt.success}`, bytes: Uint8Array.of(receipt.success ? 1 : 0) },
  ]
}

/** job id string ‖ executor DID ‖ result CID string ‖ cpu_ms u64 LE ‖ success byte. */
export function receiptSignable(receipt: Omit<ExecutionReceipt, 'sig'>): Uint8Array {
  return concatBytes(...receiptSignedFields(receipt).map((field) => field.bytes))
}

/** @throws IcnError PermissionDenied when the receipt names another executor than the signer. */
export async function signReceipt(
  receipt: Omit<ExecutionReceipt, 'sig'>,
  signer: Signer,
): Promise<ExecutionReceipt> {
  if (!receipt.executorDid.equals(signer.did)) {
    throw new IcnError(
      'PermissionDenied',
      `A receipt of executor ${receipt.executorDid} cannot be signed by ${signer.did}.`,
      { data: { executor: receipt.executorDid.toString(), signer: signer.did.toString() } },
    )
  }
  const { jobId, executorDid, resultCid, cpuMs, success } = receipt
  const sig = await signer.sign(receiptSignable(receipt))
  return { jobId, executorDid, resultCid, cpuMs, success, sig }
}

/** Strict check of the executor's signature. @throws IcnError SignatureError, see `requireSignature`. */
export function verifyReceipt(receipt: ExecutionReceipt, resolver: DidResolver): void {
  requireSignature('Receipt', receipt.executorDid, receiptSignable(receipt), receipt.sig, resolver)
}

/** The same as a question. */
export function receiptSignatureValid(receipt: ExecutionReceipt, resolver: DidResolver): boolean {
  try {
    verifyReceipt(receipt, resolver)
    return true
  } catch (error) {
    if (IcnError.is(error, 'SignatureError')) return false
    throw error
  }
}

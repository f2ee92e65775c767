/** Bids and assignments: what their signatures cover (ref §3.3), and the price an executor asks (ref §9.6). */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, U64_MAX, u32le, u64FromLe, u64le, utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import type { Did } from '../common/did.ts'
import { receiptSignable } from '../identity/receipt.ts'
import { requireSignature } from '../identity/require-signature.ts'
import type { DidResolver } from '../identity/resolver.ts'
import { signedRecord } from '../identity/signed-record.ts'
import type { Signer } from '../identity/signer.ts'
import type {
  MeshBidSubmit,
  MeshJobBid,
  Resources,
  SignedAssignmentNotice,
  SubmitReceiptMessage,
} from './types.ts'

/** R1's bytes: job id ‖ executor ‖ price ‖ cpu ‖ memory. */
export function seedEraBidSignable(bid: Omit<MeshJobBid, 'signature'>): Uint8Array {
  return concatBytes(
    utf8(bid.jobId.toString()),
    utf8(bid.executorDid.toString()),
    u64le(bid.priceMana, 'price_mana'),
    u32le(bid.resources.cpuCores, 'cpu_cores'),
    u32le(bid.resources.memoryMb, 'memory_mb'),
  )
}

/** R1's bytes ‖ storage ‖ each capability ‖ each federation ‖ [trust scope]; without the last three it is R2's layout. */
export function bidSignable(bid: Omit<MeshJobBid, 'signature'>): Uint8Array {
  return concatBytes(
    seedEraBidSignable(bid),
    u32le(bid.resources.storageMb, 'storage_mb'),
    ...bid.executorCapabilities.map(utf8),
    ...bid.executorFederations.map(utf8),
    utf8(bid.executorTrustScope ?? ''),
  )
}

export const signedBid = signedRecord<MeshJobBid>('Bid', (bid) => bid.executorDid, bidSignable)

/** Checks the inner bid, then the sender's signature over the same bytes. @throws IcnError SignatureError */
export function verifyBidSubmit(message: MeshBidSubmit, resolver: DidResolver): void {
  signedBid.verify(message.bid, resolver)
  requireSignature(
    'Bid submission',
    message.bid.executorDid,
    bidSignable(message.bid),
    message.signature,
    resolver,
  )
}

/** Checks the inner receipt, then the sender's signature over the same bytes. @throws IcnError SignatureError */
export function verifySubmitReceipt(message: SubmitReceiptMessage, resolver: DidResolver): void {
  const { receipt, signature } = message
  const signable = receiptSignable(receipt)
  requireSignature('Receipt', receipt.executorDid, signable, receipt.sig, resolver)
  requireSignature('Receipt submission', receipt.executorDid, signable, signature, resolver)
}

/** job id ‖ executor DID; neither price nor manifest is covered. */
export function noticeSignable(notice: Pick<SignedAssignmentNotice, 'jobId' | 'executorDid'>): Uint8Array {
  return concatBytes(utf8(notice.jobId.toString()), utf8(notice.executorDid.toString()))
}

export async function signNotice(
  notice: Omit<SignedAssignmentNotice, 'signature'>,
  signer: Signer,
): Promise<SignedAssignmentNotice> {
  return { ...notice, signature: await signer.sign(noticeSignable(notice)) }
}

/** @param assigner whoever announced the job @throws IcnError SignatureError */
export function verifyNotice(notice: SignedAssignmentNotice, assigner: Did, resolver: DidResolver): void {
  requireSignature('Assignment notice', assigner, noticeSignable(notice), notice.signature, resolver)
}

/** What an executor's own price is made of (ref §9.6). */
export interface BidPriceParts {
  readonly jobId: Cid
  readonly required: Pick<Resources, 'cpuCores' | 'memoryMb'>
  readonly reputation: bigint
  /** Announcement variant: adds floor(seconds / 60). */
  readonly maxExecutionTimeSecs?: bigint
  /** Announcement variant: bounds the price from above. */
  readonly maxCostMana?: bigint
}

/** A factor from 0.9 to 1.1 drawn from the job id and the reputation, so that equal executors differ. */
export function bidPriceFactor(jobId: Cid, reputation: bigint): number {
  const digest = sha256(concatBytes(utf8(jobId.toString()), u64le(reputation, 'Reputation')))
  return 0.9 + (Number(u64FromLe(digest)) / Number(U64_MAX)) * 0.2
}

/** Mana, at least 1. */
export function bidPrice(parts: BidPriceParts): bigint {
  const { cpuCores, memoryMb } = parts.required
  const minutes = parts.maxExecutionTimeSecs === undefined ? 0 : Number(parts.maxExecutionTimeSecs / 60n)
  const base = cpuCores * 2 + Math.floor(memoryMb / 100) + 5 + minutes
  const asked = Math.floor(
    base * (1 + Number(parts.reputation) / 1000) * bidPriceFactor(parts.jobId, parts.reputation),
  )
  let price = BigInt(Math.min(asked, Number(U64_MAX)))
  if (price > U64_MAX) price = U64_MAX
  if (parts.maxCostMana !== undefined && price > parts.maxCostMana) price = parts.maxCostMana
  if (price < 1n) return 1n
  return price
}

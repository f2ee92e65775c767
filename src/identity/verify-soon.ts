/** Signatures of receipts and blocks demanded as ever, sooner where the engine has Ed25519 of its own (engine-verify.ts). */
import { blockSignable, type DagBlock } from '../dag/block.ts'
import { verifyStrict } from './ed25519.ts'
import { engineAccepts } from './engine-verify.ts'
import { type ExecutionReceipt, receiptSignable } from './receipt.ts'
import { badSignature, type Demand, keyFor } from './require-signature.ts'
import type { DidResolver } from './resolver.ts'

/** @throws IcnError as `verifyReceipt` */
export async function verifyReceiptSoon(receipt: ExecutionReceipt, resolver: DidResolver): Promise<void> {
  const { executorDid, sig } = receipt
  await requireSignatureSoon('Receipt', executorDid, receiptSignable(receipt), sig, resolver)
}

/** @throws IcnError as `verifyBlockSignature` */
export async function verifyBlockSignatureSoon(block: DagBlock, resolver: DidResolver): Promise<void> {
  const signature = block.signature ?? new Uint8Array(0)
  await requireSignatureSoon('Block', block.authorDid, blockSignable(block), signature, resolver)
}

async function requireSignatureSoon(...demand: Demand): Promise<void> {
  const [, , message, signature] = demand
  const key = keyFor(demand)
  if (await engineAccepts(key, message, signature)) return
  if (!verifyStrict(key, message, signature)) throw badSignature(demand)
}

/** Blocks the identity room writes: receipts in R1's layout (ref §7.6), and signed blocks. */
import { utf8 } from '../common/bytes.ts'
import { DAG_CBOR } from '../common/cid.ts'
import { encodeJson } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { type BlockParts, blockSignable, buildBlock, type DagBlock } from '../dag/block.ts'
import { type ExecutionReceipt, executionReceipt } from './receipt.ts'
import { requireSignature } from './require-signature.ts'
import type { DidResolver } from './resolver.ts'
import type { Signer } from './signer.ts'
import { MAX_SIGNED_BYTES } from './signing-limit.ts'

/**
 * The block a receipt is anchored in: its JSON, codec 0x71, no links, unsigned (the receipt inside is signed).
 * @param author the anchoring node @param timestamp seconds since the epoch
 */
export function receiptBlock(receipt: ExecutionReceipt, author: Did, timestamp: bigint): DagBlock {
  const data = utf8(encodeJson(executionReceipt, receipt))
  return buildBlock({ data, timestamp, authorDid: author, codec: DAG_CBOR })
}

/**
 * A block signed by its author.
 * @throws IcnError DagOperationFailed `tooLarge` when it has more than can be signed (ref §3.5)
 */
export async function signBlock(
  parts: Omit<BlockParts, 'authorDid' | 'signature'>,
  signer: Signer,
): Promise<DagBlock> {
  const authorDid = signer.did
  const signable = blockSignable({
    data: parts.data,
    links: parts.links ?? [],
    timestamp: parts.timestamp,
    authorDid,
  })
  if (signable.length > MAX_SIGNED_BYTES) {
    throw new IcnError(
      'DagOperationFailed',
      `The block is refused: with its links, its time and its author it has ${signable.length} bytes, and at most ${MAX_SIGNED_BYTES} can be signed. Larger data goes into several blocks, linked from one.`,
      { data: { reason: 'tooLarge', limit: MAX_SIGNED_BYTES, actual: signable.length } },
    )
  }
  return buildBlock({ ...parts, authorDid, signature: await signer.sign(signable) })
}

/** @throws IcnError SignatureError when the block is unsigned or its signature does not hold for its author. */
export function verifyBlockSignature(block: DagBlock, resolver: DidResolver): void {
  const signature = block.signature ?? new Uint8Array(0)
  requireSignature('Block', block.authorDid, blockSignable(block), signature, resolver)
}

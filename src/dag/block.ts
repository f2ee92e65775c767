/**
 * DAG blocks and their Merkle CIDs (ref §2.4, §3.2). The hash is ICN's, byte for byte; its preimage has no separators,
 * so two different blocks can share it. `checkUnambiguous` refuses the shapes where author, signature and scope could be
 * read in two ways (ref §14 row 33); the store refuses a second block under a CID it knows (see blocks.ts).
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, SIGNATURE_BYTES, u64le, utf8 } from '../common/bytes.ts'
import { type Cid, DAG_CBOR } from '../common/cid.ts'
import { cidOfDigest } from '../common/cid-of.ts'
import { bytes, type Codec, string, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { list, option, struct } from '../common/shapes.ts'

export interface DagLink {
  readonly cid: Cid
  readonly name: string
  /** Bytes the link points to, as its author states them; not checked. */
  readonly size: bigint
}

export interface DagBlock {
  readonly cid: Cid
  readonly data: Uint8Array
  readonly links: readonly DagLink[]
  /** Seconds since the epoch. */
  readonly timestamp: bigint
  readonly authorDid: Did
  /** 64 bytes over `blockSignable`, or null. */
  readonly signature: Uint8Array | null
  /** `NodeScope`, or null. */
  readonly scope: string | null
}

export const dagLink: Codec<DagLink> = struct<DagLink>('DagLink', { cid, name: string, size: u64 })

export const dagBlock: Codec<DagBlock> = struct<DagBlock>('DagBlock', {
  cid,
  data: bytes,
  links: list(dagLink),
  timestamp: u64,
  authorDid: did,
  signature: option(signatureBytes),
  scope: option(string),
})

/** What a block is made from; the rest is derived. */
export interface BlockParts {
  readonly data: Uint8Array
  readonly links?: readonly DagLink[]
  /** Seconds since the epoch. */
  readonly timestamp: bigint
  readonly authorDid: Did
  readonly signature?: Uint8Array | null
  readonly scope?: string | null
  /** 0x71 when absent. */
  readonly codec?: number
}

/** @throws IcnError DagOperationFailed when the parts could be read as another block with the same CID. */
export function buildBlock(parts: BlockParts): DagBlock {
  const { data, links = [], timestamp, authorDid, codec = DAG_CBOR } = parts
  const signature = parts.signature?.length ? parts.signature : null
  const scope = parts.scope ?? null
  const unnamed = { data, links, timestamp, authorDid, signature, scope }
  const block = { cid: merkleCid(codec, unnamed), ...unnamed }
  checkUnambiguous(block)
  built.add(block)
  return block
}

const built = new WeakSet<DagBlock>()

/** Whether its CID was computed here from what it holds, so that it need not be computed again. */
export function isBuilt(block: DagBlock): boolean {
  return built.has(block)
}

/** data ‖ link CID strings in bytewise order ‖ timestamp u64 LE ‖ author DID: what a block's signature covers. */
export function blockSignable(block: Omit<DagBlock, 'cid' | 'signature' | 'scope'>): Uint8Array {
  return concatBytes(block.data, frame(block))
}

/** The Merkle CID of ref §3.2: SHA-256 of the signable bytes ‖ [signature] ‖ [scope]. */
export function merkleCid(codec: number, block: Omit<DagBlock, 'cid'>): Cid {
  const hash = sha256.create().update(block.data).update(frame(block))
  if (block.signature !== null) hash.update(block.signature)
  if (block.scope !== null) hash.update(utf8(block.scope))
  return cidOfDigest(codec, hash.digest())
}

/** All that the Merkle CID is the SHA-256 of. */
export function blockPreimage(block: Omit<DagBlock, 'cid'>): Uint8Array {
  const { data, signature, scope } = block
  return concatBytes(data, frame(block), signature ?? NOTHING, scope === null ? NOTHING : utf8(scope))
}

const NOTHING = new Uint8Array(0)

function frame(block: Pick<DagBlock, 'links' | 'timestamp' | 'authorDid'>): Uint8Array {
  const links = block.links.map((link) => link.cid.toString()).sort()
  return concatBytes(
    utf8(links.join('')),
    u64le(block.timestamp, 'Block timestamp'),
    utf8(block.authorDid.toString()),
  )
}

/** Why the block is not what its CID says, or undefined when it is. */
export function blockFault(block: DagBlock): string | undefined {
  const expected = merkleCid(block.cid.codec, block)
  return expected.equals(block.cid) ? undefined : `CID mismatch: the content hashes to ${expected}`
}

/** A did:key of an Ed25519 key has a fixed length, so what follows it cannot be taken for part of it. */
const ED25519_DID_KEY = /^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}/
const ED25519_DID_KEY_LENGTH = 56

/**
 * Refuses blocks whose author, signature and scope could be cut differently with the same hash: scope behind an author
 * whose length is not fixed, an unsigned scope as long as a signature, a signature that could be text.
 * @throws IcnError DagOperationFailed with `data.reason` `ambiguous`
 */
export function checkUnambiguous(block: DagBlock): void {
  const author = block.authorDid.toString()
  const fixed = ED25519_DID_KEY.test(author)
  const signed = block.signature !== null && block.signature.length > 0
  if (fixed && author.length > ED25519_DID_KEY_LENGTH) {
    throw ambiguous(block, 'its author is a did:key with something after the key')
  }
  if (signed && block.signature.length !== SIGNATURE_BYTES) {
    throw ambiguous(block, `its signature has ${block.signature.length} bytes, expected ${SIGNATURE_BYTES}`)
  }
  if (signed && !fixed && block.signature.every((byte) => byte > 0x20 && byte < 0x7f)) {
    throw ambiguous(block, 'its signature could be part of the author DID')
  }
  if (block.scope === null) return
  if (block.scope === '') throw ambiguous(block, 'its scope is empty, which hashes like no scope')
  if (signed) return
  if (!fixed)
    throw ambiguous(block, 'its scope could be part of the author DID; sign it or use a did:key author')
  if (utf8(block.scope).length >= SIGNATURE_BYTES) {
    throw ambiguous(block, `an unsigned scope must be shorter than ${SIGNATURE_BYTES} bytes`)
  }
}

function ambiguous(block: DagBlock, why: string): IcnError {
  return new IcnError('DagOperationFailed', `Block ${block.cid} is refused: ${why}.`, {
    data: { cid: block.cid.toString(), reason: 'ambiguous' },
  })
}

/** CIDs of content: the constructors that hash. Apart from cid.ts, so that a page need not carry SHA-256. */
import { sha256 } from '@noble/hashes/sha2.js'
import { Cid, SHA2_256 } from './cid.ts'

/** CID version 1 of `data` under SHA-256 (ref §3.1 `new_v1_sha256`). */
export function cidOf(codec: number, data: Uint8Array): Cid {
  return new Cid(1, codec, SHA2_256, sha256(data))
}

/** CID version 1 of a SHA-256 digest already at hand. */
export function cidOfDigest(codec: number, digest: Uint8Array): Cid {
  return new Cid(1, codec, SHA2_256, digest)
}

/** Proof types as they travel in JSON (ref §2.10, §8.6). */

import { utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { type Codec, noBincode, string } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import type { JsonValue } from '../common/json.ts'
import { list, omittedOption, option, struct, variants } from '../common/shapes.ts'

export type ZkProofType = 'Groth16' | 'Bulletproofs' | { readonly Other: string }

/** What a verifier needs; the same in a credential proof and in a revocation proof. */
interface Provable {
  readonly issuer: Did
  readonly proof: Uint8Array
  readonly backend: ZkProofType
  readonly verificationKey: Uint8Array | null
  readonly publicInputs: JsonValue | null
  /** The issuer's signature over the verification key; an extension of ours, left out when null (ref §14 row 15). */
  readonly verificationKeySignature: Uint8Array | null
}

export interface ZkCredentialProof extends Provable {
  readonly holder: Did
  readonly claimType: string
  readonly schema: Cid
  /** Plain CID of a registered key, or Merkle CID of a block its issuer signed. */
  readonly vkCid: Cid | null
  readonly disclosedFields: readonly string[]
  readonly challenge: string | null
}

export interface ZkRevocationProof extends Provable {
  readonly subject: Did
}

const anyJson: Codec<JsonValue> = {
  encode: (value) => value,
  decode: (json) => json,
  write: () => noBincode('A value of any shape'),
  read: () => noBincode('A value of any shape'),
}

const zkProofType: Codec<ZkProofType> = variants<ZkProofType>('ZkProofType', {
  Groth16: null,
  Bulletproofs: null,
  Other: string,
})

export const zkCredentialProof: Codec<ZkCredentialProof> = struct<ZkCredentialProof>('ZkCredentialProof', {
  issuer: did,
  holder: did,
  claimType: string,
  proof: signatureBytes,
  schema: cid,
  vkCid: option(cid),
  disclosedFields: list(string),
  challenge: option(string),
  backend: zkProofType,
  verificationKey: omittedOption(signatureBytes),
  publicInputs: omittedOption(anyJson),
  verificationKeySignature: omittedOption(signatureBytes),
})

export const zkRevocationProof: Codec<ZkRevocationProof> = struct<ZkRevocationProof>('ZkRevocationProof', {
  issuer: did,
  subject: did,
  proof: signatureBytes,
  backend: zkProofType,
  verificationKey: omittedOption(signatureBytes),
  publicInputs: omittedOption(anyJson),
  verificationKeySignature: omittedOption(signatureBytes),
})

/** The credential proof that stands for a revocation proof (ref §8.6). */
export function asCredentialProof({ subject, ...rest }: ZkRevocationProof): ZkCredentialProof {
  return {
    ...rest,
    holder: subject,
    claimType: 'revocation',
    schema: cidOf(RAW, utf8('revocation')),
    vkCid: null,
    disclosedFields: [],
    challenge: null,
  }
}

/**
 * The rule of a node whose blocks want a credential proof (ref §2.14, `require_proof`): who puts one shows that an issuer
 * the node trusts vouches for this node, and that the credential is not revoked where a proof of that comes along. Nothing
 * is paid for it.
 */
import { inWords } from '../common/bytes.ts'
import { decodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { unreadable } from '../host/errors.ts'
import { holds } from '../host/proof-judge.ts'
import type { BlockProof, BlockProofOptions } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import {
  asCredentialProof,
  type ZkCredentialProof,
  zkCredentialProof,
  zkRevocationProof,
} from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import type { RuntimeContext } from './context.ts'

/**
 * Reads what came with a block, before its transaction.
 * @returns checks it inside the transaction; throws IcnError PermissionDenied
 * @throws IcnError PermissionDenied without a proof, InvalidSpec for one that cannot be read
 */
export function blockProofCheck(
  { blockIssuers, identity, resolver, environment }: RuntimeContext,
  given: BlockProof | undefined,
): (tx: Transaction) => void {
  if (given === undefined || given === null)
    throw denied('proofRequired', 'credential proof required: this node takes no block without.')
  const credential = unreadable('Invalid ZkCredentialProof JSON: ', () =>
    decodeJson(zkCredentialProof, textOf(given.credential, 'block.proof.credential'), 'proof'),
  )
  const revocation =
    given.revocation === undefined
      ? null
      : unreadable('Invalid ZkRevocationProof JSON: ', () =>
          asCredentialProof(
            decodeJson(zkRevocationProof, textOf(given.revocation, 'block.proof.revocation'), 'proof'),
          ),
        )
  return (tx) => {
    const judge = { tx, resolver, dummyProofs: environment !== 'production', charge: () => {} }
    const fault = (proof: ZkCredentialProof): string | null => {
      if (!proof.holder.equals(identity)) return `it is about ${proof.holder}, not about ${identity}`
      if (!blockIssuers?.some((issuer) => proof.issuer.equals(issuer))) {
        return `${proof.issuer} is none of the issuers this node trusts`
      }
      if (proof.backend === 'Bulletproofs') return 'in a range proof there is no word of an issuer'
      try {
        return holds(judge, proof) ? null : 'it does not hold'
      } catch (error) {
        if (error instanceof ProofError) return error.message.replace(/\.$/, '')
        throw error
      }
    }
    const ofCredential = fault(credential)
    if (ofCredential !== null) throw denied('proofInvalid', `credential proof invalid: ${ofCredential}.`)
    const ofRevocation = revocation === null ? null : fault(revocation)
    if (ofRevocation !== null) throw denied('revocationInvalid', `revocation proof invalid: ${ofRevocation}.`)
  }
}

/** @throws IcnError InvalidSpec */
export function readBlockIssuers(option: BlockProofOptions): readonly Did[] {
  const issuers: unknown = (option as Partial<BlockProofOptions> | null)?.issuers
  if (!Array.isArray(issuers) || issuers.length === 0) {
    throw new IcnError(
      'InvalidSpec',
      `The option blockProofs.issuers must be a list of at least one DID, got ${inWords(issuers)}.`,
      { data: { option: 'blockProofs.issuers' } },
    )
  }
  return issuers.map((did) => Did.parse(did))
}

function textOf(value: unknown, title: string): string {
  if (typeof value === 'string') return value
  throw new IcnError('InvalidSpec', `${title} must be JSON text, got ${inWords(value)}.`, {
    data: { argument: title },
  })
}

function denied(reason: 'proofRequired' | 'proofInvalid' | 'revocationInvalid', message: string): IcnError {
  return new IcnError('PermissionDenied', message, { data: { reason } })
}

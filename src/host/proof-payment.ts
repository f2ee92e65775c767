/** Mana for proofs, and what becomes of one that cannot be judged. */
import type { IcnError } from '../common/errors.ts'
import { balanceOf, spendMana } from '../economics/ledger.ts'
import { ProofError } from '../zk/proof-error.ts'
import type { HostContext } from './context.ts'
import { refusal } from './errors.ts'

/** Charges nothing: what fails later is then not to be given back. @throws IcnError Economic */
export function requireMana(context: HostContext, cost: bigint): void {
  if (balanceOf(context.tx, context.identity) < cost) pay(context, cost, 'zk')
}

export function pay({ tx, identity, now }: HostContext, cost: bigint, claim: string): void {
  spendMana(tx, identity, cost, { cause: 'zk', reference: claim.slice(0, 100), at: now })
}

/** A proof's fault becomes a refusal. */
export function judged<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof ProofError ? fault(error) : error
  }
}

export function fault(error: ProofError): IcnError {
  return refusal('InvalidParameters', error.message, { reason: error.fault }, error)
}

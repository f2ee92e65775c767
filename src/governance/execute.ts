/** The effects of an accepted proposal, once (ref §6.3). */

import { U64_MAX } from '../common/bytes.ts'
import { DAG_CBOR } from '../common/cid.ts'
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { buildBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { balanceOf, creditMana } from '../economics/ledger.ts'
import { recordExecution } from '../reputation/reputation.ts'
import type { Transaction } from '../storage/types.ts'
import type { Actor } from './calls.ts'
import { admit, remove, requireMember } from './members.ts'
import { parameterUpdate } from './payloads.ts'
import { announce, effectiveFrom, knownProposal, save, statusAt } from './proposal.ts'
import { wrongState } from './refuse.ts'
import { PARAMETERS, type ProposalRow } from './rows.ts'
import { headProposalType, type ProposalType } from './types.ts'

/** Mana for a proposer whose proposal was executed (decision 7). */
const REWARD = 1n

/**
 * How it went. With a `failure` something is on record all the same, the proposer's reputation and perhaps the status:
 * the caller commits it and then refuses with it.
 */
export interface Execution {
  readonly row: ProposalRow
  readonly failure: IcnError | null
}

/**
 * Executes an accepted proposal on this node. What cannot take effect makes it Failed. One that is not accepted is
 * refused; that costs its proposer a point of reputation, once, however often it is tried (ref §6.3).
 * @throws IcnError InvalidSpec, PermissionDenied, InvalidJobState for one that was executed before or still waits for
 * its timelock; nothing was written then
 */
export function executeProposal(tx: Transaction, { me, now }: Actor, id: string): Execution {
  const row = knownProposal(tx, id)
  requireMember(tx, me, 'execute a proposal')
  const status = statusAt(row, now)
  if (status !== 'Accepted') {
    const failure = wrongState(`Proposal ${id} not accepted: it is ${status}.`, { proposal: id, status })
    if (row.penalised || row.end !== null || status === 'AcceptedTimelock') throw failure
    return { row: penalise(tx, row, now), failure }
  }
  try {
    apply(tx, { me, now }, row, decodeBincode(headProposalType, row.type, 'proposal type'))
  } catch (cause) {
    if (!IcnError.is(cause)) throw cause
    const failed = penalise(tx, { ...row, end: 'Failed' }, now)
    announce(tx, { id })
    const failure = new IcnError('ProcessingFailure', `Proposal ${id} failed: ${cause.message}`, {
      data: { ...cause.data, reason: 'executionFailed', proposal: id, status: 'Failed' },
      cause,
    })
    return { row: failed, failure }
  }
  const proposer = Did.parse(row.proposer)
  // An account that is full takes no reward.
  if (balanceOf(tx, proposer) <= U64_MAX - REWARD) {
    creditMana(tx, proposer, REWARD, { cause: 'governance', reference: id, at: now })
  }
  recordExecution(tx, proposer, true, 0n)
  const executed = save(tx, { ...row, end: 'Executed' }, now)
  announce(tx, { id })
  return { row: executed, failure: null }
}

function penalise(tx: Transaction, row: ProposalRow, now: bigint): ProposalRow {
  recordExecution(tx, Did.parse(row.proposer), false, 0n)
  return save(tx, { ...row, penalised: true }, now)
}

/** Each effect checks before it writes, so that a failed one has written nothing. */
function apply(tx: Transaction, { me, now }: Actor, row: ProposalRow, type: ProposalType): void {
  if ('SystemParameterChange' in type) {
    const [name, value] = type.SystemParameterChange
    const data = encodeBincode(parameterUpdate, { name, value, timestamp: now, signer: me })
    putBlock(tx, buildBlock({ data, timestamp: now, authorDid: me, codec: DAG_CBOR }))
    tx.put(PARAMETERS, name, { value, proposal: row.id, at: now })
  } else if ('NewMemberInvitation' in type) {
    admit(tx, type.NewMemberInvitation, row.id, effectiveFrom(row), now)
  } else if ('RemoveMember' in type) {
    remove(tx, type.RemoveMember, effectiveFrom(row), now)
  } else if ('BudgetAllocation' in type) {
    const [recipient, amount] = type.BudgetAllocation
    creditMana(tx, recipient!, amount, { cause: 'governance', reference: row.id, at: now })
  }
  // A text, an upgrade and a resolution bind people; here nothing is done about them.
}

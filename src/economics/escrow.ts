/**
 * Mana held for a job (ref §14 row 41): taken once from its owner, then either settled (the executor is paid, the rest
 * goes back) or refunded whole. Each escrow ends exactly once; ending it again is an error, never a second payment.
 */
import { expectU64 } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { accountDid, change, type Reason } from './ledger.ts'
import { ESCROWS, type EscrowRow } from './rows.ts'

export function escrowOf(tx: Transaction, id: string): EscrowRow | undefined {
  return tx.get(ESCROWS, id)
}

/**
 * Takes `amount` (0 is allowed) from `owner` and holds it under `id`.
 * @throws IcnError Economic on insufficient mana, InvalidJobState when `id` was used before
 */
export function holdEscrow(
  tx: Transaction,
  id: string,
  owner: Did,
  amount: bigint,
  reason: Omit<Reason, 'cause'>,
): void {
  const existing = escrowOf(tx, id)
  if (existing !== undefined) throw wrongState(id, existing, 'held')
  expectU64(amount, 'Escrow amount')
  change(tx, owner, -amount, { reference: id, ...reason, cause: 'escrow' }, { escrow: amount })
  tx.put(ESCROWS, id, { owner: owner.toString(), amount, state: 'held', paid: 0n, payee: null })
}

/**
 * Pays `payment` to `payee` and returns the rest to the owner.
 * @param payment at most what is held
 * @returns what went back to the owner
 * @throws IcnError InvalidJobState when nothing is held under `id`, Economic when `payment` is more than is held
 */
export function settleEscrow(
  tx: Transaction,
  id: string,
  payee: Did,
  payment: bigint,
  reason: Omit<Reason, 'cause'>,
): bigint {
  const held = open(tx, id, 'settled')
  expectU64(payment, 'Payment')
  if (payment > held.amount) {
    throw new IcnError(
      'Economic',
      `Escrow ${id} holds ${held.amount} mana, a payment of ${payment} was asked for.`,
      {
        data: { escrow: id, held: held.amount, payment, reason: 'overpayment' },
      },
    )
  }
  const why = { reference: id, ...reason }
  const rest = held.amount - payment
  if (payment > 0n) change(tx, payee, payment, { ...why, cause: 'payment' }, { escrow: -payment })
  if (rest > 0n) change(tx, accountDid(held.owner), rest, { ...why, cause: 'refund' }, { escrow: -rest })
  tx.put(ESCROWS, id, { ...held, state: 'settled', paid: payment, payee: payee.toString() })
  return rest
}

/** Returns all that is held to its owner. @returns how much @throws IcnError InvalidJobState when nothing is held */
export function refundEscrow(tx: Transaction, id: string, reason: Omit<Reason, 'cause'>): bigint {
  const held = open(tx, id, 'refunded')
  if (held.amount > 0n) {
    const why: Reason = { reference: id, ...reason, cause: 'refund' }
    change(tx, accountDid(held.owner), held.amount, why, { escrow: -held.amount })
  }
  tx.put(ESCROWS, id, { ...held, state: 'refunded' })
  return held.amount
}

function open(tx: Transaction, id: string, wanted: string): EscrowRow {
  const row = escrowOf(tx, id)
  if (row?.state === 'held') return row
  throw wrongState(id, row, wanted)
}

function wrongState(id: string, row: EscrowRow | undefined, wanted: string): IcnError {
  const state = row?.state ?? 'absent'
  return new IcnError('InvalidJobState', `Escrow ${id} is ${state} and cannot be ${wanted}.`, {
    data: { escrow: id, state, operation: wanted },
  })
}

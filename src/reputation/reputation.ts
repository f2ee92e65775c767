/** Reputation (ref §5): a u64 per DID, moved by executions and by proofs. */
import { expectU64, U64_MAX } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import type { Transaction } from '../storage/types.ts'
import { REPUTATION, reputationOf } from './rows.ts'

export { REPUTATION, type ReputationRow, reputationOf } from './rows.ts'

/**
 * cpu_ms is what an executor says of itself, so the bonus is bounded (ref §14 row 45): by the longest wait for a receipt
 * (60 s) on success, by what upstream's published figures show (3 s) on failure.
 */
export const MAX_CPU_BONUS = { success: 60n, failure: 3n } as const

/** max(0, before ± 1 + floor(cpu_ms / 1000)), with the bonus bounded. */
export function afterExecution(before: bigint, success: boolean, cpuMs: bigint): bigint {
  const most = success ? MAX_CPU_BONUS.success : MAX_CPU_BONUS.failure
  const seconds = expectU64(cpuMs, 'cpu_ms') / 1000n
  return clamp(before + (success ? 1n : -1n) + (seconds < most ? seconds : most))
}

/** One up or one down, never below 0. */
export function afterProof(before: bigint, success: boolean): bigint {
  return clamp(before + (success ? 1n : -1n))
}

/** @returns the new score */
export function recordExecution(tx: Transaction, did: Did, success: boolean, cpuMs: bigint): bigint {
  return write(tx, did, afterExecution(reputationOf(tx, did), success, cpuMs))
}

/** @returns the new score */
export function recordProofAttempt(tx: Transaction, did: Did, success: boolean): bigint {
  return write(tx, did, afterProof(reputationOf(tx, did), success))
}

function write(tx: Transaction, did: Did, score: bigint): bigint {
  if (score !== reputationOf(tx, did)) tx.put(REPUTATION, did.toString(), { score })
  return score
}

function clamp(score: bigint): bigint {
  return score < 0n ? 0n : score > U64_MAX ? U64_MAX : score
}

/** The keys of governance's tables (rows.ts), apart from them: a start has no use for them. */
import type { Announce, FactRow } from './rows.ts'

export function outboxKey(change: Announce): string {
  return 'id' in change ? voteKey(change.id, change.voter ?? '') : change.delegator
}

/** The end of a voting in twenty digits, then the proposal's id. */
export function closedKey(end: bigint, id: string): string {
  return `${timeKey(end)}\u0000${id}`
}

/** Before every `closedKey` of that time. */
export function timeKey(at: bigint): string {
  return `${at}`.padStart(20, '0')
}

/** No proposal's id holds U+0000, so what belongs to one is exactly what has this prefix. */
export function ofProposal(id: string): string {
  return `${id}\u0000`
}

export function voteKey(id: string, voter: string): string {
  return ofProposal(id) + voter
}

/** A fact says nothing that another one under this key does not. */
export function factKey(id: string, fact: FactRow): string {
  const more = fact.kind === 'vote' ? fact.option : fact.kind === 'veto' ? fact.reason : ''
  return `${ofProposal(id)}${fact.kind}\u0000${fact.by}\u0000${fact.at}\u0000${more}`
}

/**
 * Scoring and selection of bids (ref §9.5, §14 row 44). The score is upstream's formula; selection compares it unfloored,
 * leaves out what scores zero, and settles a tie by price and then by DID.
 */
import type { JobSpec, MeshJobBid, Resources } from './types.ts'

export interface SelectionPolicy {
  readonly weightPrice: number
  readonly weightReputation: number
  readonly weightResources: number
  readonly weightLatency: number
}

export const DEFAULT_SELECTION_POLICY: SelectionPolicy = {
  weightPrice: 1,
  weightReputation: 50,
  weightResources: 1,
  weightLatency: 1,
}

/** What is known here about a bidder. */
export interface BidderFacts {
  readonly reputation: bigint
  /** Mana the executor holds. */
  readonly balance: bigint
  readonly latencyMs?: number
  /** False when the capability checker reports the executor unavailable; true when absent. */
  readonly available?: boolean
}

/** How well offered resources match, 0 when they do not suffice; storage is never compared. */
export function resourceMatch(offered: Resources, required: Resources): number {
  if (offered.cpuCores < required.cpuCores || offered.memoryMb < required.memoryMb) return 0
  const cpu = offered.cpuCores / Math.max(required.cpuCores, 1)
  const memory = offered.memoryMb / Math.max(required.memoryMb, 1)
  return (cpu + memory) / 2 + (cpu > 2 || memory > 2 ? 0.1 : 0)
}

/** Why a bid cannot win, whatever its terms, or undefined when it can. */
export function disqualification(spec: JobSpec, bid: MeshJobBid, facts: BidderFacts): string | undefined {
  if (facts.balance < bid.priceMana)
    return `holds ${facts.balance} mana, less than its price of ${bid.priceMana}`
  if (facts.available === false) return 'is unavailable'
  if (
    spec.allowedFederations.length > 0 &&
    !spec.allowedFederations.some((federation) => bid.executorFederations.includes(federation))
  ) {
    return 'shares no allowed federation'
  }
  const missing = spec.requiredCapabilities.find(
    (capability) => !bid.executorCapabilities.includes(capability),
  )
  if (missing !== undefined) return `lacks the capability ${missing}`
  if (spec.minExecutorReputation !== null && facts.reputation < spec.minExecutorReputation) {
    return `has reputation ${facts.reputation}, less than ${spec.minExecutorReputation}`
  }
  if (spec.requiredTrustScope !== null && bid.executorTrustScope !== spec.requiredTrustScope) {
    return `is outside the trust scope ${spec.requiredTrustScope}`
  }
  return undefined
}

/** price + reputation + resources + latency terms, unfloored; 0 when disqualified. Upstream shows its floor. */
export function bidScore(
  spec: JobSpec,
  bid: MeshJobBid,
  facts: BidderFacts,
  policy: SelectionPolicy = DEFAULT_SELECTION_POLICY,
): number {
  if (disqualification(spec, bid, facts) !== undefined) return 0
  const price = bid.priceMana === 0n ? policy.weightPrice : policy.weightPrice / Number(bid.priceMana)
  const reputation = policy.weightReputation * Number(facts.reputation)
  const match = policy.weightResources * resourceMatch(bid.resources, spec.requiredResources)
  const latency =
    facts.latencyMs !== undefined && facts.latencyMs > 0 ? policy.weightLatency / facts.latencyMs : 0
  return Math.max(0, price + reputation + match + latency)
}

/** The winning bid, or undefined when none scores above zero. */
export function selectBid(
  spec: JobSpec,
  bids: readonly MeshJobBid[],
  factsOf: (bid: MeshJobBid) => BidderFacts,
  policy: SelectionPolicy = DEFAULT_SELECTION_POLICY,
): MeshJobBid | undefined {
  let best: { readonly bid: MeshJobBid; readonly score: number } | undefined
  for (const bid of bids) {
    const score = bidScore(spec, bid, factsOf(bid), policy)
    if (score > 0 && (best === undefined || beats(bid, score, best.bid, best.score))) best = { bid, score }
  }
  return best?.bid
}

function beats(a: MeshJobBid, scoreA: number, b: MeshJobBid, scoreB: number): boolean {
  if (scoreA !== scoreB) return scoreA > scoreB
  if (a.priceMana !== b.priceMana) return a.priceMana < b.priceMana
  return a.executorDid.toString() < b.executorDid.toString()
}

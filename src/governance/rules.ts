/** The rules in force and the system parameters, read from the state, so that a recorded run replays by the same ones. */
import { U64_MAX } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import type { Transaction } from '../storage/types.ts'
import { invalid } from './refuse.ts'
import { type GovernanceRules, PARAMETERS, RULES } from './rows.ts'

/** Upstream's module defaults (ref §6.1). */
export const DEFAULT_RULES: GovernanceRules = {
  quorum: 1n,
  threshold: 0.5,
  minSponsors: 1,
  timelockSecs: 0n,
  vetoGraceSecs: 0n,
  vetoMembers: [],
}

/** `PROPOSAL_COST_MANA`, `VOTE_COST_MANA` (ref §4.3). */
export const PROPOSAL_COST = 10n
export const VOTE_COST = 1n

/** Most members of one co-operative: a tally looks at each. */
export const MOST_MEMBERS = 1_000
/** Longest voting time and delay, seconds: 100 years, so that every time is an exact number in JavaScript. */
export const MOST_SECONDS = 3_153_600_000n

export function rulesOf(tx: Transaction): GovernanceRules {
  return tx.get(RULES, 'rules') ?? DEFAULT_RULES
}

/** A system parameter's value, or undefined while no proposal has set it. */
export function parameter(tx: Transaction, key: string): string | undefined {
  return tx.get(PARAMETERS, key)?.value
}

/** @throws IcnError InvalidSpec naming the number and what came (ref §14 row 21) */
export function checkQuorum(quorum: bigint): bigint {
  if (quorum >= 1n && quorum <= U64_MAX) return quorum
  throw invalid('quorum', `The quorum must be at least 1 vote, got ${quorum}.`, { quorum })
}

/** @returns the f32 that is compared with @throws IcnError InvalidSpec (ref §14 row 21) */
export function checkThreshold(threshold: number): number {
  const single = Math.fround(threshold)
  if (single > 0 && single <= 1) return single
  throw invalid('threshold', `The threshold must be above 0 and at most 1, got ${threshold}.`, {
    threshold: String(threshold),
  })
}

/** @throws IcnError InvalidSpec */
export function checkRules(rules: GovernanceRules): GovernanceRules {
  const { minSponsors, timelockSecs, vetoGraceSecs, vetoMembers } = rules
  if (!Number.isSafeInteger(minSponsors) || minSponsors < 1 || minSponsors > MOST_MEMBERS) {
    throw invalid('minSponsors', `minSponsors must be from 1 to ${MOST_MEMBERS}, got ${minSponsors}.`)
  }
  for (const [name, seconds] of Object.entries({ timelockSecs, vetoGraceSecs })) {
    if (seconds < 0n || seconds > MOST_SECONDS) {
      throw invalid(name, `${name} must be from 0 to ${MOST_SECONDS} seconds, got ${seconds}.`)
    }
  }
  return {
    quorum: checkQuorum(rules.quorum),
    threshold: checkThreshold(rules.threshold),
    minSponsors,
    timelockSecs,
    vetoGraceSecs,
    vetoMembers: vetoMembers.map((member) => Did.parse(member).toString()),
  }
}

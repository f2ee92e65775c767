/** The state machine against a small model: what a co-operative of three may do, and what each thing costs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { auditBalances, balanceOf } from '../economics/ledger.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { castVote, closeVoting, openVoting, sponsorProposal, vetoProposal } from './calls.ts'
import { executeProposal } from './execute.ts'
import { Coop, did } from './fixtures/coop.ts'
import { delegateVote, revokeDelegation } from './members.ts'
import { knownProposal, statusAt, statusOf } from './proposal.ts'
import type { GovernanceRules } from './rows.ts'
import type { VoteOption } from './types.ts'

const NAMES = ['alice', 'bob', 'carol'] as const
type Name = (typeof NAMES)[number]
const DURATION = 60n

interface Modelled {
  readonly id: string
  readonly proposer: Name
  readonly deadline: bigint
  readonly quorum: number
  readonly threshold: number
  status: string
  readonly sponsors: Set<Name>
  votes: Map<Name, VoteOption>
  acceptedAt: bigint
  penalised: boolean
}

/** Sponsors, delay and veto, off and on. */
const RULES = {
  plain: { minSponsors: 1, timelockSecs: 0n, vetoGraceSecs: 0n, vetoMembers: [] },
  strict: { minSponsors: 2, timelockSecs: 12n, vetoGraceSecs: 8n, vetoMembers: ['did:icn:test:carol'] },
} satisfies Record<string, Partial<GovernanceRules>>
type Rules = (typeof RULES)[keyof typeof RULES]

/** One co-operative as a person would write it down. */
class Model {
  readonly rules: Rules
  readonly proposals: Modelled[] = []
  readonly mana = new Map<Name, bigint>(NAMES.map((name) => [name, 40n]))
  readonly reputation = new Map<Name, bigint>(NAMES.map((name) => [name, 0n]))
  /** What was lent, to whom and when, null taken back; the last one by the end of a voting counts. */
  readonly lent: { readonly from: Name; readonly to: Name | null; readonly at: bigint }[] = []

  constructor(rules: Rules) {
    this.rules = rules
  }

  /** What waits ends by itself. */
  pass(now: bigint): void {
    const { timelockSecs, vetoGraceSecs } = this.rules
    const wait = BigInt(Math.max(Number(timelockSecs), Number(vetoGraceSecs)))
    for (const found of this.proposals)
      if (found.status === 'AcceptedTimelock' && now >= found.acceptedAt + wait) found.status = 'Accepted'
  }

  pay(name: Name, amount: bigint): boolean {
    const left = this.mana.get(name)! - amount
    if (left < 0n) return false
    this.mana.set(name, left)
    return true
  }

  count({ votes, quorum, threshold, deadline }: Modelled, now: bigint): string {
    const end = now < deadline ? now : deadline
    const counted = NAMES.flatMap((name) => {
      const lent = this.lent.findLast(({ from, at }) => from === name && at <= end)?.to ?? null
      return votes.get(name) ?? (lent === null ? [] : (votes.get(lent) ?? []))
    })
    const yes = counted.filter((option) => option === 'Yes').length
    if (counted.length < quorum || yes < counted.length * threshold) return 'Rejected'
    return this.rules.timelockSecs > 0n ? 'AcceptedTimelock' : 'Accepted'
  }
}

const who = fc.constantFrom(...NAMES)
const which = fc.nat({ max: 1 })
const step = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    who,
    quorum: fc.integer({ min: 1, max: 3 }),
    threshold: fc.constantFrom(0.25, 0.5, 0.75, 1),
  }),
  fc.record({ do: fc.constant('open' as const), who, which }),
  fc.record({ do: fc.constant('sponsor' as const), who, which }),
  fc.record({ do: fc.constant('veto' as const), who, which }),
  fc.record({
    do: fc.constant('vote' as const),
    who,
    which,
    option: fc.constantFrom('Yes' as const, 'No' as const, 'Abstain' as const),
  }),
  fc.record({
    do: fc.constant('vote' as const),
    who,
    which,
    option: fc.constant('Yes' as const),
  }),
  fc.record({ do: fc.constant('close' as const), who, which }),
  fc.record({ do: fc.constant('execute' as const), who, which }),
  fc.record({ do: fc.constant('lend' as const), who, to: who }),
  fc.record({ do: fc.constant('take' as const), who }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 30 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A way to an accepted proposal: steps by chance alone hardly find it when sponsors are asked for. */
const WAY: readonly Step[] = [
  { do: 'create', who: 'alice', quorum: 2, threshold: 0.5 },
  { do: 'sponsor', who: 'bob', which: 0 },
  { do: 'open', who: 'alice', which: 0 },
  { do: 'lend', who: 'bob', to: 'alice' },
  { do: 'vote', who: 'alice', which: 0, option: 'Yes' },
  { do: 'close', who: 'alice', which: 0 },
]
/** Some of it, then by chance. */
const walk = fc
  .record({
    begun: fc.nat({ max: WAY.length }),
    chance: fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
  })
  .map(({ begun, chance }) => [...WAY.slice(0, begun), ...chance])

/** What the model says about a step, done to it: true when it is accepted. */
function model(state: Model, now: bigint, made: Step, id: () => string): boolean {
  if (made.do === 'pass') return true
  if (made.do === 'lend') {
    if (made.who === made.to) return false
    state.lent.push({ from: made.who, to: made.to, at: now })
    return true
  }
  if (made.do === 'take') {
    state.lent.push({ from: made.who, to: null, at: now })
    return true
  }
  if (made.do === 'create') {
    if (!state.pay(made.who, 10n)) return false
    state.proposals.push({
      id: id(),
      proposer: made.who,
      deadline: now + DURATION,
      quorum: made.quorum,
      threshold: made.threshold,
      status: state.rules.minSponsors > 1 ? 'PendingSponsorship' : 'Pending',
      sponsors: new Set([made.who]),
      votes: new Map(),
      acceptedAt: 0n,
      penalised: false,
    })
    return true
  }
  const found = state.proposals[made.which]
  if (found === undefined) return false
  const own = found.proposer === made.who
  switch (made.do) {
    case 'open':
      if (!own || found.status !== 'Pending' || now >= found.deadline) return false
      found.status = 'VotingOpen'
      return true
    case 'sponsor':
      if (found.status !== 'PendingSponsorship' || now >= found.deadline || found.sponsors.has(made.who)) {
        return false
      }
      found.sponsors.add(made.who)
      if (found.sponsors.size >= state.rules.minSponsors) found.status = 'Pending'
      return true
    case 'veto':
      if (!state.rules.vetoMembers.some((did) => did.endsWith(`:${made.who}`))) return false
      if (found.status !== 'AcceptedTimelock') return false
      if (now > found.acceptedAt + state.rules.vetoGraceSecs) return false
      found.status = 'Vetoed'
      return true
    case 'vote':
      if (found.status !== 'VotingOpen' || now > found.deadline) return false
      if (found.votes.get(made.who) === made.option || !state.pay(made.who, 1n)) return false
      found.votes.set(made.who, made.option)
      return true
    case 'close': {
      const over = now >= found.deadline
      if (found.status === 'VotingOpen') {
        if (!own && !over) return false
        found.status = state.count(found, now)
        found.acceptedAt = now
      } else if (found.status.startsWith('Pending') && over) found.status = 'Rejected'
      return true
    }
    case 'execute': {
      const before = state.reputation.get(found.proposer)!
      if (found.status === 'Accepted') {
        found.status = 'Executed'
        state.mana.set(found.proposer, state.mana.get(found.proposer)! + 1n)
        state.reputation.set(found.proposer, before + 1n)
        return true
      }
      if (!found.penalised && !['Executed', 'AcceptedTimelock'].includes(found.status)) {
        found.penalised = true
        state.reputation.set(found.proposer, before > 0n ? before - 1n : 0n)
      }
      return false
    }
  }
}

/** The same step by the rules: true when it is accepted. Votes of one second are a second apart. */
function real(coop: Coop, state: Model, made: Step, count: number): boolean {
  try {
    coop.tx.attempt((tx) => {
      const id = 'which' in made ? (state.proposals[made.which]?.id ?? 'none') : ''
      switch (made.do) {
        case 'create':
          return coop.create(made.who, {
            description: `proposal ${count}`,
            durationSecs: DURATION,
            quorum: BigInt(made.quorum),
            threshold: made.threshold,
          })
        case 'open':
          return openVoting(tx, coop.as(made.who), id)
        case 'sponsor':
          return sponsorProposal(tx, coop.as(made.who), id)
        case 'veto':
          return vetoProposal(tx, coop.as(made.who), id, 'no')
        case 'vote':
          return castVote(tx, coop.as(made.who), id, made.option)
        case 'close':
          return closeVoting(tx, coop.as(made.who), id)
        case 'lend':
          return delegateVote(tx, { ...coop.as(made.who), from: did(made.who) }, did(made.to))
        case 'take':
          return revokeDelegation(tx, { ...coop.as(made.who), from: did(made.who) })
        case 'pass':
          coop.now += BigInt(made.seconds)
      }
    })
    if (made.do !== 'execute') return true
    const id = state.proposals[made.which]?.id ?? 'none'
    return executeProposal(coop.tx, coop.as(made.who), id).failure === null
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}

/** @returns the statuses that were seen */
function compareWithModel(rules: Rules, parameters: fc.Parameters<unknown>): ReadonlySet<string> {
  const reached = new Set<string>()
  fc.assert(
    fc.property(walk, (steps) => {
      const coop = new Coop(NAMES, rules, 40n)
      const state = new Model(rules)
      steps.forEach((made, i) => {
        const before = coop.tx.tables.get('proposals')?.size ?? 0
        // Every step at a second of its own, so that no vote has to be put off.
        coop.now += 1n
        state.pass(coop.now)
        const accepted = real(coop, state, made, i)
        const ids = [...(coop.tx.tables.get('proposals')?.keys() ?? [])]
        expect(
          model(state, coop.now, made, () => ids[before]!),
          `${i} ${made.do}`,
        ).toBe(accepted)
        state.pass(coop.now)
        for (const { id, status } of state.proposals) {
          const row = knownProposal(coop.tx, id)
          expect(statusOf(coop.tx, row, coop.now), `${i} ${made.do}`).toBe(status)
          expect(statusAt(row, coop.now), `${i} ${made.do}, as stored`).toBe(status)
          reached.add(status)
        }
        for (const name of NAMES) {
          expect(balanceOf(coop.tx, did(name)), `${i} ${made.do}`).toBe(state.mana.get(name))
          expect(reputationOf(coop.tx, did(name)), `${i} ${made.do}`).toBe(state.reputation.get(name))
        }
      })
      const { counted, recorded } = auditBalances(coop.tx)
      expect(counted).toBe(recorded)
    }),
    parameters as object,
  )
  return reached
}

const STATUSES = {
  plain: ['Accepted', 'Executed', 'Pending', 'Rejected', 'VotingOpen'],
  strict: [
    'Accepted',
    'AcceptedTimelock',
    'Executed',
    'Pending',
    'PendingSponsorship',
    'Rejected',
    'Vetoed',
    'VotingOpen',
  ],
} satisfies Record<keyof typeof RULES, readonly string[]>

describe.each(['plain', 'strict'] as const)('with %s rules', (name) => {
  it('goes step by step as the model does', () => {
    compareWithModel(RULES[name], { numRuns: 100 })
  })

  it('does so through every status, votes that were lent and taken back among them', () => {
    const reached = compareWithModel(RULES[name], { numRuns: 100, seed: 1 })
    expect([...reached].sort()).toEqual(STATUSES[name])
  })
})

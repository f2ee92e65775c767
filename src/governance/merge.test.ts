/** What other nodes say comes to the same in whatever order it is heard, and nobody speaks for another. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { contentId } from './content.ts'
import { Coop, did, NOW } from './fixtures/coop.ts'
import { MOST_WAITING, receiveProposal, receiveVote } from './incoming.ts'
import { knownProposal, statusOf, tallyOf, votesOf } from './proposal.ts'
import { PROPOSALS } from './rows.ts'
import { NO_PROPOSAL_TAIL, type Proposal, type ProposalStatus, type VoteOption } from './types.ts'

const NAMES = ['alice', 'bob', 'carol'] as const
const SECONDS = 20n
const content = {
  proposer: did('alice'),
  proposalType: { GenericText: 'hi' },
  description: 'greet',
  createdAt: NOW,
  votingDeadline: NOW + SECONDS,
  quorum: null,
  threshold: null,
  contentCid: null,
  timelockDelay: null,
} as const
const id = contentId(content)
const proposal = (changes: Partial<Proposal> = {}): Proposal => ({
  ...content,
  id,
  status: 'Pending',
  votes: new Map(),
  ...NO_PROPOSAL_TAIL,
  ...changes,
})

type Message =
  | { readonly kind: 'proposal'; readonly by: string; readonly at: bigint; readonly says: Partial<Proposal> }
  | { readonly kind: 'vote'; readonly by: string; readonly at: bigint; readonly option: VoteOption }

const now = NOW + 30n

function hear(coop: Coop, message: Message): void {
  const heard = { sender: did(message.by), at: message.at, now }
  coop.tx.attempt((tx) =>
    message.kind === 'proposal'
      ? receiveProposal(tx, proposal(message.says), heard)
      : receiveVote(
          tx,
          { voter: did(message.by), proposalId: id, option: message.option, votedAt: message.at },
          heard,
        ),
  )
}

const at = fc.integer({ min: 0, max: 25 }).map((seconds) => NOW + BigInt(seconds))
const by = fc.constantFrom(...NAMES, 'mallory')
const statuses: readonly ProposalStatus[] = [
  'Pending',
  'PendingSponsorship',
  'VotingOpen',
  'AcceptedTimelock',
  'Accepted',
  'Rejected',
  'Vetoed',
  'Executed',
  'Failed',
]
const claim: fc.Arbitrary<Message> = fc
  .record({
    by,
    at,
    status: fc.constantFrom(...statuses),
    acceptedAt: fc.option(at),
    sponsors: fc.subarray([...NAMES, 'mallory']),
    vetoBy: fc.option(by),
    vetoAt: at,
    reason: fc.constantFrom('a', 'b'),
  })
  .map((made) => ({
    kind: 'proposal',
    by: made.by,
    at: made.at,
    says: {
      status: made.status,
      acceptedAt: made.acceptedAt,
      sponsorship: { sponsors: made.sponsors.map(did), sponsorshipCompleteAt: null },
      veto:
        made.vetoBy === null
          ? null
          : { vetoedBy: did(made.vetoBy), vetoedAt: made.vetoAt, reason: made.reason },
    },
  }))
const vote: fc.Arbitrary<Message> = fc.record({
  kind: fc.constant('vote' as const),
  by,
  at,
  option: fc.constantFrom('Yes' as const, 'No' as const, 'Abstain' as const),
})
const birth: Message = { kind: 'proposal', by: 'alice', at: NOW, says: {} }

/** Messages, and the same ones in another order with some of them twice. */
const twoOrders = fc
  .array(fc.oneof(claim, vote, vote), { maxLength: 14, size: 'max' })
  .map((rest) => [birth, ...rest])
  .chain((messages) =>
    fc.record({
      one: fc.shuffledSubarray(messages, { minLength: messages.length }),
      other: fc
        .tuple(fc.shuffledSubarray(messages, { minLength: messages.length }), fc.shuffledSubarray(messages))
        .map(([all, again]) => [...all, ...again]),
    }),
  )

const rules = fc.record({
  minSponsors: fc.constantFrom(1, 2),
  vetoGraceSecs: fc.constantFrom(0n, 5n, 60n),
  vetoMembers: fc.subarray(['did:icn:test:bob', 'did:icn:test:carol']),
})

function told(coop: Coop): unknown {
  const row = coop.tx.get(PROPOSALS, id)
  if (row === undefined) return 'unknown'
  const { seq: _, status, ...facts } = row
  expect(status).toBe(statusOf(coop.tx, row, now))
  return { ...facts, status, tally: tallyOf(coop.tx, row), votes: [...votesOf(coop.tx, row)].sort() }
}

/** @returns the statuses that were seen */
function compareOrders(parameters: fc.Parameters<unknown>): ReadonlySet<unknown> {
  const reached = new Set<unknown>()
  fc.assert(
    fc.property(rules, twoOrders, (given, { one, other }) => {
      const [a, b] = [one, other].map((messages) => {
        const coop = new Coop(NAMES, given)
        for (const message of messages) {
          try {
            hear(coop, message)
          } catch (error) {
            if (!IcnError.is(error)) throw error
          }
        }
        const result = told(coop)
        reached.add((result as { status: string }).status)
        // Hearing all of it once more changes nothing.
        for (const message of messages) {
          try {
            hear(coop, message)
          } catch (error) {
            if (!IcnError.is(error)) throw error
          }
        }
        expect(told(coop)).toEqual(result)
        return result
      })
      expect(a).toEqual(b)
    }),
    parameters as object,
  )
  return reached
}

it('any order, with anything twice, comes to the same', () => {
  compareOrders({ numRuns: 300 })
})

it('the same of runs that are known to lead to every status that messages can lead to', () => {
  const reached = compareOrders({ numRuns: 600, seed: 1 })
  for (const status of ['Pending', 'PendingSponsorship', 'VotingOpen', 'Rejected', 'Vetoed'] as const)
    expect([...reached]).toContain(status)
  expect(reached.has('Accepted') || reached.has('AcceptedTimelock')).toBe(true)
})

describe('refused, and nothing changed', () => {
  const open: Message = { kind: 'proposal', by: 'alice', at: NOW, says: { status: 'VotingOpen' } }
  const cases: readonly (readonly [string, (coop: Coop) => unknown, string])[] = [
    [
      'a vote sent by another',
      ({ tx }) =>
        receiveVote(
          tx,
          { voter: did('bob'), proposalId: id, option: 'Yes', votedAt: NOW },
          { sender: did('carol'), at: NOW, now },
        ),
      'notTheVoter',
    ],
    [
      'a vote of no member',
      (coop) => hear(coop, { kind: 'vote', by: 'mallory', at: NOW, option: 'Yes' }),
      'notAMember',
    ],
    [
      'a vote after the deadline',
      (coop) => hear(coop, { kind: 'vote', by: 'bob', at: NOW + 21n, option: 'Yes' }),
      'deadline',
    ],
    [
      'a vote dated otherwise than its message',
      ({ tx }) =>
        receiveVote(
          tx,
          { voter: did('bob'), proposalId: id, option: 'Yes', votedAt: NOW },
          { sender: did('bob'), at: NOW + 1n, now },
        ),
      'votedAt',
    ],
    [
      'a vote on what cannot be a proposal',
      ({ tx }) =>
        receiveVote(
          tx,
          { voter: did('bob'), proposalId: 'a\u0000b', option: 'Yes', votedAt: NOW },
          { sender: did('bob'), at: NOW, now },
        ),
      'proposalId',
    ],
    ['an announcement of no member', (coop) => hear(coop, { ...open, by: 'mallory' }), 'notAMember'],
    [
      'an early end by another than the proposer',
      (coop) =>
        hear(coop, {
          kind: 'proposal',
          by: 'bob',
          at: NOW + 5n,
          says: { status: 'Accepted', acceptedAt: NOW + 5n },
        }),
      'tooEarly',
    ],
    [
      'an opening by another',
      (coop) => hear(coop, { kind: 'proposal', by: 'bob', at: NOW, says: { status: 'VotingOpen' } }),
      'notTheProposer',
    ],
    [
      'a content that is not the one of the id',
      ({ tx }) =>
        receiveProposal(tx, proposal({ description: 'other' }), { sender: did('alice'), at: NOW, now }),
      'idMismatch',
    ],
    [
      'a proposal from the future',
      ({ tx }) => {
        const later = { ...content, createdAt: now + 301n, votingDeadline: now + 400n }
        const changed = proposal({ ...later, id: contentId(later) })
        return receiveProposal(tx, changed, { sender: did('alice'), at: NOW, now })
      },
      'createdAt',
    ],
    [
      'a quorum of 0',
      ({ tx }) => {
        const none = { ...content, quorum: 0n }
        return receiveProposal(tx, proposal({ ...none, id: contentId(none) }), {
          sender: did('alice'),
          at: NOW,
          now,
        })
      },
      'quorum',
    ],
  ]

  it.each(cases)('%s', (_title, attempt, reason) => {
    const coop = new Coop(NAMES)
    hear(coop, open)
    const before = coop.snapshot()
    expect(() => attempt(coop)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ reason }) }),
    )
    expect(coop.snapshot()).toEqual(before)
  })

  it('more than a thousand messages about proposals that never come', () => {
    const coop = new Coop(NAMES)
    const wait = (i: number, time: bigint) =>
      receiveVote(
        coop.tx,
        { voter: did('bob'), proposalId: `prop:${i}`, option: 'Yes', votedAt: time },
        { sender: did('bob'), at: time, now: time },
      )
    for (let i = 0; i < MOST_WAITING; i++) wait(i, NOW)
    expect(() => wait(MOST_WAITING, NOW + 1n)).toThrow(
      expect.objectContaining({ code: 'ResourceLimitExceeded' }),
    )
    // Those that waited too long make room.
    expect(wait(MOST_WAITING, NOW + 700n)).toBe(true)
  })
})

it('what another node executed is not executed here', () => {
  const coop = new Coop(NAMES)
  hear(coop, { kind: 'proposal', by: 'alice', at: NOW, says: { status: 'VotingOpen' } })
  hear(coop, { kind: 'vote', by: 'bob', at: NOW + 1n, option: 'Yes' })
  hear(coop, {
    kind: 'proposal',
    by: 'alice',
    at: NOW + 3n,
    says: { status: 'Executed', acceptedAt: NOW + 2n },
  })
  expect(knownProposal(coop.tx, id)).toMatchObject({ status: 'Accepted', end: null, closedAt: NOW + 2n })
})

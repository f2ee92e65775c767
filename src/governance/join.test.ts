/**
 * Several nodes of one co-operative: what they hear comes in any order, twice, late, or to some of them only; then they
 * tell each other what they lack. They end with the same state, byte for byte, and it is the one of a node that heard all
 * of it in the order in which it was said.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { castVote, closeVoting, openVoting } from './calls.ts'
import { contentId } from './content.ts'
import { MOST_LENT } from './electorate.ts'
import { executeProposal } from './execute.ts'
import { Coop, did, NOW, payload } from './fixtures/coop.ts'
import { receiveDelegation, receiveProposal, receiveVote } from './incoming.ts'
import { knownProposal, statusAt, statusOf, tallyOf } from './proposal.ts'
import { CLOSED, DELEGATIONS, LENT, PROPOSALS, STATEMENTS, VOTES, WAITING } from './rows.ts'
import { NO_PROPOSAL_TAIL, type Proposal, type ProposalStatus, type VoteOption } from './types.ts'

const NAMES = ['alice', 'bob', 'carol', 'dave'] as const
const SECONDS = 20n
const LATER = NOW + 500n

const content = (proposer: string) => ({
  proposer: did(proposer),
  proposalType: { GenericText: 'hi' } as const,
  description: 'greet',
  createdAt: NOW,
  votingDeadline: NOW + SECONDS,
  quorum: 2n,
  threshold: null,
  contentCid: null,
  timelockDelay: null,
})

type Message = { readonly by: string; readonly at: bigint } & (
  | { readonly kind: 'proposal'; readonly of: string; readonly says: Partial<Proposal> }
  | { readonly kind: 'vote'; readonly of: string; readonly option: VoteOption }
  | { readonly kind: 'lend'; readonly to: string | null; readonly nth: number }
)

/** @param carrier names the message among all of a run @returns whether it was taken */
function hear(coop: Coop, message: Message, carrier: Uint8Array, now = LATER): boolean {
  const sender = did(message.by)
  const heard = { sender, at: message.at, now, carrier }
  try {
    return coop.tx.attempt((tx) => {
      if (message.kind === 'lend') {
        const { at, nth } = message
        const to = message.to === null ? null : did(message.to)
        return receiveDelegation(tx, { from: sender, to, at, nth }, heard)
      }
      const made = content(message.of)
      const id = contentId(made)
      if (message.kind === 'vote') {
        const { option, at } = message
        return receiveVote(tx, { voter: sender, proposalId: id, option, votedAt: at }, heard)
      }
      const plain = { ...made, id, status: 'Pending' as const, votes: new Map(), ...NO_PROPOSAL_TAIL }
      return receiveProposal(tx, { ...plain, ...message.says }, heard)
    })
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}

/** Everything that does not depend on what this node itself did, or on when it heard of it. */
function state(coop: Coop): string {
  const { tx } = coop
  const rows = <T>(name: { readonly name: string }) => tx.list<T>(name, { limit: 10_000 })
  const proposals = tx.list(PROPOSALS, { limit: 100 }).map(([, row]) => {
    const { seq: _, end: __, penalised: ___, status: ____, ...facts } = row
    const status = statusAt(row, LATER)
    expect(status).toBe(statusOf(tx, row, LATER))
    return { ...facts, status, tally: tallyOf(tx, row) }
  })
  const told = {
    proposals,
    votes: rows(VOTES),
    lent: rows(LENT),
    delegations: rows(DELEGATIONS),
    closed: rows(CLOSED),
    statements: rows(STATEMENTS).map(([name]) => name),
  }
  return JSON.stringify(told, (_, value) => (typeof value === 'bigint' ? `${value}n` : value), 1)
}

/** What `from` keeps and `to` lacks, in some order. @returns whether anything was */
function tell(from: Coop, to: Coop, messages: readonly Message[], order: (n: number) => number): boolean {
  const lacked = from.tx.list(STATEMENTS, { limit: 10_000 }).filter(([name]) => !to.tx.has(STATEMENTS, name))
  const sorted = lacked
    .map(([, carrier]) => Number(fromUtf8(carrier)))
    .sort((a, b) => order(a) - order(b) || a - b)
  let changed = false
  for (const i of sorted) changed = hear(to, messages[i]!, utf8(`${i}`)) || changed
  return changed
}

const at = fc.integer({ min: 0, max: 24 }).map((seconds) => NOW + BigInt(seconds))
const by = fc.constantFrom(...NAMES, 'mallory')
const of = fc.constantFrom('alice', 'bob')
const statuses: readonly ProposalStatus[] = [
  'Pending',
  'VotingOpen',
  'Accepted',
  'Rejected',
  'Vetoed',
  'Executed',
]
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    kind: fc.constant('proposal' as const),
    by,
    at,
    of,
    says: fc
      .record({
        status: fc.constantFrom(...statuses),
        acceptedAt: fc.option(at),
        sponsors: fc.subarray([...NAMES]),
        veto: fc.option(fc.record({ by: fc.constantFrom(...NAMES), at, reason: fc.constantFrom('a', 'b') })),
      })
      .map(({ status, acceptedAt, sponsors, veto }) => ({
        status,
        acceptedAt,
        sponsorship: { sponsors: sponsors.map(did), sponsorshipCompleteAt: null },
        veto: veto && { vetoedBy: did(veto.by), vetoedAt: veto.at, reason: veto.reason },
      })),
  }),
  // Few seconds and many votes: several of one member in one second, which no honest node sends.
  ...[1, 2, 3].map(() =>
    fc.record({
      kind: fc.constant('vote' as const),
      by,
      at,
      of,
      option: fc.constantFrom('Yes' as const, 'No' as const, 'Abstain' as const),
    }),
  ),
  fc.record({
    kind: fc.constant('lend' as const),
    by,
    at,
    to: fc.option(by),
    nth: fc.nat({ max: 1 }),
  }),
)
const births: readonly Message[] = ['alice', 'bob'].map((name) => ({
  kind: 'proposal',
  by: name,
  at: NOW,
  of: name,
  says: { status: 'VotingOpen' },
}))

const NODES = 4
const run = fc
  .array(message, { maxLength: 40, size: 'max' })
  .map((rest) => [...births, ...rest])
  .chain((messages) => {
    const places = messages.map((_, i) => i)
    return fc.record({
      messages: fc.constant(messages),
      // What each hears: some of it, in an order of its own, some twice.
      heard: fc.array(
        fc
          .tuple(fc.shuffledSubarray(places), fc.shuffledSubarray(places))
          .map(([first, again]) => [...first, ...again]),
        { minLength: NODES, maxLength: NODES },
      ),
      // Who asks whom, one after the other. (The first two nodes hear of one proposal each, whatever else they hear.)
      turn: fc.shuffledSubarray(
        Array.from({ length: NODES * NODES }, (_, i) => i),
        { minLength: NODES * NODES },
      ),
      rules: fc.record({
        minSponsors: fc.constantFrom(1, 2),
        vetoGraceSecs: fc.constantFrom(0n, 30n),
        vetoMembers: fc.constant(['did:icn:test:carol', 'did:icn:test:dave']),
      }),
    })
  })

it('partitions heal: all end with the same state, that of one who heard all of it in order', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(run, ({ messages, heard, turn, rules }) => {
      const nodes = heard.map((some, n) => {
        const coop = new Coop(NAMES, rules)
        for (const i of [...some, ...(n < births.length ? [n] : [])]) hear(coop, messages[i]!, utf8(`${i}`))
        return coop
      })
      // Each asks each, in turns, until nobody learns anything more.
      for (let round = 0, changed = true; changed; round++) {
        expect(round).toBeLessThan(8)
        changed = false
        for (const pair of turn) {
          const [from, to] = [nodes[pair % NODES]!, nodes[Math.floor(pair / NODES)]!]
          const order = (n: number) => (n * 7 + pair * 13 + round) % 31
          if (from !== to && tell(from, to, messages, order)) changed = true
        }
      }
      const known = new Set([...heard.flat(), ...births.keys()])
      const witness = new Coop(NAMES, rules)
      for (const i of [...known].sort((a, b) => Number(messages[a]!.at - messages[b]!.at) || a - b))
        hear(witness, messages[i]!, utf8(`${i}`))
      const expected = state(witness)
      for (const coop of nodes) expect(state(coop)).toBe(expected)
      for (const { status } of JSON.parse(expected).proposals) seen.add(status)
      // Hearing all of it once more changes nothing.
      for (const i of known) hear(nodes[0]!, messages[i]!, utf8(`${i}`))
      expect(state(nodes[0]!)).toBe(expected)
      expect(nodes[0]!.tx.list(WAITING, { limit: 1 })).toEqual([])
    }),
    { numRuns: 150 },
  )
  for (const status of ['VotingOpen', 'Accepted', 'Rejected']) expect([...seen]).toContain(status)
})

it('of two votes of one member in one second the one further from Yes stands, whichever came first', () => {
  const say = (option: VoteOption): Message => ({
    kind: 'vote',
    by: 'carol',
    at: NOW + 3n,
    of: 'alice',
    option,
  })
  const counted = (...options: VoteOption[]) => {
    const coop = new Coop(NAMES)
    hear(coop, births[0]!, utf8('0'))
    for (const [i, option] of options.entries()) hear(coop, say(option), utf8(`${i + 1}`))
    return tallyOf(coop.tx, knownProposal(coop.tx, contentId(content('alice'))))
  }
  expect(counted('Yes', 'No')).toEqual({ yes: 0n, no: 1n, abstain: 0n })
  expect(counted('No', 'Yes')).toEqual({ yes: 0n, no: 1n, abstain: 0n })
  expect(counted('Abstain', 'No', 'Yes')).toEqual({ yes: 0n, no: 0n, abstain: 1n })
})

it('a delegation heard of after the end counts as of its date, and the decision is made anew', () => {
  const id = contentId(content('alice'))
  const messages: readonly Message[] = [
    births[0]!,
    { kind: 'vote', by: 'alice', at: NOW + 1n, of: 'alice', option: 'Yes' },
    { kind: 'proposal', by: 'alice', at: NOW + 9n, of: 'alice', says: { status: 'Rejected' } },
    { kind: 'lend', by: 'bob', at: NOW + 8n, to: 'alice', nth: 0 },
    { kind: 'lend', by: 'carol', at: NOW + 10n, to: 'alice', nth: 0 },
  ]
  const coop = new Coop(NAMES)
  const statuses = messages.map((said, i) => {
    hear(coop, said, utf8(`${i}`))
    return statusAt(knownProposal(coop.tx, id), LATER)
  })
  // A quorum of two: the vote lent in time makes it; the one lent after the end changes nothing.
  expect(statuses).toEqual(['VotingOpen', 'VotingOpen', 'Rejected', 'Accepted', 'Accepted'])
  expect(tallyOf(coop.tx, knownProposal(coop.tx, id))).toEqual({ yes: 2n, no: 0n, abstain: 0n })
})

it('of more delegations of one member than are known only those votings are counted anew that they were in force for', () => {
  const coop = new Coop(NAMES)
  const close = (at: bigint): Message => ({
    kind: 'proposal',
    by: 'alice',
    at,
    of: 'alice',
    says: { status: 'Rejected' },
  })
  const lend = (n: number): Message => ({
    kind: 'lend',
    by: 'bob',
    at: NOW + BigInt(n),
    to: n % 2 === 0 ? 'alice' : 'carol',
    nth: 0,
  })
  const lentTo = () =>
    knownProposal(coop.tx, contentId(content('alice'))).electorate!.find(
      ([member]) => member === `${did('bob')}`,
    )![1]
  hear(coop, births[0]!, utf8('birth'))
  hear(coop, lend(0), utf8('0'))
  hear(coop, close(NOW + 1n), utf8('close'))
  expect(lentTo()).toBe(`${did('alice')}`)
  for (let n = 2; n < 2 + MOST_LENT - 1; n++) hear(coop, lend(n), utf8(`${n}`))
  expect(lentTo()).toBe(`${did('alice')}`)
  // The first is not known any more: as if it had never been, on every node alike.
  hear(coop, lend(100), utf8('100'))
  expect(lentTo()).toBeNull()
  expect(coop.tx.get(LENT, `${did('bob')}`)).toHaveLength(MOST_LENT)
  const other = new Coop(NAMES)
  for (let n = 100; n >= 0; n--) {
    if (n === 1 || (n > 64 && n < 100)) continue
    hear(other, lend(n), utf8(`${n}`))
  }
  hear(other, close(NOW + 1n), utf8('close'))
  hear(other, births[0]!, utf8('birth'))
  expect(state(other)).toBe(state(coop))
})

it('who became a member, or ceased to be one, is counted by the date of the decision, whenever each node executes it', () => {
  const decide = (coop: Coop, type: string, who: string) => {
    const id = coop.open('alice', { proposalTypeStr: type, typeSpecificPayload: utf8(`did:icn:test:${who}`) })
    coop.vote(id, { alice: 'Yes', bob: 'Yes', carol: 'Yes' })
    coop.now += 1n
    closeVoting(coop.tx, coop.as('alice'), id)
    return id
  }
  /** @param late whether the decisions are executed only after everything else has happened */
  const count = (late: boolean) => {
    const coop = new Coop(NAMES)
    const ids = [decide(coop, 'NewMemberInvitation', 'erin'), decide(coop, 'RemoveMember', 'dave')]
    coop.now += 1n
    const execute = () => {
      for (const id of ids) executeProposal(coop.tx, coop.as('alice'), id)
    }
    if (!late) execute()
    const { id } = coop.create('alice', { ...payload(), quorum: 3n, description: 'after' })
    openVoting(coop.tx, coop.as('alice'), id)
    castVote(coop.tx, coop.as('alice'), id, 'Yes')
    castVote(coop.tx, coop.as('bob'), id, 'Yes')
    const vote = (name: string) =>
      receiveVote(
        coop.tx,
        { voter: did(name), proposalId: id, option: 'Yes', votedAt: coop.now },
        { sender: did(name), at: coop.now, now: coop.now, carrier: utf8(name) },
      )
    if (!late) vote('erin')
    vote('dave')
    closeVoting(coop.tx, coop.as('alice'), id)
    if (late) {
      expect(() => vote('erin')).toThrow(/is not a member/)
      execute()
      vote('erin')
    }
    return state(coop)
  }
  expect(count(true)).toBe(count(false))
})

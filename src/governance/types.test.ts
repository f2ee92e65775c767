import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../common/bytes.ts'
import { DAG_CBOR } from '../common/cid.ts'
import { decodeBincode, decodeJson, encodeBincode, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { buildBlock } from '../dag/block.ts'
import { createProposalPayload, parameterUpdate } from './payloads.ts'
import {
  headProposal,
  NO_PROPOSAL_TAIL,
  type Proposal,
  proposalId,
  seedProposal,
  type Vote,
  vote,
} from './types.ts'

const input = vectors.proposal_bincode.input
const proposal: Proposal = {
  id: input.id,
  proposer: Did.parse(input.proposer),
  proposalType: { GenericText: 'hello' },
  description: input.description,
  createdAt: BigInt(input.created_at),
  votingDeadline: BigInt(input.voting_deadline),
  status: 'Pending',
  votes: new Map(),
  quorum: BigInt(input.quorum),
  threshold: input.threshold,
  contentCid: null,
  ...NO_PROPOSAL_TAIL,
}

describe('vectors: proposal_bincode', () => {
  for (const vector of vectors.proposal_bincode.cases) {
    it(`${vector.revision.slice(0, 8)}, ${vector.status}`, () => {
      const codec = vector.revision.startsWith('HEAD') ? headProposal : seedProposal
      const value = { ...proposal, status: vector.status as Proposal['status'] }
      expect(toHex(encodeBincode(codec, value))).toBe(vector.bincode_hex)
      expect(decodeBincode(codec, fromHex(vector.bincode_hex), 'proposal')).toEqual(value)
      expect(decodeJson(codec, encodeJson(codec, value), 'proposal')).toEqual(value)
    })
  }

  it('Pending travels as Deliberation to a HEAD node', () => {
    const json = encodeJson(headProposal, proposal)
    expect(json).toContain('"status":"Deliberation"')
    expect(encodeJson(seedProposal, proposal)).toContain('"status":"Pending","votes":{}')
    expect(
      json.endsWith(
        '"sponsorship":{"sponsors":[],"sponsorship_complete_at":null},"accepted_at":null,"timelock_delay":null,"veto":null}',
      ),
    ).toBe(true)
  })

  it('a budget allocation names its recipient at HEAD and none in the seed era', () => {
    const named = {
      ...proposal,
      proposalType: { BudgetAllocation: [proposal.proposer, 50n, 'dev'] },
    } as const
    const unnamed = { ...proposal, proposalType: { BudgetAllocation: [null, 50n, 'dev'] } } as const
    expect(decodeBincode(headProposal, encodeBincode(headProposal, named), 'p').proposalType).toEqual(
      named.proposalType,
    )
    expect(encodeJson(seedProposal, unnamed)).toContain('{"BudgetAllocation":[50,"dev"]}')
    expect(() => encodeBincode(headProposal, unnamed)).toThrow('must name its recipient')
    expect(() => encodeBincode(seedProposal, named)).toThrow('cannot name a recipient')
  })
})

describe('votes', () => {
  const of = (key: keyof typeof vectors.keys, option: Vote['option']): [string, Vote] => {
    const voter = Did.parse(vectors.keys[key].did_key)
    return [voter.toString(), { voter, proposalId: 'p', option, votedAt: 1n }]
  }
  const voted = {
    ...proposal,
    votes: new Map([of('rfc8032_test1', 'No'), of('B', 'Yes'), of('A', 'Abstain')]),
  }

  it('have string keys and one order, whatever the order they came in', () => {
    const turned = { ...voted, votes: new Map([...voted.votes].reverse()) }
    expect(encodeBincode(seedProposal, turned)).toEqual(encodeBincode(seedProposal, voted))
    expect(encodeJson(seedProposal, turned)).toBe(encodeJson(seedProposal, voted))
    expect(decodeJson(seedProposal, encodeJson(seedProposal, voted), 'p').votes).toEqual(voted.votes)
    expect(decodeBincode(seedProposal, encodeBincode(seedProposal, voted), 'p').votes).toEqual(voted.votes)
  })

  it('filed under another DID are refused', () => {
    const [key] = of('A', 'Yes')
    const [, wrong] = of('B', 'Yes')
    const bad = { ...proposal, votes: new Map([[key, { ...wrong, voter: wrong.voter }]]) }
    expect(() => decodeJson(seedProposal, encodeJson(seedProposal, bad), 'p')).toThrow(
      '.voter: expected did:key:z6Mkj',
    )
  })
})

it('vectors: vote_bincode', () => {
  const vector = vectors.vote_bincode
  const value: Vote = {
    voter: Did.parse(vector.voter),
    proposalId: vector.proposal_id,
    option: 'Yes',
    votedAt: BigInt(vector.voted_at),
  }
  expect(toHex(encodeBincode(vote, value))).toBe(vector.bincode_hex)
  expect(decodeBincode(vote, fromHex(vector.bincode_hex), 'vote')).toEqual(value)
  expect(encodeJson(vote, value)).toContain('"option":"Yes","voted_at":1700000040}')
})

it('vectors: proposal_id', () => {
  for (const vector of vectors.proposal_id) {
    expect(proposalId(Did.parse(vector.proposer), vector.description, BigInt(vector.now))).toBe(vector.id)
  }
  expect(proposalId(Did.parse('did:key:z'), '😀'.repeat(12), 1n)).toBe(`prop:did:key:z:${'😀'.repeat(10)}:1`)
})

it('vectors: parameter_update_bincode', () => {
  const vector = vectors.parameter_update_bincode
  const signer = Did.parse(vector.signer)
  const timestamp = BigInt(vector.timestamp)
  const data = encodeBincode(parameterUpdate, { name: vector.name, value: vector.value, timestamp, signer })
  expect(toHex(data)).toBe(vector.bincode_hex)
  const block = buildBlock({ data, timestamp, authorDid: signer, codec: DAG_CBOR })
  expect(block.cid.toString()).toBe(vector.block_cid_string_0x71_ts_author)
})

it('a proposal payload may leave out quorum, threshold and body', () => {
  const text =
    '{"proposal_type_str":"GenericText","type_specific_payload":[104,105],"description":"greet","duration_secs":60}'
  expect(decodeJson(createProposalPayload, text, 'payload')).toEqual({
    proposalTypeStr: 'GenericText',
    typeSpecificPayload: Uint8Array.of(104, 105),
    description: 'greet',
    durationSecs: 60n,
    quorum: null,
    threshold: null,
    body: null,
  })
})

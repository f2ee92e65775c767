/** Governance in the largest co-operative there is: a thousand members, each with a delegate and a vote. */
import { utf8 } from '../../src/common/bytes.ts'
import { encodeJson } from '../../src/common/codec.ts'
import { Did } from '../../src/common/did.ts'
import { closeVoting, createProposal, openVoting } from '../../src/governance/calls.ts'
import { voteKey } from '../../src/governance/keys.ts'
import { found } from '../../src/governance/members.ts'
import { type CreateProposalPayload, createProposalPayload } from '../../src/governance/payloads.ts'
import { DELEGATIONS, RULES, VOTES } from '../../src/governance/rows.ts'
import { DEFAULT_RULES, MOST_MEMBERS } from '../../src/governance/rules.ts'
import { NOW, type World } from '../../src/runtime/fixtures/world.ts'
import type { Transaction } from '../../src/storage/types.ts'
import { type Case, count, drop, OUT, text, WRITTEN, worded } from './case.ts'

/** Calls that work once only are made once on each of so many proposals. */
const PROPOSALS = 24
const now = BigInt(NOW)

export async function governanceCases({ context, me }: World): Promise<readonly Case[]> {
  const others = Array.from({ length: MOST_MEMBERS - 1 }, (_, i) =>
    Did.parse(`did:icn:test:${String(i).padStart(48, 'm')}`),
  )
  const rules = { ...DEFAULT_RULES, vetoMembers: [`${me}`], vetoGraceSecs: 100n }
  const ids = await context.store.transact((tx) => {
    found(tx, [me, ...others], now)
    others.forEach((did, i) => {
      tx.put(DELEGATIONS, `${did}`, { to: `${others[(i + 1) % others.length]}`, at: now })
    })
    const pending = series('p', (description) => create(tx, description))
    const open = series('o', (description) => voted(tx, description, others))
    const closed = series('c', (description) => close(tx, voted(tx, description, others)))
    tx.put(RULES, 'rules', rules)
    const waiting = series('w', (description) => close(tx, voted(tx, description, others)))
    tx.put(RULES, 'rules', DEFAULT_RULES)
    return { pending, open, closed, waiting }
  })
  const accepted = ids.closed[0]!
  const to = `${others[0]}`
  const flag = '(param i32 i32) (result i32)'

  function create(tx: Transaction, description: string): string {
    return createProposal(tx, { me, now }, { ...PAYLOAD, description }).id
  }
  function voted(tx: Transaction, description: string, voters: readonly Did[]): string {
    const id = create(tx, description)
    openVoting(tx, { me, now }, id)
    for (const voter of voters) tx.put(VOTES, voteKey(id, `${voter}`), [{ option: 'Yes', at: now }])
    return id
  }
  function close(tx: Transaction, id: string): string {
    closeVoting(tx, { me, now }, id)
    return id
  }

  const proposal = proposalJson()
  const votes = (of: readonly string[]) =>
    of.map((id) => JSON.stringify({ proposal_id_str: id, vote_option_str: 'yes' }))
  const onEach = (name: string, of: string, texts: readonly string[], type = flag): Case => ({
    name,
    of,
    type,
    text: texts.join(''),
    call: () => drop(`${nth(texts[0]!.length)}${type === WRITTEN ? ` ${OUT}` : ''}`),
    times: texts.length,
  })
  const again = (name: string, data: string, times: number, type = WRITTEN): Case => ({
    name,
    type,
    text: data,
    call: (n) => drop(`${text(n)}${type === WRITTEN ? ` ${OUT}` : ''}`),
    times,
  })
  return [
    {
      name: 'host_create_governance_proposal',
      type: WRITTEN,
      text: proposal.json,
      // Each proposal is another one: three letters of its description are counted up.
      call: (n) => `${count(proposal.at)} ${drop(`${text(n)} ${OUT}`)}`,
      times: 500,
    },
    {
      name: 'host_create_governance_proposal',
      of: 'with a body',
      type: WRITTEN,
      text: proposalJson(new Uint8Array(10_000)).json,
      call: (n) => `${count(proposal.at)} ${drop(`${text(n)} ${OUT}`)}`,
      times: 30,
    },
    again('host_create_governance_proposal', '['.repeat(10_000), 300),
    onEach('host_open_governance_voting', 'pending', ids.pending),
    onEach('host_open_governance_voting', 'closed', ids.closed),
    onEach('host_cast_governance_vote', 'open', votes(ids.open)),
    onEach('host_cast_governance_vote', 'closed', votes(ids.closed)),
    onEach('host_close_governance_proposal_voting', 'open', ids.open, WRITTEN),
    onEach('host_close_governance_proposal_voting', 'closed', ids.closed, WRITTEN),
    onEach('host_execute_governance_proposal', 'accepted', ids.closed),
    onEach('host_execute_governance_proposal', 'pending', ids.pending),
    onEach('host_sponsor_governance_proposal', 'closed', ids.closed),
    {
      name: 'host_veto_governance_proposal',
      type: WRITTEN,
      text: ids.waiting.join(''),
      call: () => drop(`${nth(ids.waiting[0]!.length)} (i32.const 0) (i32.const 100)`),
      times: ids.waiting.length,
    },
    again('host_get_governance_tally', accepted, 30),
    again('host_get_governance_proposal', accepted, 10),
    {
      name: 'host_delegate_vote',
      type: WRITTEN,
      text: `${me}${to}`,
      call: () => drop(`${text(`${me}`.length)} (i32.const ${`${me}`.length}) (i32.const ${to.length})`),
      times: 2_000,
    },
    again('host_revoke_delegation', `${me}`, 2_000, flag),
    again('host_is_member', to, 5_000, flag),
    again('host_get_system_parameter', 'mana_max_capacity', 5_000),
    worded('host_create_delegation', '(param i32 i32 i32 i32) (result i32)', [`${me}`, to, 'all'], {
      more: '(i32.const 100)',
    }),
    worded('host_calculate_delegated_power', '(param i32 i32) (result i32)', [to, 'all']),
    worded('host_get_delegation_chain', '(param i32 i32) (result i32)', [`${me}`, 'all'], { times: 2_000 }),
    worded('host_resolve_delegated_vote', '(param i32 i32 i32) (result i32)', [`${me}`, accepted, 'all']),
  ]
}

const PAYLOAD: CreateProposalPayload = {
  proposalTypeStr: 'SystemParameterChange',
  typeSpecificPayload: utf8(JSON.stringify(['limit', 'x'.repeat(100)])),
  description: 'description abcd',
  durationSecs: 10_000n,
  quorum: null,
  threshold: null,
  body: null,
}

/** Ids of one length: the first ten characters of the description are in them. */
function series(letter: string, make: (description: string) => string): readonly string[] {
  return Array.from({ length: PROPOSALS }, (_, i) =>
    make(`${letter.repeat(10)} ${String(i).padStart(2, '0')}`),
  )
}

/** And where in it the letters are that may change. */
function proposalJson(body: Uint8Array | null = null): { json: string; at: number } {
  const json = encodeJson(createProposalPayload, { ...PAYLOAD, body })
  return { json, at: json.indexOf('abcd') }
}

/** The text at the loop's number: pointer and length. */
const nth = (length: number) => `(i32.mul (local.get $i) (i32.const ${length})) (i32.const ${length})`

/**
 * The governance part of the facade. What changes something is a host call under the same rules as a guest's; reading
 * has code of its own, loaded when it is first asked for.
 */
import { inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { CallOptions, IcnRuntime, Page, ProposalRequest, ProposalStatus } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { readPage } from './page.ts'

type Governance = IcnRuntime['governance']
type Method = <A extends unknown[], R>(work: (...args: A) => Promise<R> | R) => (...args: A) => Promise<R>

const reading = late('The code of governance', () => import('./governance-read.ts'))

/** @param call a host function by name, as `IcnRuntime.call` makes it */
export function governanceFacade(
  context: RuntimeContext,
  method: Method,
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
): Governance {
  const { store, time } = context
  const me = context.identity.toString()
  const status = async (id: string): Promise<ProposalStatus> => {
    const { findProposal } = await reading()
    const found = await store.read((tx) => findProposal(tx, id, time.seconds()))
    return found!.status
  }
  const byId = (name: string) =>
    method(async (id: string) => {
      await call(name, [readId(id)])
      return status(id)
    })
  return {
    create: method(async (request: ProposalRequest) => {
      const { payloadJson } = await reading()
      return String(await call('host_create_governance_proposal', [payloadJson(request)]))
    }),
    openVoting: byId('host_open_governance_voting'),
    castVote: method(async (vote: Parameters<Governance['castVote']>[0]) => {
      if (typeof vote !== 'object' || vote === null || typeof vote.option !== 'string') {
        throw bad('vote', 'an object with proposalId and option', vote)
      }
      const payload = { proposal_id_str: readId(vote.proposalId), vote_option_str: vote.option }
      await call('host_cast_governance_vote', [JSON.stringify(payload)])
    }),
    close: method(
      async (id: string) =>
        (await call('host_close_governance_proposal_voting', [readId(id)])) as ProposalStatus,
    ),
    execute: byId('host_execute_governance_proposal'),
    sponsor: byId('host_sponsor_governance_proposal'),
    veto: method(async (id: string, reason: string) => {
      await call('host_veto_governance_proposal', [readId(id), reason])
      return status(id)
    }),
    delegate: method(async (to: string) => void (await call('host_delegate_vote', [me, to]))),
    revokeDelegation: method(async () => void (await call('host_revoke_delegation', [me]))),
    get: method(async (id: string) => {
      const key = readId(id)
      const { findProposal } = await reading()
      return store.read((tx) => findProposal(tx, key, time.seconds()))
    }),
    list: method(async (page?: Page & CallOptions) => {
      const range = readPage(page)
      const { listProposals } = await reading()
      return store.read((tx) => listProposals(tx, range, time.seconds()))
    }),
    members: method(async (page?: Page & CallOptions) => {
      const range = readPage(page)
      const { listMembers } = await reading()
      return store.read((tx) => listMembers(tx, range))
    }),
    parameters: method(async (page?: Page & CallOptions) => {
      const range = readPage(page)
      const { listParameters } = await reading()
      return store.read((tx) => listParameters(tx, range))
    }),
  }
}

function readId(id: unknown): string {
  if (typeof id === 'string') return id
  throw bad('A proposal id', 'a text', id)
}

function bad(name: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `${name} must be ${expected}, got ${inWords(value)}.`, {
    data: { argument: name },
  })
}

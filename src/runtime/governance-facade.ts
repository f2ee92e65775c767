/** The governance part of the facade. What changes something is a host call under the same rules as a guest's. */
import { inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { CallOptions, IcnRuntime, Page, ProposalRequest, ProposalStatus } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { findProposal, listMembers, listParameters, listProposals, payloadJson } from './governance-read.ts'
import { readPage } from './page.ts'

type Governance = IcnRuntime['governance']
type Call = (name: string, args: readonly unknown[]) => Promise<unknown>

/** @param call a host function by name, as `IcnRuntime.call` makes it */
export function governanceFacade(context: RuntimeContext, call: Call): Governance {
  const { store, time } = context
  const me = context.identity.toString()
  const status = async (id: string): Promise<ProposalStatus> => {
    const found = await store.read((tx) => findProposal(tx, id, time.seconds()))
    return found!.status
  }
  const byId = (name: string) => async (id: string) => {
    await call(name, [readId(id)])
    return status(id)
  }
  return {
    create: async (request: ProposalRequest) =>
      String(await call('host_create_governance_proposal', [payloadJson(request)])),
    openVoting: byId('host_open_governance_voting'),
    castVote: async (vote: Parameters<Governance['castVote']>[0]) => {
      if (typeof vote !== 'object' || vote === null || typeof vote.option !== 'string') {
        throw bad('vote', 'an object with proposalId and option', vote)
      }
      const payload = { proposal_id_str: readId(vote.proposalId), vote_option_str: vote.option }
      await call('host_cast_governance_vote', [JSON.stringify(payload)])
    },
    close: async (id: string) =>
      (await call('host_close_governance_proposal_voting', [readId(id)])) as ProposalStatus,
    execute: byId('host_execute_governance_proposal'),
    sponsor: byId('host_sponsor_governance_proposal'),
    veto: async (id: string, reason: string) => {
      await call('host_veto_governance_proposal', [readId(id), reason])
      return status(id)
    },
    delegate: async (to: string) => void (await call('host_delegate_vote', [me, to])),
    revokeDelegation: async () => void (await call('host_revoke_delegation', [me])),
    get: async (id: string) => {
      const key = readId(id)
      return store.read((tx) => findProposal(tx, key, time.seconds()))
    },
    list: async (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listProposals(tx, range, time.seconds()))
    },
    members: async (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listMembers(tx, range))
    },
    parameters: async (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listParameters(tx, range))
    },
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

/** What a member may do with a proposal as it stands now; the runtime has the last word. */
import type { IcnRuntime, ProposalInfo, VoteOption } from '../../index.ts'

export interface Act {
  readonly name: string
  readonly label: string
  /** Said when it is done. */
  readonly done: string
  /** Asked for first, where it needs words. */
  readonly asks?: string
  /** One of a choice that can be changed, and whether it is the one made: it stays where it is. */
  readonly pressed?: boolean
  /** Ends something that cannot be begun again: it stands apart. */
  readonly ends?: true
  run(words: string): Promise<unknown>
}

export function actsOf(
  { governance }: IcnRuntime,
  me: string,
  proposal: ProposalInfo,
  signal: AbortSignal,
): readonly Act[] {
  const { id, status, proposer, votes, votingDeadline, sponsors } = proposal
  const over = Date.now() / 1000 >= votingDeadline
  const count: Act = {
    name: 'close',
    label: over ? 'Count the votes' : 'End the voting and count',
    ends: true,
    done: 'The votes were counted.',
    run: () => governance.close(id, { signal }),
  }
  const voted = votes.find(({ voter }) => voter === me)?.option
  const vote = (option: VoteOption, label: string): Act => ({
    name: option,
    label,
    pressed: option === voted,
    done: option === 'Abstain' ? 'You abstain.' : `You voted ${option}.`,
    run: () => governance.castVote({ proposalId: id, option }, { signal }),
  })
  switch (status) {
    case 'PendingSponsorship': {
      if (over) return [count]
      if (sponsors.includes(me)) return []
      return [
        {
          name: 'sponsor',
          label: 'Stand behind it',
          done: 'You stand behind it.',
          run: () => governance.sponsor(id, { signal }),
        },
      ]
    }
    case 'Pending': {
      if (over) return [count]
      if (proposer !== me) return []
      return [
        {
          name: 'open',
          label: 'Open the voting',
          done: 'The voting is open.',
          run: () => governance.openVoting(id, { signal }),
        },
      ]
    }
    case 'VotingOpen': {
      const options = [vote('Yes', 'Vote yes'), vote('No', 'Vote no'), vote('Abstain', 'Abstain')]
      return [...(over ? [] : options), ...(proposer === me || over ? [count] : [])]
    }
    case 'AcceptedTimelock':
      return [
        {
          name: 'veto',
          label: 'Stop it by a veto',
          done: 'It was stopped by your veto.',
          asks: 'Why it should not take effect',
          run: (reason) => governance.veto(id, reason, { signal }),
        },
      ]
    case 'Accepted':
      return [
        {
          name: 'execute',
          label: 'Put into effect',
          done: 'It is in effect.',
          run: () => governance.execute(id, { signal }),
        },
      ]
    default:
      return []
  }
}

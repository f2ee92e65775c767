/** Two nodes of one co-operative over a mesh that passes on every announcement, signed and verified. */
import { describe, expect, it } from 'vitest'
import { encodeBincode } from '../common/codec.ts'
import { PROPOSALS } from '../governance/rows.ts'
import { headProposal, vote } from '../governance/types.ts'
import { toProposal } from '../governance/wire.ts'
import { newProtocolMessage } from '../mesh/protocol.ts'
import { LocalMeshService } from '../mesh/service-local.ts'
import { decodeSignedMessage, signedMessage, signMessage } from '../mesh/signed-message.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import { NOW, openDatabase, seed, signerOf, testRuntime } from './fixtures/world.ts'

type Listener = (message: Uint8Array) => void

/** Everybody hears everything but themselves. */
class Air {
  readonly members = new Set<AirService>()
  readonly sent: Uint8Array[] = []
}

class AirService extends LocalMeshService {
  readonly #air: Air
  readonly listeners = new Set<Listener>()

  constructor(air: Air) {
    super()
    this.#air = air
    air.members.add(this)
  }

  override announceProposal = (message: Uint8Array) => this.#pass(message)
  override announceVote = (message: Uint8Array) => this.#pass(message)

  override onGovernance(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async #pass(message: Uint8Array): Promise<void> {
    this.#air.sent.push(message)
    for (const member of this.#air.members) {
      if (member !== this) for (const listener of member.listeners) listener(message)
    }
  }
}

const members = [1, 2].map((byte) => `${signerOf(byte).did}`)

async function pair() {
  const air = new Air()
  const nodes = await Promise.all(
    [1, 2].map(async (byte) => {
      const state = await openDatabase()
      const mesh = new AirService(air)
      const runtime = await testRuntime(
        { identitySeed: seed(byte), initialMana: 100n, governance: { members, quorum: 2n } },
        { mesh, state },
      )
      return { runtime, mesh, state }
    }),
  )
  return { air, a: nodes[0]!, b: nodes[1]! }
}

/** What a node says of the proposal once that is what is expected. */
async function until(runtime: IcnRuntime, id: string, holds: (status: string, yes: number) => boolean) {
  return new Promise<void>((resolve, reject) => {
    const look = () =>
      runtime.governance.get(id).then((found) => {
        if (found !== undefined && holds(found.status, found.tally.yes)) resolve()
      }, reject)
    runtime.on('proposal', look)
    look()
  })
}

const text = { proposalType: { GenericText: 'hi' }, description: 'greet', durationSecs: 60n } as const

describe('two nodes', () => {
  it('propose, vote and decide together; each executes for itself', async () => {
    const { a, b } = await pair()
    const id = await a.runtime.governance.create(text)
    await until(b.runtime, id, (status) => status === 'Pending')
    await a.runtime.governance.openVoting(id)
    await until(b.runtime, id, (status) => status === 'VotingOpen')
    await a.runtime.governance.castVote({ proposalId: id, option: 'yes' })
    await b.runtime.governance.castVote({ proposalId: id, option: 'Yes' })
    await Promise.all([a, b].map(({ runtime }) => until(runtime, id, (_status, yes) => yes === 2)))
    expect(await a.runtime.governance.close(id)).toBe('Accepted')
    await until(b.runtime, id, (status) => status === 'Accepted')
    expect(await b.runtime.governance.execute(id)).toBe('Executed')
    expect((await a.runtime.governance.get(id))!.status).toBe('Accepted')
    expect(await a.runtime.governance.execute(id)).toBe('Executed')
    // Ten for the proposal and one for the vote, one back; a vote of another node costs nothing here.
    expect(await a.runtime.mana.balance()).toBe(90n)
    await a.runtime.close()
    await b.runtime.close()
  })

  it('decide alike by a vote that was changed within the second of the end', async () => {
    const { a, b } = await pair()
    const id = await a.runtime.governance.create(text)
    await a.runtime.governance.openVoting(id)
    await until(b.runtime, id, (status) => status === 'VotingOpen')
    await b.runtime.governance.castVote({ proposalId: id, option: 'Yes' })
    await until(a.runtime, id, (_status, yes) => yes === 1)
    for (const option of ['No', 'Yes'] as const)
      await a.runtime.governance.castVote({ proposalId: id, option })
    expect(await a.runtime.governance.close(id)).toBe('Accepted')
    await until(b.runtime, id, (status, yes) => status === 'Accepted' && yes === 2)
    expect(await b.runtime.governance.execute(id)).toBe('Executed')
    expect(await a.runtime.governance.execute(id)).toBe('Executed')
    await a.runtime.close()
    await b.runtime.close()
  })

  it('what is forged, altered or of an outsider is refused and counted', async () => {
    const { air, a, b } = await pair()
    const id = await a.runtime.governance.create(text)
    await until(b.runtime, id, (status) => status === 'Pending')
    const [original] = air.sent
    const refused = async (message: Uint8Array) => {
      const heard = new Promise<string>((resolve) => {
        const stop = b.runtime.on('log', ({ message: said }) => {
          stop()
          resolve(said)
        })
      })
      for (const listener of b.mesh.listeners) listener(message)
      return heard
    }
    expect(await refused(Uint8Array.of(1, 2, 3))).toMatch(/A message of governance was refused: /)
    const outsider = signerOf(9)
    const cast = { voter: outsider.did, proposalId: id, option: 'No', votedAt: BigInt(NOW) } as const
    const gossip = { topic: 'governance_vote', payload: encodeBincode(vote, cast), ttl: 1 }
    const sign = async (payload: Parameters<typeof newProtocolMessage>[0], at = BigInt(NOW)) =>
      encodeBincode(signedMessage, await signMessage(newProtocolMessage(payload, outsider.did, at), outsider))
    const altered = await sign({ GossipMessage: gossip })
    altered[altered.length - 1]! ^= 1
    expect(await refused(altered)).toMatch(/signature does not hold/)
    expect(await refused(await sign({ GossipMessage: gossip }))).toMatch(/is not a member/)
    expect(await refused(await sign({ GossipMessage: gossip }, BigInt(NOW - 1_000)))).toMatch(
      /1000 s from now/,
    )
    expect(await refused(await sign({ GossipMessage: { ...gossip, topic: 'weather' } }))).toMatch(
      /topic is weather/,
    )
    const before = b.state.epoch
    for (const listener of b.mesh.listeners) listener(original!)
    const forged = { ...decodeSignedMessage(original!), sender: outsider.did }
    expect(await refused(encodeBincode(signedMessage, forged))).toMatch(/names .* as its sender/)
    // One commit for the log line of the forgery; the message heard twice made none.
    expect(b.state.epoch).toBe(before + 1)
    expect((await b.runtime.inspect()).counters.runtime_governance_messages_refused_total).toBe(6)
    await a.runtime.close()
    await b.runtime.close()
  })
})

it('a proposal is announced with its bincode and without the votes of others', async () => {
  const { air, a, b } = await pair()
  const id = await a.runtime.governance.create(text)
  await until(b.runtime, id, (status) => status === 'Pending')
  const { payload } = decodeSignedMessage(air.sent[0]!).message
  const row = await a.state.read((tx) => tx.get(PROPOSALS, id)!)
  const proposal = await a.state.read((tx) => toProposal(tx, row, BigInt(NOW)))
  expect(payload).toMatchObject({
    GovernanceProposalAnnouncement: {
      proposalId: id,
      proposalType: 'TextProposal',
      proposalData: encodeBincode(headProposal, proposal),
    },
  })
  await a.runtime.close()
  await b.runtime.close()
})

/** Nodes that were away catch up: from anybody, in the authors' own words, and from nobody who lies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { outboxKey } from '../governance/keys.ts'
import { CLOSED, LENT, OUTBOX, PROPOSALS, STATEMENTS, VOTES } from '../governance/rows.ts'
import { type Vote, vote as voteCodec } from '../governance/types.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { newProtocolMessage } from '../mesh/protocol.ts'
import { GossipMeshService } from '../mesh/service-gossip.ts'
import { signedMessage, signMessage } from '../mesh/signed-message.ts'
import { SYNC_TOPIC, type SyncMessage, syncMessage } from '../mesh/sync-messages.ts'
import { LEAF } from '../mesh/sync-set.ts'
import { ChannelTransport } from '../mesh/transport.ts'
import type { IcnRuntime, RuntimeOptions, SyncProgress } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import type { State } from '../storage/state.ts'
import { guest, NOW, openDatabase, seed, signerOf, testRuntime } from './fixtures/world.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()))
})

/** Everybody's. */
let clock = new FixedTimeProvider(NOW)
beforeEach(() => {
  clock = new FixedTimeProvider(NOW)
})

let channels = 0
const channelName = () => `sync-${process.pid}-${channels++}`
const members = [1, 2, 3].map((byte) => `${signerOf(byte).did}`)

interface Node {
  readonly runtime: IcnRuntime
  readonly state: State
  readonly met: Promise<unknown>
}

async function node(
  byte: number,
  name: string,
  options: RuntimeOptions = {},
  database = new MemoryDatabase(),
): Promise<Node> {
  const state = await openDatabase(database)
  const runtime = await testRuntime(
    {
      identitySeed: seed(byte),
      initialMana: 1_000n,
      governance: { members, quorum: 2n },
      mesh: { kind: 'broadcast-channel', name, bid: false },
      ...options,
    },
    { state, time: clock },
  )
  open.push(runtime)
  return { runtime, state, met: new Promise((resolve) => runtime.on('peer', resolve)) }
}

async function leave({ runtime }: Node): Promise<void> {
  open.splice(open.indexOf(runtime), 1)
  await runtime.close()
}

/** What nodes that know the same agree on, byte for byte. */
function known({ state }: Node): Promise<unknown> {
  return state.read((tx) => ({
    proposals: tx
      .list(PROPOSALS, { limit: 1_000 })
      .map(([, { seq: _, end: __, penalised: ___, ...row }]) => row),
    votes: tx.list(VOTES, { limit: 1_000 }),
    lent: tx.list(LENT, { limit: 1_000 }),
    closed: tx.list(CLOSED, { limit: 1_000 }),
    statements: tx.list(STATEMENTS, { limit: 1_000 }).map(([name]) => name),
  }))
}

const text = { proposalType: { GenericText: 'hi' }, description: 'greet', durationSecs: 600n } as const

/** A proposal with a body, votes, a delegation and a run: all that another node may have missed. */
async function busy({ runtime }: Node) {
  const id = await runtime.governance.create({ ...text, body: utf8('at length') })
  await runtime.governance.openVoting(id)
  await runtime.governance.castVote({ proposalId: id, option: 'Yes' })
  await runtime.governance.castVote({ proposalId: id, option: 'No' })
  await runtime.governance.delegate(members[2]!)
  await runtime.governance.close(id)
  const { receiptCid } = await runtime.run(guest('(i64.const 7)'))
  return { id, receiptCid }
}

it('delegations are heard live, changed within one second and taken back', async () => {
  const name = channelName()
  const a = await node(1, name)
  const b = await node(2, name)
  await Promise.all([a.met, b.met])
  const delegate = async () =>
    (await b.runtime.governance.members()).items.find(({ did }) => did === members[0])!.delegate
  const lent = (to: string | undefined) => expect.poll(delegate, { interval: 5 }).toBe(to)
  await a.runtime.governance.delegate(members[1]!)
  await lent(members[1])
  await a.runtime.governance.delegate(members[2]!)
  await lent(members[2])
  await a.runtime.governance.revokeDelegation()
  await lent(undefined)
  expect(await known(b)).toEqual(await known(a))
  expect((await b.runtime.inspect()).counters.runtime_governance_messages_refused_total ?? 0).toBe(0)
})

it('what was decided and not said when the page closed is said at the next start', async () => {
  const name = channelName()
  const database = new MemoryDatabase()
  const a = await node(1, name, {}, database)
  const { id } = await busy(a)
  await leave(a)
  // As it is left when the page closes between the decision and its announcement.
  const state = await openDatabase(database)
  const names = await state.transact((tx) => {
    const found = tx.list(STATEMENTS, { limit: 100 }).map(([key]) => key)
    for (const key of found) tx.delete(STATEMENTS, key)
    for (const change of [{ id }, { id, voter: members[0]! }, { delegator: members[0]! }])
      tx.put(OUTBOX, outboxKey(change), change)
    return found
  })
  await state.close()
  clock.advance(1_000)
  const again = await node(1, name, {}, database)
  const kept = await again.state.read((tx) => tx.list(STATEMENTS, { limit: 100 }).map(([key]) => key))
  expect(kept).toEqual(names)
  expect(await again.state.read((tx) => tx.list(OUTBOX, { limit: 1 }))).toEqual([])
})

describe('a node that was away', () => {
  it('has what others have: proposals, votes, delegations, bodies, receipts that can be verified', async () => {
    const name = channelName()
    const a = await node(1, name)
    const { id, receiptCid } = await busy(a)
    // Ten minutes later nothing of it would be taken live.
    clock.advance(610_000)
    const b = await node(2, name)
    await b.met
    const told: SyncProgress[] = []
    const end = await b.runtime.mesh.sync({ onProgress: (progress) => told.push(progress) })
    expect(end).toMatchObject({ stage: 'done', peers: 1, refused: 0, receipts: 1, missing: 0 })
    expect(end.statements).toBeGreaterThan(3)
    expect(end.blocks).toBeGreaterThanOrEqual(5)
    expect(new Set(told.map(({ stage }) => stage))).toEqual(
      new Set(['governance', 'receipts', 'blocks', 'done']),
    )
    expect(await known(b)).toEqual(await known(a))
    expect((await b.runtime.governance.get(id))!.status).toBe('Rejected')
    const lent = async ({ runtime }: Node) =>
      (await runtime.governance.members()).items.map(({ did, delegate }) => [did, delegate])
    expect(await lent(b)).toEqual(await lent(a))
    expect(await b.runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    expect((await b.runtime.dag.verifyAll()).bad).toEqual([])
    // Nothing of it costs anything here, and the executor's reputation is its own ledger's matter.
    expect(await b.runtime.mana.balance()).toBe(1_000n)
    expect(await b.runtime.mesh.sync()).toMatchObject({ statements: 0, receipts: 0, blocks: 0, missing: 0 })
  })

  it('does so of itself when it meets a peer, and says so', async () => {
    const name = channelName()
    const a = await node(1, name)
    const { id } = await busy(a)
    clock.advance(610_000)
    const b = await node(2, name)
    const done = await new Promise<SyncProgress>((resolve) => b.runtime.on('sync', resolve))
    expect(done).toMatchObject({ stage: 'done', peers: 1, receipts: 1 })
    expect(await b.runtime.governance.get(id)).toEqual(await a.runtime.governance.get(id))
  })

  it('hears from one that is there what another said that is gone', async () => {
    const name = channelName()
    const a = await node(1, name)
    const b = await node(2, name)
    await b.met
    const { id } = await busy(a)
    await b.runtime.mesh.sync()
    const before = await known(a)
    await leave(a)
    clock.advance(10_000_000)
    const c = await node(3, name)
    await c.met
    await c.runtime.mesh.sync()
    expect(await known(c)).toEqual(before)
    expect((await c.runtime.governance.get(id))!.proposer).toBe(members[0])
  })

  it('finds few differences among many names', async () => {
    const name = channelName()
    const a = await node(1, name, { initialMana: 10_000n })
    for (let n = 0; n < LEAF + 20; n++) await a.runtime.governance.create({ ...text, description: `no ${n}` })
    clock.advance(610_000)
    const database = new MemoryDatabase()
    const b = await node(2, name, {}, database)
    await b.met
    await b.runtime.mesh.sync()
    expect(await known(b)).toEqual(await known(a))
    await leave(b)
    await a.runtime.governance.create({ ...text, description: 'one more' })
    // A hello of the same second would be the one before.
    clock.advance(1_000)
    const again = await node(2, name, {}, database)
    await again.met
    const { sent } = await again.runtime.mesh.stats()
    expect(await again.runtime.mesh.sync()).toMatchObject({ statements: 1 })
    // The names at the top, one branch below, one statement, the receipts; a heartbeat may come between.
    expect((await again.runtime.mesh.stats()).sent - sent).toBeLessThanOrEqual(5)
    expect(await known(again)).toEqual(await known(a))
  })

  it('gets a block back that a receipt of its own refers to', async () => {
    const name = channelName()
    const a = await node(1, name)
    const { receiptCid } = await busy(a)
    const b = await node(2, name)
    await b.met
    await b.runtime.mesh.sync()
    const { manifestCid } = (await a.runtime.jobs.list()).items[0]!
    await b.runtime.dag.setTtl(manifestCid, 1)
    expect(await b.runtime.dag.prune()).toEqual([manifestCid])
    // A round of its own may have been under way.
    expect(await b.runtime.mesh.sync()).toMatchObject({ missing: 0 })
    expect(await b.runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
  })

  it('stops when it is told to, and keeps what had come', async () => {
    const name = channelName()
    const a = await node(1, name)
    await busy(a)
    const b = await node(2, name)
    await b.met
    const stop = new AbortController()
    const caught = b.runtime.mesh.sync({
      signal: stop.signal,
      onProgress: ({ statements }) => statements > 0 && stop.abort(),
    })
    await expect(caught).rejects.toMatchObject({ code: 'Aborted' })
    expect((await b.runtime.governance.list()).items).toHaveLength(1)
  })

  it('has nobody to ask where there is no mesh', async () => {
    const runtime = await testRuntime()
    open.push(runtime)
    expect(await runtime.mesh.sync()).toMatchObject({ stage: 'done', peers: 0 })
  })
})

/** A peer that answers as the test wants, with everything else as it should be. */
async function peer(
  byte: number,
  name: string,
  answer: (asked: SyncMessage) => SyncMessage | Uint8Array | null,
) {
  const mesh = new GossipMeshService({
    transport: new ChannelTransport(name),
    signer: signerOf(byte),
    resolver: new KeyDidResolver(),
    time: new FixedTimeProvider(NOW),
  })
  open.push(mesh)
  let asked = 0
  mesh.subscribe(SYNC_TOPIC, (payload, from) => {
    asked++
    const made = answer(decodeBincode(syncMessage, payload, 'Sync message'))
    if (made === null) return
    const bytes = made instanceof Uint8Array ? made : encodeBincode(syncMessage, made)
    void mesh.publish(SYNC_TOPIC, bytes, from)
  })
  await mesh.join({ block: async () => undefined, announced() {}, assigned() {}, peer() {} })
  return { mesh, asked: () => asked }
}

const name16 = (byte: number) => new Uint8Array(16).fill(byte)
const tell = (asked: SyncMessage, names: readonly Uint8Array[]): SyncMessage => ({
  Tell: {
    number: 'Ask' in asked ? asked.Ask.number : 0,
    fingerprint: new Uint8Array(16),
    names,
    below: [],
  },
})
const items = (
  asked: SyncMessage,
  given: { name: Uint8Array; data: Uint8Array }[],
  left = 0,
): SyncMessage => ({
  Items: { number: 'Fetch' in asked ? asked.Fetch.number : 0, items: given, left },
})

describe('a peer that lies gets no further, and nothing of it is kept', () => {
  it.each<[string, (asked: SyncMessage) => SyncMessage]>([
    [
      'a statement that is none',
      (asked) =>
        'Ask' in asked ? tell(asked, [name16(1)]) : items(asked, [{ name: name16(1), data: utf8('x') }]),
    ],
    [
      'something that was not asked for',
      (asked) =>
        'Ask' in asked ? tell(asked, [name16(1)]) : items(asked, [{ name: name16(2), data: utf8('x') }]),
    ],
    [
      'more names than are told at once',
      (asked) =>
        tell(
          asked,
          Array.from({ length: LEAF + 1 }, (_, i) => name16(i)),
        ),
    ],
    ['a name that is too short', (asked) => tell(asked, [new Uint8Array(3)])],
    [
      'names for ever: nothing of what was asked, and all of it left',
      (asked) => ('Ask' in asked ? tell(asked, [name16(1)]) : items(asked, [], 1)),
    ],
    [
      'branches without end',
      (asked) => ({
        Tell: {
          number: 'Ask' in asked ? asked.Ask.number : 0,
          fingerprint: new Uint8Array(16),
          names: [],
          below: Array.from({ length: 16 }, () => new Uint8Array(16)),
        },
      }),
    ],
  ])('%s', async (_title, answer) => {
    const name = channelName()
    const b = await node(2, name)
    const liar = await peer(1, name, answer)
    await b.met
    const before = b.state.epoch
    expect(await b.runtime.mesh.sync()).toMatchObject({ statements: 0, receipts: 0, blocks: 0 })
    expect(liar.asked()).toBeLessThanOrEqual(10)
    expect((await b.runtime.inspect()).counters.runtime_sync_lies_total).toBe(1)
    expect(b.state.epoch).toBe(before)
    // Ten such silence it.
    for (let n = 0; n < 9; n++) await b.runtime.mesh.sync()
    expect(await b.runtime.mesh.peers()).toEqual([])
  })

  it('what its author did not sign is a lie; what an outsider signed is refused, and not asked for again', async () => {
    const name = channelName()
    const a = await node(1, name)
    const { id } = await busy(a)
    const outsider = signerOf(9)
    const vote: Vote = { voter: outsider.did, proposalId: id, option: 'No', votedAt: BigInt(NOW) }
    const payload = {
      GossipMessage: { topic: 'governance_vote', payload: encodeBincode(voteCodec, vote), ttl: 1 },
    }
    const message = newProtocolMessage(payload, outsider.did, BigInt(NOW))
    const stranger = encodeBincode(signedMessage, await signMessage(message, outsider))
    const [kept] = await a.state.read((tx) => tx.list(STATEMENTS, { limit: 1 }).map(([, bytes]) => bytes))
    await leave(a)
    const forged = Uint8Array.from(kept!)
    forged[forged.length - 1]! ^= 1
    for (const [statement, lies, refused] of [
      [stranger, undefined, 1],
      [forged, 1, 0],
    ] as const) {
      const other = channelName()
      const b = await node(2, other)
      const given = await peer(1, other, (asked) => {
        if ('Fetch' in asked) return items(asked, [{ name: name16(1), data: statement }])
        return 'Ask' in asked && asked.Ask.set === 'Receipts' ? tell(asked, []) : tell(asked, [name16(1)])
      })
      await b.met
      expect(await b.runtime.mesh.sync()).toMatchObject({ statements: 0, refused })
      expect((await b.runtime.inspect()).counters.runtime_sync_lies_total).toBe(lies)
      expect((await b.runtime.governance.list()).items).toEqual([])
      if (lies !== undefined) continue
      const before = given.asked()
      expect(await b.runtime.mesh.sync()).toMatchObject({ refused: 0 })
      // The names of both sets, and nothing fetched.
      expect(given.asked() - before).toBe(2)
    }
  })

  it('one that never answers is left alone: it may be a node of another kind', async () => {
    const name = channelName()
    const b = await node(2, name)
    const mute = await peer(1, name, () => null)
    await b.met
    expect(await b.runtime.mesh.sync()).toMatchObject({ peers: 0, statements: 0 })
    expect(mute.asked()).toBe(2)
    expect(await b.runtime.mesh.peers()).toHaveLength(1)
  })

  it('what cannot be read at all is held against whoever says it', async () => {
    const name = channelName()
    const b = await node(2, name)
    const { mesh } = await peer(1, name, () => null)
    await b.met
    const left = new Promise((resolve) => b.runtime.on('peer', resolve))
    for (let n = 0; n < 10; n++) await mesh.publish(SYNC_TOPIC, Uint8Array.of(9, n), signerOf(2).did)
    expect(await left).toMatchObject({ state: 'left' })
  })
})

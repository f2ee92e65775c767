import { afterEach, describe, expect, it, vi } from 'vitest'
import { concatBytes, fromUtf8, utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { encodeBincode } from '../common/codec.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { buildBlock, type DagBlock } from '../dag/block.ts'
import { signReceipt } from '../identity/receipt.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner, type Signer } from '../identity/signer.ts'
import { announcementOf, submissionOf } from './announcement.ts'
import { signedBid, signNotice } from './bid.ts'
import { Hub } from './fixtures/hub.ts'
import { newProtocolMessage } from './protocol.ts'
import type { MessagePayload } from './protocol-types.ts'
import { aJob, meshPeersSuite, meshServiceSuite } from './service.suite.ts'
import type { MeshNode } from './service.ts'
import { GossipMeshService } from './service-gossip.ts'
import { LocalMeshService } from './service-local.ts'
import { MAX_MESSAGE_BYTES, signedMessage, signMessage } from './signed-message.ts'
import { ChannelTransport, type MeshTransport } from './transport.ts'

const NOW = 1_700_000_000
const signerOf = (byte: number) => nobleSigner(new Uint8Array(32).fill(byte))
const [me, other, third] = [signerOf(1), signerOf(2), signerOf(3)]
let channels = 0

const over = (transport: MeshTransport, signer = me, time = new FixedTimeProvider(NOW)) =>
  new GossipMeshService({ transport, signer, resolver: new KeyDidResolver(), time })

meshServiceSuite('local', () => new LocalMeshService())
meshServiceSuite('broadcast-channel', () => over(new ChannelTransport(`suite-${process.pid}-${channels++}`)))
meshPeersSuite('broadcast-channel', async (signers) => {
  const name = `suite-${process.pid}-${channels++}`
  return signers.map((signer) => over(new ChannelTransport(name), signer))
})

const open: GossipMeshService[] = []
afterEach(() => Promise.all(open.splice(0).map((service) => service.close())))
const blocks = new Map<string, DagBlock>()
const heard: string[] = []
const node: MeshNode = {
  block: async (cid) => blocks.get(cid.toString()),
  announced: (job, from) => void heard.push(`announced ${job.jobId} ${from}`),
  assigned: (notice) => void heard.push(`assigned ${notice.jobId}`),
  peer: (did, state) => void heard.push(`${state} ${did}`),
}

async function world(time = new FixedTimeProvider(NOW)) {
  heard.length = 0
  const hub = new Hub()
  const mine = over(hub.port(), me, time)
  const theirs = over(hub.port(), other, time)
  open.push(mine, theirs)
  mine.onGovernance((message) => heard.push(fromUtf8(message)))
  await mine.join(node)
  await theirs.join({ ...node, announced() {}, assigned() {}, peer() {} })
  return { hub, mine, theirs, time }
}

async function wire(
  payload: MessagePayload,
  by: Signer,
  at = NOW,
  inner: Uint8Array = new Uint8Array(0),
): Promise<Uint8Array> {
  const message = { ...newProtocolMessage(payload, by.did, BigInt(at)), signature: inner }
  return encodeBincode(signedMessage, await signMessage(message, by))
}
const gossip = (text: string): MessagePayload => ({
  GossipMessage: { topic: 'governance_vote', payload: utf8(text), ttl: 1 },
})

describe('messages of others', () => {
  it('a proposal and a vote arrive as they were sent', async () => {
    const { theirs } = await world()
    await theirs.announceProposal(utf8('p'))
    await theirs.announceVote(utf8('v'))
    expect(heard.slice(-2)).toEqual(['p', 'v'])
  })

  it.each<[string, () => Promise<Uint8Array>]>([
    ['malformed', async () => utf8('not a message')],
    ['empty', async () => new Uint8Array(0)],
    ['oversized', async () => new Uint8Array(MAX_MESSAGE_BYTES + 1)],
    ['cut short', async () => (await wire(gossip('x'), third)).subarray(0, -1)],
    ['with a byte more', async () => concatBytes(await wire(gossip('x'), third), Uint8Array.of(0))],
    ['stale', () => wire(gossip('x'), third, NOW - 301)],
    ['of the future', () => wire(gossip('x'), third, NOW + 301)],
    [
      'signed by another than it names',
      async () => {
        const message = newProtocolMessage(gossip('x'), third.did, BigInt(NOW))
        const { signature } = await signMessage(
          newProtocolMessage(gossip('x'), other.did, BigInt(NOW)),
          other,
        )
        return encodeBincode(signedMessage, { message, sender: third.did, signature })
      },
    ],
    [
      'changed after it was signed',
      async () => {
        const bytes = (await wire(gossip('xx'), third)).slice()
        const at = bytes.findIndex((byte, i) => byte === 0x78 && bytes[i + 1] === 0x78)
        bytes[at] = 0x79
        return bytes
      },
    ],
  ])('%s: dropped and counted, its pretended sender is not known for it', async (_what, make) => {
    const { hub, mine } = await world()
    const before = heard.length
    hub.deliver(await make())
    expect(heard.length).toBe(before)
    expect((await mine.stats()).rejected).toBe(1)
    expect((await mine.peers()).map(String)).toEqual([`${other.did}`])
  })

  it('replayed, or doubled by a relay: taken once', async () => {
    const { hub, mine } = await world()
    const bytes = await wire(gossip('once'), third)
    hub.twice = true
    hub.deliver(bytes)
    hub.deliver(bytes)
    expect(heard.filter((line) => line === 'once')).toHaveLength(1)
    expect((await mine.stats()).rejected).toBe(3)
  })

  it('a flood of one peer is cut off, it is banned, and others are still heard', async () => {
    const { hub, mine, time } = await world()
    for (let n = 0; n < 400; n++) hub.deliver(await wire(gossip(`flood ${n}`), third))
    expect(heard.filter((line) => line.startsWith('flood')).length).toBe(256)
    expect((await mine.peers()).map(String)).toEqual([`${other.did}`])
    time.advance(60_000)
    hub.deliver(await wire(gossip('late'), third, NOW + 60))
    expect(heard).not.toContain('late')
    hub.deliver(await wire(gossip('fine'), other, NOW + 60))
    expect(heard).toContain('fine')
    time.advance(600_000)
    hub.deliver(await wire(gossip('again'), third, NOW + 660))
    expect(heard).toContain('again')
  }, 60_000)

  it('who breaks the rules ten times is not listened to; whoever is only named in forgeries is', async () => {
    const { hub } = await world()
    const job = await aJob(me)
    for (let n = 0; n < 10; n++) {
      // A job of ours, announced by somebody else.
      hub.deliver(await wire({ MeshJobAnnouncement: announcementOf(job, BigInt(NOW + n)) }, third))
    }
    expect(heard.some((line) => line.startsWith('announced'))).toBe(false)
    hub.deliver(await wire(gossip('from the banned'), third))
    expect(heard).not.toContain('from the banned')
    for (let n = 0; n < 20; n++) {
      const forged = (await wire(gossip(`forged ${n}`), other)).slice()
      forged[forged.length - 1]! ^= 1
      hub.deliver(forged)
    }
    hub.deliver(await wire(gossip('honest'), other))
    expect(heard).toContain('honest')
  })
})

describe('who is there', () => {
  /** Joins for the third; says who it meets. */
  async function comes(hub: Hub) {
    const met: string[] = []
    const service = over(hub.port(), third)
    open.push(service)
    await service.join({ ...node, peer: (did, state) => void met.push(`${state} ${did}`) })
    const everybody = [`joined ${me.did}`, `joined ${other.did}`].sort()
    await vi.waitFor(() => expect(met.toSorted()).toEqual(everybody))
    return service
  }
  const ofThird = () => heard.filter((line) => line.includes(`${third.did}`))

  it('is told at once to a node that went without a word and is back within a second, or has another tab', async () => {
    const { hub } = await world()
    await comes(hub)
    await comes(hub)
    // Nobody left, and nobody came.
    expect(ofThird()).toEqual([`joined ${third.did}`])
  })

  it('is told at once to a node that closed and opens again within a second', async () => {
    const { hub } = await world()
    const service = await comes(hub)
    await service.close()
    await comes(hub)
    expect(ofThird()).toEqual([`joined ${third.did}`, `left ${third.did}`, `joined ${third.did}`])
  })
})

describe('what is said of jobs in another’s name', () => {
  const id = cidOf(RAW, utf8('job'))
  const none = { wallTimeMs: 0n, peakMemoryMb: 0, exitCode: 0, executionLogs: null }
  const notice = {
    jobId: id,
    executorDid: me.did,
    agreedCostMana: 1n,
    completionDeadline: BigInt(NOW),
    manifestCid: null,
  }
  const receiptOf = (by: Signer) =>
    signReceipt({ jobId: id, executorDid: by.did, resultCid: id, cpuMs: 1n, success: true }, by)

  it.each<[string, () => Promise<Uint8Array>]>([
    ['an assignment that nobody signed', () => wire({ MeshJobAssignment: notice }, third)],
    [
      'an assignment signed by another than who says it',
      async () => {
        const { signature } = await signNotice({ jobId: id, executorDid: me.did, manifestCid: null }, other)
        return wire({ MeshJobAssignment: notice }, third, NOW, signature)
      },
    ],
    [
      'another’s receipt, handed on',
      async () =>
        wire({ MeshReceiptSubmission: { receipt: await receiptOf(other), executionMetadata: none } }, third),
    ],
    [
      'evidence that is no JSON',
      () =>
        wire({ GossipMessage: { topic: 'icn-runtime-web/evidence/1', payload: utf8('{'), ttl: 1 } }, third),
    ],
    [
      'a piece of a block that is no message of ours',
      () => wire({ GossipMessage: { topic: 'icn-runtime-web/block/1', payload: utf8('x'), ttl: 1 } }, third),
    ],
  ])('%s is refused', async (_what, make) => {
    const { hub, mine } = await world()
    const waiting = mine.receiveReceipt({ ...(await aJob(me)), id }, other.did, 50)
    hub.deliver(await make())
    expect(await waiting).toBeUndefined()
    expect(heard.some((line) => line.startsWith('assigned'))).toBe(false)
    expect((await mine.stats()).rejected).toBe(1)
  })

  it('the evidence of two hundred strangers takes nobody’s place', async () => {
    const { hub, mine, theirs } = await world()
    const job = { ...(await aJob(me)), id }
    const waiting = mine.receiveReceipt(job, other.did, 10_000)
    const evidence = { receipt: id, record: cidOf(RAW, utf8('record')) }
    await theirs.announceEvidence(id, evidence)
    for (let n = 0; n < 200; n++) {
      const text = `{"job":"${id}","receipt":"${id}","record":"${cidOf(RAW, utf8(`${n}`))}"}`
      const payload = { GossipMessage: { topic: 'icn-runtime-web/evidence/1', payload: utf8(text), ttl: 1 } }
      hub.deliver(await wire(payload, signerOf(10 + (n % 200))))
    }
    await theirs.submitReceipt(await receiptOf(other))
    await waiting
    expect(await mine.receiveEvidence(id, other.did, 5)).toEqual(evidence)
  })
})

describe('bids', () => {
  const bidOn = async (job: Awaited<ReturnType<typeof aJob>>, by: Signer, priceMana: bigint) =>
    signedBid.sign(
      {
        jobId: job.id,
        executorDid: by.did,
        priceMana,
        resources: { cpuCores: 1, memoryMb: 10, storageMb: 0 },
        executorCapabilities: ['CclWasm', 'Specialized { name: "zk", version: "2" }'],
        executorFederations: ['coop'],
        executorTrustScope: 'local',
      },
      by,
    )

  it('arrive whole, one of each bidder, the first; those that are not signed by their bidder do not', async () => {
    const { hub, mine, theirs } = await world()
    const job = await aJob(me)
    await mine.announceJob(job)
    const collecting = mine.collectBids(job, 50)
    const honest = await bidOn(job, other, 5n)
    await theirs.submitBid(honest)
    await theirs.submitBid(await bidOn(job, other, 4n))
    const forged = submissionOf(await bidOn(job, third, 3n), 0n)
    hub.deliver(await wire({ MeshBidSubmission: forged }, third))
    hub.deliver(await wire({ MeshBidSubmission: { ...forged, executorDid: other.did } }, third))
    expect(await collecting).toEqual([honest])
    // After the window nobody bids.
    await theirs.submitBid(honest)
    expect(await mine.collectBids(job, 1)).toEqual([])
  })
})

describe('blocks', () => {
  const block = buildBlock({ data: utf8('data'), timestamp: 1n, authorDid: me.did })

  it('are handed out by CID and checked; what is not there, or not it, is not', async () => {
    const { mine, theirs, hub } = await world()
    blocks.set(block.cid.toString(), block)
    expect(await theirs.requestBlock(block.cid, me.did, 1_000)).toEqual(block)
    const unknown = cidOf(RAW, utf8('unknown'))
    expect(await theirs.requestBlock(unknown, me.did, 1_000)).toBeUndefined()
    // Another's block under the CID that was asked for.
    const asking = mine.requestBlock(unknown, third.did, 1_000)
    const lie = { blockCid: unknown, blockData: { ...block, cid: unknown }, error: null }
    hub.deliver(await wire({ DagBlockResponse: lie }, third))
    expect(await asking).toBeUndefined()
  })

  it('asked for twice in one second come twice; so does the word that there is none', async () => {
    const { theirs } = await world()
    blocks.set(block.cid.toString(), block)
    const missing = cidOf(RAW, utf8('missing'))
    for (let n = 0; n < 3; n++) {
      expect(await theirs.requestBlock(block.cid, me.did, 1_000)).toEqual(block)
      const asked = performance.now()
      expect(await theirs.requestBlock(missing, me.did, 10_000)).toBeUndefined()
      expect(performance.now() - asked).toBeLessThan(5_000)
    }
  })

  it('of a peer that does not answer are given up in time, or when nobody wants them', async () => {
    const { hub, mine } = await world()
    hub.drop = () => true
    expect(await mine.requestBlock(block.cid, other.did, 5)).toBeUndefined()
    const gone = new AbortController()
    const asking = mine.requestBlock(block.cid, other.did, 60_000, gone.signal)
    gone.abort(new Error('not wanted'))
    await expect(asking).rejects.toThrow('not wanted')
  })
})

/** What every mesh service does alike: with nobody else there, and, where it has peers, among them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { equalBytes, fromUtf8, utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import type { Did } from '../common/did.ts'
import { buildBlock, type DagBlock } from '../dag/block.ts'
import { signReceipt } from '../identity/receipt.ts'
import { nobleSigner, type Signer } from '../identity/signer.ts'
import { signedBid } from './bid.ts'
import { signedJob } from './job.ts'
import {
  CANCEL_TOPIC,
  decodeCancel,
  decodeProgress,
  encodeCancel,
  encodeProgress,
  PROGRESS_TOPIC,
} from './job-topics.ts'
import { signedCheckpoint } from './progress.ts'
import type { MeshNetworkService, MeshNode, MeshParticipant } from './service.ts'
import { jobSpecOf, NO_RESOURCES } from './types.ts'

const [signer, second, third] = [1, 2, 3].map((byte) => nobleSigner(new Uint8Array(32).fill(byte))) as [
  Signer,
  Signer,
  Signer,
]
const id = cidOf(RAW, new Uint8Array(3))

export const aJob = (by = signer) =>
  signedJob.sign(
    {
      id,
      manifestCid: id,
      spec: jobSpecOf('CclWasm'),
      creatorDid: by.did,
      costMana: 9n,
      maxExecutionWaitMs: null,
    },
    by,
  )

export function meshServiceSuite(
  name: string,
  open: () => MeshNetworkService | Promise<MeshNetworkService>,
): void {
  describe(`mesh service ${name}`, () => {
    let service: MeshNetworkService
    beforeEach(async () => {
      service = await open()
    })
    afterEach(() => service.close())

    it('signs what it sends and verifies what it delivers', () => {
      expect(service.capabilities).toEqual({ signed: true, staged: false })
    })

    it('nobody bids, nobody answers, nobody is there', async () => {
      const job = await aJob()
      await service.announceJob(job)
      expect(await service.collectBids(job, 5)).toEqual([])
      await service.notifyAssignment({ jobId: id, executorDid: signer.did, agreedCostMana: 1n })
      expect(await service.receiveReceipt(job, signer.did, 5)).toBeUndefined()
      expect(await service.peers()).toEqual([])
      expect((await service.stats()).peers).toBe(0)
    })

    it('bids, proposals and votes may be sent all the same', async () => {
      const bid = {
        jobId: id,
        executorDid: signer.did,
        priceMana: 1n,
        resources: NO_RESOURCES,
        executorCapabilities: [],
        executorFederations: [],
        executorTrustScope: null,
      }
      await service.submitBid(await signedBid.sign(bid, signer))
      await service.announceProposal(new Uint8Array(3))
      await service.announceVote(new Uint8Array(3))
    })

    it('is closed twice as well as once', async () => {
      await service.close()
      await service.close()
    })
  })
}

/** What comes over a network comes in time. */
const SOON = { timeout: 10_000, interval: 10 }

/** @param open a service for each signer, all of one mesh, none of which has joined yet */
export function meshPeersSuite(
  name: string,
  open: (signers: readonly Signer[]) => Promise<readonly MeshParticipant[]>,
): void {
  describe(`mesh service ${name}, among peers`, () => {
    let services: readonly MeshParticipant[] = []
    let [mine, theirs, others] = [] as unknown as [MeshParticipant, MeshParticipant, MeshParticipant]
    const blocks = new Map<string, DagBlock>()
    const heard: string[] = []

    const nodeOf = (who: string): MeshNode => ({
      block: async (cid) => blocks.get(cid.toString()),
      announced: (job, from) => void heard.push(`${who}: announced ${job.jobId} by ${from}`),
      assigned: (notice, from) =>
        void heard.push(`${who}: assigned ${notice.jobId} for ${notice.agreedCostMana} by ${from}`),
      peer: (did, state) => void heard.push(`${who}: ${did} ${state}`),
    })
    const hears = (line: string) => vi.waitFor(() => expect(heard).toContain(line), SOON)

    beforeEach(async () => {
      heard.length = 0
      blocks.clear()
      services = await open([signer, second, third])
      ;[mine, theirs, others] = services as [MeshParticipant, MeshParticipant, MeshParticipant]
      await Promise.all(services.map((service, n) => service.join(nodeOf('abc'[n]!))))
      for (const service of services) {
        await vi.waitFor(async () => expect(await service.peers()).toHaveLength(2), SOON)
      }
    }, 30_000)
    afterEach(() => Promise.all(services.map((service) => service.close())))

    const aBid = (by: Signer, priceMana: bigint) =>
      signedBid.sign(
        {
          jobId: id,
          executorDid: by.did,
          priceMana,
          resources: { cpuCores: 1, memoryMb: 10, storageMb: 0 },
          executorCapabilities: ['CclWasm'],
          executorFederations: [],
          executorTrustScope: null,
        },
        by,
      )
    const aReceipt = (by: Signer) =>
      signReceipt({ jobId: id, executorDid: by.did, resultCid: id, cpuMs: 3n, success: true }, by)

    it('who is there is known, and who has left', async () => {
      expect((await mine.peers()).map(String).sort()).toEqual([`${second.did}`, `${third.did}`].sort())
      await others.close()
      await hears(`a: ${third.did} left`)
      expect((await mine.peers()).map(String)).toEqual([`${second.did}`])
    })

    it('a job is announced to all, bid for by each once, and assigned to one', async () => {
      const job = await aJob(signer)
      await mine.announceJob(job)
      await hears(`b: announced ${id} by ${signer.did}`)
      await hears(`c: announced ${id} by ${signer.did}`)
      const collecting = mine.collectBids(job, 1_000)
      const bids = [await aBid(second, 5n), await aBid(third, 4n)]
      await theirs.submitBid(bids[0]!)
      await theirs.submitBid(await aBid(second, 3n))
      await others.submitBid(bids[1]!)
      const collected = await collecting
      expect([...collected].sort((a, b) => Number(b.priceMana - a.priceMana))).toEqual(bids)
      await mine.notifyAssignment({ jobId: id, executorDid: second.did, agreedCostMana: 5n })
      await hears(`b: assigned ${id} for 5 by ${signer.did}`)
      expect(heard.filter((line) => line.includes('assigned'))).toHaveLength(1)
    })

    it('a receipt is heard of the executor it is waited for, and of nobody else', async () => {
      const job = await aJob(signer)
      const waiting = mine.receiveReceipt(job, second.did, 10_000)
      await others.submitReceipt(await aReceipt(third))
      const receipt = await aReceipt(second)
      await theirs.submitReceipt(receipt)
      expect(await waiting).toEqual(receipt)
      expect(await mine.receiveReceipt(job, second.did, 5)).toBeUndefined()
    })

    it('proposals and votes come to all others as they were sent', async () => {
      theirs.onGovernance((message) => heard.push(`b: ${fromUtf8(message)}`))
      others.onGovernance((message) => heard.push(`c: ${fromUtf8(message)}`))
      await mine.announceProposal(utf8('a proposal'))
      await mine.announceVote(utf8('a vote'))
      for (const who of ['b', 'c'])
        for (const what of ['a proposal', 'a vote']) await hears(`${who}: ${what}`)
    })

    it('where the run behind a receipt is found is known of its executor', async () => {
      const evidence = { receipt: id, record: cidOf(RAW, utf8('record')) }
      const waiting = mine.receiveReceipt(await aJob(signer), second.did, 10_000)
      await theirs.announceEvidence(id, evidence)
      await theirs.submitReceipt(await aReceipt(second))
      await waiting
      expect(await mine.receiveEvidence(id, second.did, 10_000)).toEqual(evidence)
      expect(await mine.receiveEvidence(id, third.did, 5)).toBeUndefined()
    })

    it('where it is found may be told after the receipt', async () => {
      const evidence = { receipt: id, record: cidOf(RAW, utf8('record')) }
      const waiting = mine.receiveEvidence(id, second.did, 10_000)
      await others.announceEvidence(id, { receipt: id, record: id })
      await theirs.announceEvidence(id, evidence)
      expect(await waiting).toEqual(evidence)
    })

    it('what is said on a topic comes to who listens there, from whom; for one it comes to that one', async () => {
      const topic = 'icn-runtime-web/test/1'
      for (const [n, service] of [theirs, others].entries()) {
        service.subscribe(topic, (payload, from) => {
          heard.push(`${'bc'[n]}: ${fromUtf8(payload)} from ${from}`)
        })
      }
      await mine.publish(topic, utf8('all'))
      await hears(`b: all from ${signer.did}`)
      await hears(`c: all from ${signer.did}`)
      await mine.publish(topic, utf8('you'), third.did)
      await hears(`c: you from ${signer.did}`)
      await mine.publish('icn-runtime-web/other/1', utf8('elsewhere'))
      await mine.publish(topic, utf8('last'))
      await hears(`b: last from ${signer.did}`)
      expect(heard.filter((line) => line.includes('you') || line.includes('elsewhere'))).toHaveLength(1)
    })

    it('a job is taken back by whoever submitted it; progress comes from its executor', async () => {
      const line = (who: string) => (payload: Uint8Array, from: Did) =>
        heard.push(`${who}: ${decodeCancel(payload)} taken back by ${from}`)
      theirs.subscribe(CANCEL_TOPIC, line('b'))
      await mine.publish(CANCEL_TOPIC, encodeCancel(id), second.did)
      await hears(`b: ${id} taken back by ${signer.did}`)
      mine.subscribe(PROGRESS_TOPIC, (payload, from) => {
        const { stage, progressPercent } = decodeProgress(payload)
        heard.push(`a: ${stage} at ${progressPercent} by ${from}`)
      })
      const checkpoint = await signedCheckpoint.sign(
        {
          jobId: id,
          checkpointId: 'checkpoint_1',
          timestamp: 1n,
          stage: 'processing',
          progressPercent: 50,
          executionState: new Uint8Array(0),
          intermediateDataCid: null,
          executorDid: second.did,
        },
        second,
      )
      await theirs.publish(PROGRESS_TOPIC, encodeProgress(checkpoint), signer.did)
      await hears(`a: processing at 50 by ${second.did}`)
    })

    it.each([100, 1_048_576, 1_600_000])('a block of %i bytes is handed out by its CID', async (bytes) => {
      const data = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + (i >> 8)) & 0xff)
      const block = buildBlock({ data, timestamp: 1n, authorDid: signer.did })
      blocks.set(block.cid.toString(), block)
      const found = await mine.requestBlock(block.cid, second.did, 5_000)
      expect(found?.cid).toEqual(block.cid)
      expect(equalBytes(found!.data, data)).toBe(true)
      expect((await mine.stats()).rejected).toBe(0)
    })

    it('a block that is not there is said not to be, at once', async () => {
      const asked = performance.now()
      expect(await mine.requestBlock(cidOf(RAW, utf8('missing')), second.did, 20_000)).toBeUndefined()
      expect(performance.now() - asked).toBeLessThan(15_000)
    })

    it('after it is closed nothing is heard or sent', async () => {
      await mine.close()
      await mine.announceProposal(utf8('late'))
      const before = (await mine.stats()).sent
      await theirs.announceJob(await aJob(second))
      await hears(`c: announced ${id} by ${second.did}`)
      expect(heard).not.toContain(`a: announced ${id} by ${second.did}`)
      expect((await mine.stats()).sent).toBe(before)
    })
  })
}

/** What every mesh service does alike, with nobody else there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { nobleSigner } from '../identity/signer.ts'
import { signedBid } from './bid.ts'
import { signedJob } from './job.ts'
import type { MeshNetworkService } from './service.ts'
import { jobSpecOf, NO_RESOURCES } from './types.ts'

const signer = nobleSigner(new Uint8Array(32).fill(1))
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

export function meshServiceSuite(name: string, open: () => MeshNetworkService): void {
  describe(`mesh service ${name}`, () => {
    let service: MeshNetworkService
    beforeEach(() => {
      service = open()
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

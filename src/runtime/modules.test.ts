import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { DAG_CBOR } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { Did } from '../common/did.ts'
import { merkleCid } from '../dag/block.ts'
import { signReceipt } from '../identity/receipt.ts'
import { StagedMeshService } from '../mesh/service-staged.ts'
import { jobSpecOf } from '../mesh/types.ts'
import { processLocks } from './exclusive.ts'
import { guest, openDatabase, signerOf, testRuntime, world } from './fixtures/world.ts'
import { Modules } from './modules.ts'
import { DEFAULT_RUN_LIMITS } from './options.ts'

describe('modules', () => {
  it('have the CID ICN’s contract compiler prints (ref §1.7), and are stored once', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    const bytes = guest('(i64.const 1)')
    const info = await runtime.modules.add(bytes)
    const block = { data: bytes, links: [], timestamp: 0n, signature: null, scope: null }
    const expected = merkleCid(DAG_CBOR, { ...block, authorDid: Did.parse('did:key:tester') })
    expect(info.cid).toBe(expected.toString())
    const epoch = state.epoch
    expect(await runtime.modules.add(bytes)).toEqual(info)
    expect(state.epoch).toBe(epoch)
    expect(await runtime.modules.get(info.cid)).toEqual(info)
    expect(await runtime.modules.inspect(bytes)).toEqual(info)
    expect((await runtime.modules.list()).items).toEqual([info])
    expect(await runtime.modules.get(cidOf(0x55, utf8('x')).toString())).toBeUndefined()
  })

  it('are metered and compiled once, the last 32 of them', async () => {
    const modules = new Modules(await openDatabase(), DEFAULT_RUN_LIMITS)
    const bytes = (n: number) => guest(`(i64.const ${n})`)
    const first = await modules.prepare(bytes(0))
    for (let n = 1; n < 32; n++) await modules.prepare(bytes(n))
    expect((await modules.prepare(bytes(0))).compiled).toBe(first.compiled)
    await modules.prepare(bytes(32))
    expect((await modules.prepare(bytes(0))).compiled).toBe(first.compiled)
    for (let n = 33; n < 65; n++) await modules.prepare(bytes(n))
    expect((await modules.prepare(bytes(0))).compiled).not.toBe(first.compiled)
  })

  it('put as blocks of our own run under the CID they are stored by', async () => {
    await using runtime = await testRuntime()
    const data = guest('(i64.const 3)')
    const cid = await runtime.dag.put({ data })
    expect((await runtime.modules.inspect(data)).cid).not.toBe(cid)
    const run = await runtime.run(cid)
    const stored = await runtime.receipts.get(run.receiptCid)
    expect([run.result, stored.run?.moduleCid]).toEqual([3n, cid])
  })
})

describe('services', () => {
  it('a mesh service that answers from staging queues is refused in production', async () => {
    const signer = signerOf(1)
    const mesh = new StagedMeshService()
    expect(mesh.capabilities).toEqual({ signed: true, staged: false })
    const id = cidOf(0x71, utf8('job'))
    const unsigned = { jobId: id, executorDid: signer.did, resultCid: id, cpuMs: 1n, success: true }
    const receipt = await signReceipt(unsigned, signer)
    mesh.stageReceipt(receipt)
    const job = {
      id,
      manifestCid: id,
      spec: jobSpecOf('CclWasm'),
      creatorDid: signer.did,
      costMana: 1n,
      maxExecutionWaitMs: null,
      signature: new Uint8Array(0),
    }
    expect(await mesh.receiveReceipt(job, signerOf(2).did)).toBeUndefined()
    expect(await mesh.receiveReceipt(job, signer.did)).toBe(receipt)
    expect(await mesh.collectBids(job)).toEqual([])
    const { RuntimeContext } = await import('./context.ts')
    const { context } = await world(0n)
    const make = () =>
      RuntimeContext.newWithServices(signer.did, mesh, signer, context.resolver, context.store, {
        environment: 'production',
        storage: 'indexeddb',
      })
    expect(make).toThrow(/does not accept a mesh service that does not sign and verify its messages\.$/)
  })

  it('an identity the signer does not sign for is refused everywhere', async () => {
    const { RuntimeContext } = await import('./context.ts')
    const { context } = await world(0n)
    const other = signerOf(2).did
    expect(() =>
      RuntimeContext.newWithServices(other, context.mesh, context.signer, context.resolver, context.store),
    ).toThrow(/its receipts could not be verified/)
  })
})

describe('locks of a process', () => {
  it('give turns in order, go on after a failure, and let go of who stops waiting', async () => {
    const locks = processLocks()
    const seen: string[] = []
    const turn =
      (name: string, fail = false) =>
      async () => {
        seen.push(`${name} in`)
        await Promise.resolve()
        seen.push(`${name} out`)
        if (fail) throw new Error(name)
        return name
      }
    const controller = new AbortController()
    const first = locks('a', turn('first', true))
    const second = locks('a', turn('second'), controller.signal)
    const third = locks('a', turn('third'))
    const other = locks('b', turn('other'))
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('first')
    await expect(second).rejects.toThrow('enough')
    expect(await Promise.all([third, other])).toEqual(['third', 'other'])
    expect(seen.filter((line) => !line.startsWith('other'))).toEqual([
      'first in',
      'first out',
      'third in',
      'third out',
    ])
  })
})

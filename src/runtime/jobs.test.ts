import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { cidOf } from '../common/cid-of.ts'
import { auditBalances, ledgerTotals } from '../economics/ledger.ts'
import { ESCROWS } from '../economics/rows.ts'
import type { IcnRuntime, JobStatus, RuntimeEvents } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { processLocks } from './exclusive.ts'
import { guest, jobJson, openDatabase, seed, signerOf, testRuntime } from './fixtures/world.ts'
import { JOBS, OPEN_JOBS } from './tables.ts'

const SPEND = '(import "icn" "host_account_spend_mana" (func $spend (param i32 i32 i64) (result i32)))'
const SUBMIT = '(import "icn" "host_submit_mesh_job" (func $submit (param i32 i32) (result i64)))'
const did = `${signerOf(1).did}`
const spend = (amount: number) =>
  `(drop (call $spend (i32.const 0) (i32.const ${did.length}) (i64.const ${amount})))`
const nowhere = cidOf(0x55, utf8('nowhere')).toString()
const echo = { kind: { Echo: { payload: 'hello' } } } as const

describe('a run', () => {
  it('leaves a signed receipt, its record, its result and its mana in one commit', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    await runtime.modules.add(guest(`${spend(5)} (i64.const 42)`, SPEND, did))
    const before = state.epoch
    const run = await runtime.run(guest(`${spend(5)} (i64.const 42)`, SPEND, did))
    // Submitted and begun; ended with everything else.
    expect(state.epoch - before).toBe(2)
    expect(run).toMatchObject({
      success: true,
      result: 42n,
      manaCharged: 10n,
      hostCalls: [{ name: 'host_account_spend_mana', result: 1 }],
    })
    const stored = await runtime.receipts.get(run.receiptCid)
    expect(stored).toMatchObject({
      cid: run.receiptCid,
      signatureValid: true,
      receipt: run.receipt,
      run: {
        result: 42n,
        fuelUsed: run.fuelUsed,
        fuelLimit: 1_000_000n,
        hostCalls: run.hostCalls,
        manaCharged: 10n,
      },
    })
    const record = await runtime.dag.get(stored.run!.recordCid)
    expect(record?.links.map((link) => link.name)).toEqual(['receipt', 'module'])
    expect(record?.links[0]?.cid).toBe(run.receiptCid)
    expect(record?.signature).toHaveLength(64)
    expect(await runtime.mana.balance()).toBe(995n)
    expect((await runtime.mana.history()).items.map(({ cause, amount }) => [cause, amount])).toEqual([
      ['payment', 10n],
      ['spend', -5n],
      ['escrow', -10n],
      ['initial', 1_000n],
    ])
    expect((await runtime.dag.verifyAll()).bad).toEqual([])
  })

  it('is the same bytes again on another database with the same key and clock', async () => {
    const json = jobJson(3n, echo.kind)
    const submit = `(drop (call $submit (i32.const ${did.length}) (i32.const ${json.length})))`
    const module = guest(`${spend(5)} ${submit} (i64.const 42)`, SPEND + SUBMIT, did + json)
    const once = async () => {
      await using runtime = await testRuntime()
      const run = await runtime.run(module)
      return [run.jobId, run.receiptCid, (await runtime.receipts.get(run.receiptCid)).run?.recordCid]
    }
    expect(await once()).toEqual(await once())
  })

  it('gets a job id of its own, however often it is submitted in one second', async () => {
    await using runtime = await testRuntime()
    const module = guest('(i64.const 1)')
    const runs = await Promise.all([1, 2, 3, 4].map(() => runtime.run(module)))
    expect(new Set(runs.map((run) => run.jobId)).size).toBe(4)
  })

  it('that fails leaves no effect but its receipt, and its mana is back', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest(`${spend(5)} unreachable`, SPEND, did))
    expect(run).toMatchObject({ success: false, manaCharged: 0n, failure: { reason: 'unreachable' } })
    expect(await runtime.mana.balance()).toBe(1_000n)
    expect((await runtime.mana.history()).items.map(({ cause }) => cause)).toEqual([
      'refund',
      'escrow',
      'initial',
    ])
    expect((await runtime.jobs.status(run.jobId)).state).toBe('Failed')
  })

  it.each([
    ['() -> i64', '(func (export "go") (result i64) (i64.const -1))', -1n],
    ['() -> i32', '(func (export "go") (result i32) (i32.const -2))', -2n],
    ['() -> ()', '(func (export "go"))', null],
  ])('takes an entry of type %s', async (_type, source, result) => {
    await using runtime = await testRuntime()
    const { fromWat } = await import('../wasm/fixtures/wat.ts')
    expect(await runtime.run(fromWat(`(module ${source})`), { entry: 'go' })).toMatchObject({
      success: true,
      result,
    })
  })

  it('pays the local price and returns the rest of a higher offer', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('(i64.const 1)'), { costMana: 100n })
    expect(run.manaCharged).toBe(10n)
    expect(
      (await runtime.mana.history()).items.slice(0, 3).map(({ cause, amount }) => [cause, amount]),
    ).toEqual([
      ['refund', 90n],
      ['payment', 10n],
      ['escrow', -100n],
    ])
  })

  it('is refused without enough mana, and then nothing is stored, not even the module', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({ initialMana: 9n }, { state })
    const before = state.epoch
    await expect(runtime.run(guest('(i64.const 1)'))).rejects.toMatchObject({ code: 'Economic' })
    expect(state.epoch).toBe(before)
    expect((await runtime.modules.list()).items).toEqual([])
  })
})

describe('a job', () => {
  it('whose module is nowhere fails with a receipt and a refund', async () => {
    await using runtime = await testRuntime()
    for (const [kind, what] of [
      ['CclWasm', 'WASM module'],
      ['GenericPlaceholder', 'Manifest'],
    ] as const) {
      const id = await runtime.jobs.submit({ manifestCid: nowhere, spec: { kind }, costMana: 10n })
      const job = await runtime.jobs.wait(id)
      expect(job).toMatchObject({
        state: 'Failed',
        failure: {
          code: 'DagOperationFailed',
          reason: 'manifestNotFound',
          message: `${what} not found: block ${nowhere} is not in the DAG.`,
        },
      })
      expect((await runtime.receipts.get(job.receiptCid!)).receipt.success).toBe(false)
      expect(await runtime.mana.balance()).toBe(1_000n)
    }
  })

  it('whose module was altered in the store is not run', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    const data = utf8('\0asm is how it began')
    const cid = await runtime.dag.put({ data })
    const { BLOCKS } = await import('../dag/rows.ts')
    await state.transact((tx) =>
      tx.put(BLOCKS, cid, { ...tx.get(BLOCKS, cid)!, data: guest('(i64.const 666)') }),
    )
    const id = await runtime.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 10n })
    expect(await runtime.jobs.wait(id)).toMatchObject({
      state: 'Failed',
      failure: { code: 'DagOperationFailed', reason: 'cidMismatch' },
    })
  })

  it('can be cancelled while it waits, once, and its mana is back', async () => {
    await using runtime = await testRuntime()
    const id = await runtime.jobs.submit({ manifestCid: nowhere, spec: echo, costMana: 50n })
    expect(await runtime.jobs.cancel(id)).toMatchObject({ state: 'Cancelled' })
    await expect(runtime.jobs.cancel(id)).rejects.toMatchObject({ code: 'InvalidJobState' })
    expect(await runtime.jobs.wait(id)).toMatchObject({ state: 'Cancelled' })
    expect(await runtime.mana.balance()).toBe(1_000n)
  })

  it('that waited too long fails with a timeout', async () => {
    await using runtime = await testRuntime({ fixedTime: undefined } as object)
    const id = await runtime.jobs.submit({
      manifestCid: nowhere,
      spec: echo,
      costMana: 10n,
      maxExecutionWaitMs: 0n,
    })
    // Whole seconds in its submission time leave it one to begin.
    expect(['Completed', 'Failed']).toContain((await runtime.jobs.wait(id)).state)
  })

  it('submitted from inside a run is run after it, and no deeper than eight times', async () => {
    await using runtime = await testRuntime()
    // The guest submits a job of the module it finds named at address 0: itself, once its CID is known.
    const json = (cid: { toJSON(): unknown }) =>
      JSON.stringify({ manifest_cid: cid.toJSON(), spec: { kind: 'CclWasm' }, cost_mana: 10 })
    const { Cid } = await import('../common/cid.ts')
    const leaf = Cid.parse((await runtime.modules.add(guest('(i64.const 7)'))).cid)
    let module = leaf
    for (let depth = 0; depth < 10; depth++) {
      const text = json(module)
      const bytes = guest(`(call $submit (i32.const 0) (i32.const ${text.length}))`, SUBMIT, text)
      module = Cid.parse((await runtime.modules.add(bytes)).cid)
    }
    const run = await runtime.run(`${module}`)
    expect(run.success).toBe(true)
    const wait = async (): Promise<readonly JobStatus[]> => {
      const { items } = await runtime.jobs.list({ limit: 100 })
      for (const job of items) await runtime.jobs.wait(job.jobId)
      const after = await runtime.jobs.list({ limit: 100 })
      return after.items.length === items.length ? items : wait()
    }
    expect(await wait()).toHaveLength(9)
    const chain = (await runtime.jobs.list({ limit: 100 })).items
    expect(chain.every((job) => job.state === 'Completed')).toBe(true)
    expect(chain.filter((job) => job.parentJob === undefined)).toHaveLength(1)
    expect(await runtime.mana.balance()).toBe(1_000n)
  })

  it('whose run fails takes the jobs it submitted with it', async () => {
    await using runtime = await testRuntime()
    const json = jobJson(10n)
    const run = await runtime.run(
      guest(`(drop (call $submit (i32.const 0) (i32.const ${json.length}))) unreachable`, SUBMIT, json),
    )
    expect(run.success).toBe(false)
    expect((await runtime.jobs.list()).items).toHaveLength(1)
    expect(await runtime.mana.balance()).toBe(1_000n)
  })

  it('is listed newest first, by state, in pages', async () => {
    await using runtime = await testRuntime()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      ids.unshift(await runtime.jobs.submit({ manifestCid: nowhere, spec: echo, costMana: BigInt(i) }))
    }
    for (const id of ids) await runtime.jobs.wait(id)
    const first = await runtime.jobs.list({ limit: 3 })
    const second = await runtime.jobs.list({ limit: 3, after: first.next! })
    expect([...first.items, ...second.items].map((job) => job.jobId)).toEqual(ids)
    expect(second.next).toBeUndefined()
    expect((await runtime.jobs.list({ state: 'Completed' })).items).toHaveLength(5)
    expect((await runtime.jobs.list({ state: 'Pending' })).items).toHaveLength(0)
  })
})

describe('a worker that ends in the middle', () => {
  /** A runtime whose every run ends its worker: the run never returns to it. */
  async function dying(database: MemoryDatabase): Promise<string> {
    const state = await openDatabase(database)
    let started: (id: string) => void = () => {}
    const id = new Promise<string>((resolve) => {
      started = resolve
    })
    const runtime = await testRuntime({}, { state, runExclusive: processLocks() })
    const read = state.read.bind(state)
    let dead = false
    state.read = (look) => (dead ? new Promise(() => {}) : read(look))
    const { cid } = await runtime.modules.add(guest('(i64.const 1)'))
    state.subscribe(({ type, detail }) => {
      if (type !== 'job' || (detail as JobStatus).state !== 'Assigned') return
      dead = true
      started((detail as JobStatus).jobId)
    })
    void runtime.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 30n })
    return id
  }

  it('leaves its job to the next, which runs it again', async () => {
    const database = new MemoryDatabase()
    const id = await dying(database)
    await using next = await testRuntime({}, { state: await openDatabase(database) })
    expect(await next.jobs.wait(id)).toMatchObject({ state: 'Completed' })
    expect(await next.mana.balance()).toBe(1_000n)
  })

  it('twice over the same job: it is failed and refunded, with a receipt', async () => {
    const database = new MemoryDatabase()
    const id = await dying(database)
    const state = await openDatabase(database)
    await state.transact((tx) => tx.put(JOBS, id, { ...tx.get(JOBS, id)!, attempts: 2 }))
    await state.close()
    await using next = await testRuntime({}, { state: await openDatabase(database) })
    const job = await next.jobs.wait(id)
    expect(job).toMatchObject({ state: 'Failed', failure: { code: 'WorkerCrashed' } })
    expect((await next.receipts.get(job.receiptCid!)).signatureValid).toBe(true)
    expect(await next.mana.balance()).toBe(1_000n)
  })

  it.each([
    ['timeout', 'ExecutionTimeout', 'wallClock'],
    ['aborted', 'Aborted', 'aborted'],
    ['crash', 'WorkerCrashed', 'crash'],
  ] as const)('by %s, told by the page: failed and refunded at once', async (reason, code, why) => {
    const database = new MemoryDatabase()
    const jobId = await dying(database)
    const killed = [
      { jobId, reason },
      { jobId: nowhere, reason },
    ] as const
    const heard: unknown[] = []
    const onEvent = (name: string, detail: unknown) => heard.push({ name, ...(detail as object) })
    await using next = await testRuntime({}, { state: await openDatabase(database), killed, onEvent })
    // The page that shows the job and the balance is told before its calls are served again.
    expect(heard).toContainEqual(expect.objectContaining({ name: 'job', jobId, state: 'Failed' }))
    expect(heard).toContainEqual(expect.objectContaining({ name: 'mana', balance: 1_000n, cause: 'refund' }))
    expect(await next.jobs.status(jobId)).toMatchObject({ state: 'Failed', failure: { code, reason: why } })
    expect(await next.mana.balance()).toBe(1_000n)
  })

  it('its job is left alone while another tab lives that runs it', async () => {
    const database = new MemoryDatabase()
    const locks = processLocks()
    await using one = await testRuntime({}, { state: await openDatabase(database), runExclusive: locks })
    await using two = await testRuntime({}, { state: await openDatabase(database), runExclusive: locks })
    const runs = [one, two].flatMap((runtime) => [1, 2, 3].map(() => runtime.run(guest('(i64.const 5)'))))
    expect((await Promise.all(runs)).every((run) => run.success)).toBe(true)
    expect((await one.jobs.list()).items).toHaveLength(6)
    expect(await two.mana.balance()).toBe(1_000n)
  })
})

describe('state that is not in memory, or moves', () => {
  it('a guest that asks for rows on disk is run again until it has them', async () => {
    const database = new MemoryDatabase()
    const accounts = Array.from({ length: 30 }, (_, i) => `did:icn:test:account-${i}`)
    {
      await using first = await testRuntime(
        {},
        { state: await openDatabase(database), capabilities: new Set(['credit']) },
      )
      for (const account of accounts) await first.call('host_account_credit_mana', account, 3n)
    }
    let runs = 0
    await using runtime = await testRuntime(
      {},
      {
        state: await openDatabase(database, { cacheBytes: 1 }),
        onGuest: (running) => void (running && runs++),
      },
    )
    const at = (account: string) => accounts.slice(0, accounts.indexOf(account)).join('').length
    const body = accounts.map(
      (account) => `(call $mana (i32.const ${at(account)}) (i32.const ${account.length})) i64.add`,
    )
    const imports = '(import "icn" "host_account_get_mana" (func $mana (param i32 i32) (result i64)))'
    const run = await runtime.run(guest(`(i64.const 0) ${body.join(' ')}`, imports, accounts.join('')))
    expect(run).toMatchObject({ success: true, result: 90n })
    expect(run.hostCalls).toHaveLength(30)
    expect(runs).toBe(1)
  })

  it('a run whose reads another tab changed before its commit is made again', async () => {
    const database = new MemoryDatabase()
    const locks = processLocks()
    await using other = await testRuntime({}, { state: await openDatabase(database), runExclusive: locks })
    const state = await openDatabase(database)
    let spent = false
    const transact = state.transact.bind(state)
    await using runtime = await testRuntime(
      {},
      {
        state,
        runExclusive: locks,
        onGuest(running) {
          if (running !== null || spent) return
          spent = true
          // Between the run and its commit.
          state.transact = async (change, seal) => {
            state.transact = transact
            await other.mana.spend(100n)
            return transact(change, seal)
          }
        },
      },
    )
    const imports = '(import "icn" "host_account_get_mana" (func $mana (result i64)))'
    const run = await runtime.run(guest('(call $mana)', imports))
    expect(run.result).toBe(890n)
  })
})

describe('mana over any sequence of jobs', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('run' as const),
      cost: fc.bigInt(0n, 60n),
      spend: fc.integer({ min: 0, max: 40 }),
    }),
    fc.record({
      do: fc.constant('fail' as const),
      cost: fc.bigInt(0n, 60n),
      spend: fc.integer({ min: 1, max: 40 }),
    }),
    fc.record({ do: fc.constant('echo' as const), cost: fc.bigInt(0n, 300n) }),
    fc.record({ do: fc.constant('cancel' as const), cost: fc.bigInt(0n, 60n) }),
    fc.record({ do: fc.constant('nested' as const), cost: fc.bigInt(0n, 60n) }),
    fc.record({ do: fc.constant('regenerate' as const) }),
    fc.record({ do: fc.constant('spend' as const), cost: fc.bigInt(0n, 30n) }),
  )

  it('is conserved, every escrow ends exactly once, and no job stays open', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const state = await openDatabase()
        await using runtime = await testRuntime(
          { initialMana: 200n, manaRegeneration: { amount: 3n, intervalMs: 1_000_000, cap: 260n } },
          { state },
        )
        await Promise.all(steps.map((one) => perform(runtime, one).catch(() => {})))
        for (const job of (await runtime.jobs.list({ limit: 1_000 })).items)
          await runtime.jobs.wait(job.jobId)
        await state.read((tx) => {
          const totals = ledgerTotals(tx)
          const audit = auditBalances(tx)
          expect(audit.counted).toBe(audit.recorded)
          expect(totals.escrow).toBe(0n)
          expect(totals.minted + totals.regenerated).toBe(totals.balances + totals.burned)
          expect(tx.list(OPEN_JOBS, { limit: 10 })).toEqual([])
          for (const [, escrow] of tx.list(ESCROWS, { limit: 1_000 })) expect(escrow.state).not.toBe('held')
        })
      }),
      { numRuns: 25 },
    )
  })

  async function perform(runtime: IcnRuntime, one: typeof step extends fc.Arbitrary<infer T> ? T : never) {
    switch (one.do) {
      case 'run':
        return runtime.run(guest(`${spend(one.spend)} (i64.const 1)`, SPEND, did), { costMana: one.cost })
      case 'fail':
        return runtime.run(guest(`${spend(one.spend)} unreachable`, SPEND, did), { costMana: one.cost })
      case 'echo':
        return runtime.jobs.submit({ manifestCid: nowhere, spec: echo, costMana: one.cost })
      case 'cancel':
        return runtime.jobs.cancel(
          await runtime.jobs.submit({ manifestCid: nowhere, spec: echo, costMana: one.cost }),
        )
      case 'nested': {
        const json = jobJson(one.cost, { Echo: { payload: 'nested' } })
        return runtime.run(guest(`(call $submit (i32.const 0) (i32.const ${json.length}))`, SUBMIT, json))
      }
      case 'regenerate':
        return runtime.mana.regenerate()
      case 'spend':
        return runtime.mana.spend(one.cost)
    }
  }
})

describe('events', () => {
  it('tell of a job, its receipt, its mana, its blocks and its log, in the order they happened', async () => {
    await using runtime = await testRuntime()
    const seen: string[] = []
    const on = <E extends keyof RuntimeEvents>(name: E, show: (detail: RuntimeEvents[E]) => string) =>
      runtime.on(name, (detail) => void seen.push(show(detail)))
    on('job', (job) => `job ${job.state}`)
    on('receipt', (receipt) => `receipt ${receipt.success}`)
    on('log', (line) => `log ${line.message}`)
    const stop = on('mana', (mana) => `mana ${mana.cause} ${mana.balance}`)
    const log = '(import "icn" "host_log" (func $log (param i32 i32)))'
    await runtime.run(guest('(call $log (i32.const 0) (i32.const 2)) (i64.const 1)', log, 'hi'))
    stop()
    await runtime.mana.spend(1n)
    expect(seen).toEqual([
      'mana escrow 990',
      'job Pending',
      'job Assigned',
      'mana payment 1000',
      'receipt true',
      'job Completed',
      'log hi',
    ])
  })
})

describe('closing', () => {
  it('lets what runs end, and refuses what comes after', async () => {
    const database = new MemoryDatabase()
    const runtime = await testRuntime({ identitySeed: seed(1) }, { state: await openDatabase(database) })
    const run = runtime.run(guest('(i64.const 1)'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runtime.close()
    await expect(runtime.identity.did()).rejects.toMatchObject({ code: 'Closed' })
    await run.catch((error) => expect(error).toMatchObject({ code: 'Closed' }))
    await using next = await testRuntime({}, { state: await openDatabase(database) })
    for (const job of (await next.jobs.list()).items) await next.jobs.wait(job.jobId)
    expect(await next.mana.balance()).toBe(1_000n)
  })
})

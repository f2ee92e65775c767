import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUtf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { isArray, type JsonObject, type JsonValue, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { getBlock } from '../dag/blocks.ts'
import { verifyBlockSignature } from '../identity/receipt-block.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import type { State } from '../storage/state.ts'
import type { Transaction } from '../storage/types.ts'
import { execute, type RunInput } from './execute.ts'
import { BUSY, contract, ME } from './fixtures/busy.ts'
import { guest, openDatabase, seed, testRuntime, world } from './fixtures/world.ts'
import { hostJobs } from './host-jobs.ts'
import { Modules } from './modules.ts'
import { fromPlain, samePlain, toPlain } from './plain.ts'
import { encodeRecord } from './record.ts'

async function recordOf(state: State, cid: string): Promise<{ data: Uint8Array; json: JsonObject }> {
  const block = (await state.read((tx) => getBlock(tx, Cid.parse(cid))))!
  verifyBlockSignature(block, new KeyDidResolver())
  return { data: block.data, json: parseJson(fromUtf8(block.data)) as JsonObject }
}

/** The state a record carries, and nothing else: a question it has no answer to is a defect of the record. */
function recordedState(json: JsonObject): Transaction {
  const list = (value: JsonValue | undefined) => (isArray(value!) ? value : [])
  const reads = new Map(
    list(json.reads).map((entry) => {
      const [table, key, row] = entry as [string, string, JsonValue]
      return [`${table}\n${key}`, fromPlain(row)]
    }),
  )
  const listings = list(json.listings).map((entry) => fromPlain(entry) as [string, unknown, never])
  const never = () => {
    throw new Error('a replay may not write below its scope')
  }
  return {
    get: <Row>(table: { name: string }, key: string) => {
      const id = `${table.name}\n${key}`
      if (!reads.has(id)) throw new Error(`the record has no ${id}`)
      return reads.get(id) as Row | undefined
    },
    has: never,
    put: never,
    delete: never,
    emit: never,
    list: (table, range) => {
      const found = listings.find(([name, asked]) => name === table.name && samePlain(asked, range))
      if (found === undefined) throw new Error(`the record has no listing of ${table.name}`)
      return found[2]
    },
  }
}

describe('an execution record', () => {
  it.each([
    ['a run that succeeds', BUSY],
    ['a run that traps', `(drop (call $spend ${ME} (i64.const 5))) unreachable`],
    ['a run that is stopped', `(loop (call $log ${ME}) (br 0)) (i64.const 0)`],
  ])('of %s is enough to make it again, byte for byte, without our state', async (_what, body) => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    await runtime.jobs.submit({
      manifestCid: `${Cid.parse(await runtime.dag.put({ data: seed(3) }))}`,
      spec: { kind: 'GenericPlaceholder' },
      costMana: 3n,
    })
    const module = contract(body)
    const run = await runtime.run(module)
    const { recordCid } = (await runtime.receipts.get(run.receiptCid)).run!
    const { data, json: record } = await recordOf(state, recordCid)

    const elsewhere = await world(0n)
    const { limits } = elsewhere.context
    const now = BigInt(record.now as number)
    const fuel = BigInt((record.limits as JsonObject).fuel as number)
    const depth = record.depth as number
    const input: RunInput = {
      module: await new Modules(elsewhere.context.store, limits).prepare(module),
      entry: String(record.entry),
      fuel,
      limits,
      identity: Did.parse(String(record.identity)),
      creator: Did.parse(String(record.creator)),
      now,
      capabilities: new Set(),
      dummyProofs: true,
      jobs: hostJobs(elsewhere.context, now, { id: run.jobId, depth, fuel }),
      depth,
    }
    const again = execute(input, recordedState(record))
    expect(fromUtf8(encodeRecord(run.jobId, input, again))).toBe(fromUtf8(data))
  })

  it('of a failure does not depend on what the engine or the host makes of a stack', async () => {
    const module = contract(`(drop (call $spend ${ME} (i64.const 5))) unreachable`)
    const rewriting = Error.prepareStackTrace
    async function under(prepare: unknown) {
      const state = await openDatabase()
      await using runtime = await testRuntime({}, { state })
      Object.assign(Error, { prepareStackTrace: prepare })
      try {
        const { receiptCid, receipt, failure } = await runtime.run(module)
        const { run } = await runtime.receipts.get(receiptCid)
        const { data } = await recordOf(state, run!.recordCid)
        return { record: fromUtf8(data), result: receipt.resultCid, told: failure, shown: run!.failure }
      } finally {
        Object.assign(Error, { prepareStackTrace: rewriting })
      }
    }
    const silent = await under(() => 'a stack that tells nothing')
    const telling = await under(undefined)
    expect(telling.record).toBe(silent.record)
    expect(telling.result).toBe(silent.result)
    // Whoever looks is told it all the same.
    expect(telling.told).toEqual({ ...silent.told, function: 'function 6' })
    expect(telling.shown).toEqual(telling.told)
    expect(telling.record).toContain('"failure":{"code":"WasmExecutionError","message":"The module trapped: ')
  })

  it('stays within what a signature may cover, whatever the run did', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({ limits: { fuel: 1_000_000_000n } }, { state })
    const log = '(import "icn" "host_log" (func $log (param i32 i32)))'
    const body =
      '(loop (call $log (i32.const 0) (i32.const 60000)) (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1500)))) (i64.const 1)'
    const bytes = guest(`(local $i i32) ${body}`, log, '\u0007'.repeat(60_000))
    const run = await runtime.run(bytes)
    expect(run.success).toBe(true)
    const { recordCid } = (await runtime.receipts.get(run.receiptCid)).run!
    const { data, json: record } = await recordOf(state, recordCid)
    expect(data.length).toBeLessThan(1_048_576)
    expect(record).toMatchObject({ log_count: 1_500, host_call_count: 1_500 })
  })
})

describe('rows as JSON', () => {
  const row = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.integer(),
      fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('value')),
    ),
  })).value

  it('come back as they were', () => {
    fc.assert(
      fc.property(row, (value) => {
        const text = stringifyJson(toPlain(value))
        expect(fromPlain(parseJson(text))).toEqual(value)
      }),
    )
  })

  it('a bigint and a number of the same value stay apart, and key order does not matter', () => {
    expect(samePlain({ a: 1n }, { a: 1 })).toBe(false)
    expect(samePlain({ a: 1, b: [new Uint8Array([1])] }, { b: [new Uint8Array([1])], a: 1 })).toBe(true)
    expect(() => toPlain({ $int: '1' })).toThrow(/cannot carry/)
  })
})

import { describe, expect, it } from 'vitest'
import { HOST_ABI } from '../host/index.ts'
import type { JobStatus, ManaEntry } from '../index.ts'
import { blockKind } from './block-kind.ts'
import { levels, type Relative } from './family.ts'
import { hexAround } from './format.ts'
import { hostCall } from './host-words.ts'
import { jobSteps } from './job-steps.ts'
import { coming, seen } from './panels/mana-chart.ts'
import { answer, passed, shapeOf } from './parts/call-meaning.ts'
import { step } from './parts/graph.ts'
import { spaced } from './parts/signed-bytes.ts'
import { sift } from './receipt-filter.ts'
import { synced } from './sync-words.ts'

const text = (value: string) => new TextEncoder().encode(value)

describe('what a block is', () => {
  it.each([
    ['contract', new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])],
    ['receipt', text('{"job_id":{},"executor_did":{},"result_cid":{},"cpu_ms":1}')],
    ['record', text('{"format":3,"job":"b","module":"b","fuel_table":"wasmtime-35"}')],
    ['job', text('{"id":{},"manifest_cid":{}}')],
    ['text', text('{"manifest_cid":{}}')],
    ['text', text('null')],
    ['text', text('["job_id"]')],
    ['text', text('Minutes of the assembly')],
    ['text', text('')],
    ['data', new Uint8Array([0xff, 0xfe])],
    ['data', text('a\u0000b')],
  ])('%s', (kind, data) => expect(blockKind(data)).toBe(kind))
})

describe('the picture of blocks', () => {
  const links: Record<string, readonly string[]> = {
    record: ['receipt', 'module'],
    receipt: ['job', 'result'],
    job: ['module'],
  }
  const depths = levels('record', (cid) => links[cid] ?? [])

  it('each stands below all that lead to it', () => {
    expect(Object.fromEntries(depths)).toEqual({ record: 0, receipt: 1, job: 2, result: 2, module: 3 })
  })

  it('a circle, which no honest block can make, ends', () => {
    const circle: Record<string, readonly string[]> = { a: ['b'], b: ['c'], c: ['a'] }
    expect([...levels('a', (cid) => circle[cid]!).values()]).toEqual([0, 1, 2])
  })

  it('arrow keys follow the lines', () => {
    const all: Relative[] = [...depths].map(([cid, depth]) => ({
      cid,
      depth,
      kind: 'data',
      leadsTo: links[cid] ?? [],
    }))
    const go = (from: string, key: string) => step(all.find(({ cid }) => cid === from)!, all, key)?.cid
    expect(go('record', 'ArrowDown')).toBe('receipt') // the nearest of the two it leads to
    expect(go('module', 'ArrowUp')).toBe('job')
    expect(go('job', 'ArrowRight')).toBe('result')
    expect(go('result', 'ArrowRight')).toBeUndefined()
    expect(go('result', 'ArrowDown')).toBeUndefined()
    expect(go('record', 'ArrowUp')).toBeUndefined()
    expect(go('record', 'a')).toBeUndefined()
  })
})

describe('the balance over time', () => {
  const entry = (seq: number, at: number, balance: bigint): ManaEntry => ({
    seq,
    at,
    balance,
    amount: 0n,
    cause: 'spend',
    did: 'did:icn:a',
  })

  it('of several changes in one second the last is seen', () => {
    expect(seen([entry(3, 20, 7n), entry(2, 10, 5n), entry(1, 10, 9n)])).toEqual([
      { at: 10, balance: 5 },
      { at: 20, balance: 7 },
    ])
  })

  it('what comes back is told until the end, or until the cap', () => {
    const regeneration = { amount: 10n, intervalMs: 60_000, cap: 1_015n }
    const from = { at: 130, balance: 1_000 }
    expect(coming(from, 100_000, regeneration, 300)).toEqual([
      { at: 160, balance: 1_010 },
      { at: 220, balance: 1_015 },
    ])
    expect(coming(from, 100_000, regeneration, 150)).toEqual([])
    // A page that slept past several ticks starts from the next one.
    expect(coming(from, 0, regeneration, 190)).toEqual([{ at: 180, balance: 1_010 }])
  })
})

it('bytes are written two digits each', () => expect(spaced(new Uint8Array([0, 10, 255]))).toBe('00 0a ff'))

describe('a filter over pages', () => {
  const load = async (after: string | undefined) => {
    const from = Number(after ?? 0)
    const items = [from, from + 1, from + 2]
    return from + 3 < 12 ? { items, next: String(from + 3) } : { items }
  }

  it('asks on until enough fit, and tells where to go on', async () => {
    expect(await sift(load, (item) => item % 2 === 0, 3, undefined)).toEqual({ items: [0, 2, 4], next: '6' })
    expect(await sift(load, (item) => item > 7, 3, undefined)).toEqual({ items: [8, 9, 10, 11] })
    expect(await sift(load, () => false, 1, '9')).toEqual({ items: [] })
  })
})

describe('a host call in words', () => {
  it('every function that is served has some, under each of its names', () => {
    const without = HOST_ABI.filter(({ shapes }) => shapes.length > 0)
      .flatMap(({ name, aliases }) => [name, ...aliases])
      .filter((name) => !hostCall(name, 'done') || !hostCall(name, 'may'))
    expect(without).toEqual([])
  })

  const row = (name: string) => HOST_ABI.find((one) => one.name === name)!

  it('its numbers are told by the shape it was called in', () => {
    const call = { name: 'host_log', args: [1, 16_092, 63], fuel: 363n }
    expect(passed(shapeOf(row('host_log'), call)!, call.args)).toEqual([
      ['Number', '1'],
      ['Text', '63 bytes from byte 16,092 of its memory on'],
    ])
    const short = { ...call, args: [16_092, 63] }
    expect(passed(shapeOf(row('host_log'), short)!, short.args)).toHaveLength(1)
    expect(shapeOf(row('host_log'), { ...call, args: [1n] })).toBeUndefined()
    const spend = { name: 'host_account_spend_mana', args: [0, 4, -1n], result: 0, fuel: 1n }
    const shape = shapeOf(row('host_account_spend_mana'), spend)!
    expect(passed(shape, spend.args)[1]).toEqual(['Number', '18,446,744,073,709,551,615'])
    expect(answer(shape.result, 0)).toBe('no, or refused (0)')
  })

  it('answers are told by their kind', () => {
    expect(answer('written', 56)).toBe('56 bytes written to that room')
    expect(answer('written', -1)).toBe('nothing was written: it would have needed 1 byte')
    expect(answer('u64', -1n)).toBe('18,446,744,073,709,551,615')
    expect(answer('string', -1)).toBe('at byte 4,294,967,295 of its memory')
    expect(answer(null, 7)).toBe('7')
  })
})

describe('what happened to a job', () => {
  const job: JobStatus = {
    jobId: 'bjob',
    manifestCid: 'bmodule',
    kind: 'Echo',
    state: 'Completed',
    creator: 'did:icn:a',
    costMana: 10n,
    submittedAt: 100,
    finishedAt: 103,
    receiptCid: 'breceipt',
  }
  const change = (at: number, amount: bigint, cause: ManaEntry['cause']): ManaEntry => ({
    seq: at,
    did: 'did:icn:a',
    at,
    amount,
    balance: 0n,
    cause,
  })
  const changes = [change(100, -10n, 'escrow'), change(103, 10n, 'payment')]
  const words = (...of: Parameters<typeof jobSteps>) => jobSteps(...of).map(({ what }) => what)

  it('its own state and the journal alone', () => {
    expect(words(job, [], changes)).toEqual([
      'Asked for',
      'Held for a job: −10 mana',
      'Receipt signed and anchored',
      'Completed',
      'Earned by running a job: +10 mana',
    ])
    const waiting = jobSteps(
      { ...job, state: 'Pending', receiptCid: undefined!, finishedAt: undefined! },
      [],
      [],
    )
    expect(waiting.map(({ what, at }) => [what, at])).toEqual([
      ['Asked for', 100],
      ['Waiting', undefined],
    ])
  })

  it('with the blocks that tell of bids and of who got it', () => {
    const told = (
      kind: 'submitted' | 'bid' | 'assignment' | 'checkpoint' | 'receipt',
      at: number,
      more = {},
    ) => ({
      kind,
      at,
      cid: `b${kind}`,
      by: 'did:icn:b',
      ...more,
    })
    const history = [
      told('submitted', 100),
      told('bid', 101, { priceMana: 7n }),
      told('assignment', 103, { executor: 'did:icn:b', priceMana: 7n }),
      told('checkpoint', 103, { percent: 40, stage: 'fetching' }),
      told('receipt', 103),
    ]
    expect(words(job, history, changes)).toEqual([
      'Asked for',
      'Held for a job: −10 mana',
      'did:icn:b would do it for 7 mana',
      'Given to did:icn:b for 7 mana',
      '40 % done: fetching',
      'Receipt signed and anchored',
      'Completed',
      'Earned by running a job: +10 mana',
    ])
    expect(jobSteps(job, history, [])[1]?.cid).toBe('bbid')
  })
})

describe('bytes around a place', () => {
  const data = Uint8Array.from({ length: 30 }, (_, at) => at)

  it('the row with its mark, one before and one after', () => {
    expect(hexAround(data, 10).split('\n')).toEqual([
      '000000  00 01 02 03 04 05 06 07  ········',
      '000008  08 09 0a 0b 0c 0d 0e 0f  ········',
      '              ^^',
      '000010  10 11 12 13 14 15 16 17  ········',
    ])
  })

  it('at the first byte, and after the last', () => {
    expect(hexAround(data, 0).split('\n')[1]).toBe('        ^^')
    expect(hexAround(data, 30).split('\n').at(-1)).toBe(`${' '.repeat(8 + 18)}^^`)
    expect(hexAround(new Uint8Array(0), 0)).toBe('        ^^')
  })
})

it('what other nodes brought is told in a sentence', () => {
  const none = { statements: 0, refused: 0, receipts: 0, blocks: 0, bytes: 0, missing: 0 }
  const done = { ...none, stage: 'done' as const, peers: 2 }
  expect(synced({ ...done, peers: 0 })).toBe('Nobody answered.')
  expect(synced(done)).toBe('2 nodes answered: nothing was missing here.')
  expect(synced({ ...done, statements: 3, blocks: 1, refused: 1, missing: 2 })).toBe(
    '2 nodes answered: 3 statements, 1 block came. 1 statement of others did not count here. 2 blocks nobody had.',
  )
})

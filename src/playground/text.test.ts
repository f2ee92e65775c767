import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Cid } from '../index.ts'
import { declaredLimits } from './declared.ts'
import { bytes, hexDump, milliseconds, number, pages, parseFuel, short, signed } from './format.ts'
import { hostCall } from './host-words.ts'
import { bytesFromText } from './intake.ts'
import { mentions } from './mentions.ts'
import { href, parseRoute } from './router.ts'
import { countsIn } from './run-counts.ts'
import { ending, expected, problem } from './words.ts'

describe('numbers', () => {
  test('are grouped, whatever their size', () => {
    expect(number(18_446_744_073_709_551_615n)).toBe('18,446,744,073,709,551,615')
    expect([signed(10n), signed(-5n), signed(0n)]).toEqual(['+10', '−5', '0'])
    expect([bytes(1), bytes(1023), bytes(1536), bytes(52_428_800)]).toEqual([
      '1 byte',
      '1023 bytes',
      '1.5 KiB',
      '50.0 MiB',
    ])
    expect(pages(1)).toBe('64 KiB (1 page)')
    expect([milliseconds(0.4), milliseconds(12.6), milliseconds(30_000)]).toEqual([
      'under 1 ms',
      '13 ms',
      '30.0 s',
    ])
  })

  test.each([
    ['1,000,000', 1_000_000n],
    ['1 000 000', 1_000_000n],
    ['1’000’000', 1_000_000n],
    [' 7 ', 7n],
    ['0', undefined],
    ['-5', undefined],
    ['1e6', undefined],
    ['lots', undefined],
    ['', undefined],
    ['99999999999999999999', undefined],
  ])('a fuel budget typed as %j', (text, budget) => {
    expect(parseFuel(text)).toBe(budget)
  })
})

test('identifiers show both ends', () => {
  expect(short('did:key:z6MkhaXgBZDvotDkL5257')).toBe('did:key:z6…kL5257')
  expect(short('short')).toBe('short')
})

test('bytes are laid out sixteen to a row and cut with a count', () => {
  expect(hexDump(new TextEncoder().encode('Hello\n'))).toBe(
    '000000  48 65 6c 6c 6f 0a                                Hello·',
  )
  expect(hexDump(new Uint8Array(40), 16)).toMatch(/… 24 more bytes$/)
})

test('a module can come as hex or base64, and nothing else is taken for one', () => {
  const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  expect(bytesFromText('00 61 73 6d\n01 00 00 00')).toEqual(header)
  expect(bytesFromText('AGFzbQEAAAA=')).toEqual(header)
  for (const text of ['(module)', '0061736', 'AGF', 'hello', '']) expect(bytesFromText(text)).toBeUndefined()
})

test('the counts of a run are read from its record, and from nothing else', () => {
  const record = (text: string) => countsIn(new TextEncoder().encode(text))
  expect(record('{"host_call_count":1500,"log_count":1200,"logs":[]}')).toEqual({ calls: 1_500, logs: 1_200 })
  for (const other of ['{"host_call_count":-1,"log_count":2}', '{"log_count":"2"}', 'null', 'no record'])
    expect(record(other)).toBeUndefined()
})

test('routes survive the way through the address', () => {
  expect(parseRoute('')).toEqual({ name: 'run', argument: undefined })
  expect(parseRoute(href('receipts', 'b/c d'))).toEqual({ name: 'receipts', argument: 'b/c d' })
  expect(parseRoute('#/run/%')).toEqual({ name: 'run', argument: '%' })
})

test('CIDs in JSON are found as structs and as strings, each once', () => {
  const cid = new Cid(1, 0x71, 0x12, new Uint8Array(32).fill(7))
  const json = {
    job_id: cid.toJSON(),
    list: [{ again: cid.toString() }],
    sig: [1, 2],
    bad: { hash_bytes: 'no' },
  }
  expect(mentions(new TextEncoder().encode(JSON.stringify(json)))).toEqual([
    { path: 'job_id', cid: cid.toString() },
  ])
  expect(mentions(Uint8Array.of(0xff, 0))).toEqual([])
})

describe('words', () => {
  const { samples } = JSON.parse(readFileSync('public/samples/index.json', 'utf8')) as {
    samples: { id: string; ends: string; reason?: string }[]
  }

  test.each(samples.filter(({ ends }) => ends !== 'completes'))(
    '$id has an ending of its own',
    ({ ends, reason }) => {
      const end = ending(false, null, { code: 'WasmExecutionError', message: '', reason: reason ?? ends })
      expect(end.title).not.toBe('Failed')
      expect(expected({ ends, ...(reason ? { reason } : {}) })).not.toBe('Fails')
    },
  )

  test('an unknown failure is still a sentence', () => {
    expect(ending(false, null, undefined)).toEqual({
      tone: 'bad',
      title: 'Failed',
      sentence: 'The contract did not get to its end.',
    })
  })

  test('storage that is full is told alike, whoever found it full', () => {
    expect(problem(new DOMException('Encountered full disk.', 'QuotaExceededError'))).toMatchObject({
      code: 'QuotaExceeded',
      title: 'The storage for this page is full',
      plain: expect.stringContaining('no more room'),
      message: 'Encountered full disk.',
    })
  })

  test('anything thrown becomes a problem with a message', () => {
    expect(problem(new Error('No.'))).toMatchObject({ code: 'Unexpected', message: 'No.', data: {} })
    expect(problem(undefined).message).toBe('undefined')
  })

  test.each([
    [{ reason: 'malformed', offset: 1_590 }, /begins at byte 1,590\.$/],
    [{ reason: 'memoryLimit', actual: 256, limit: 160 }, /wants 16\.0 MiB .* may have 10\.0 MiB/],
    [
      { reason: 'moduleLimit', limitName: 'functions', actual: 1_501, limit: 1_000 },
      /has 1,501, and at most 1,000/,
    ],
    [{ reason: 'fuelLimit', limit: 100_000 }, /at most 100,000\./],
    [{ reason: 'malformed' }, /damaged\.$/],
  ])('%j is said plainly, and the sentence of the runtime stays for engineers', (data, plain) => {
    const found = problem({ code: 'WasmExecutionError', message: 'Exactly so.', data })
    expect(found.plain).toMatch(plain)
    expect(found.message).toBe('Exactly so.')
  })

  test('every host call of the samples has words', () => {
    for (const name of ['host_log', 'host_submit_mesh_job', 'wasm_host_account_get_mana'])
      expect(hostCall(name, 'may')).toBeTypeOf('string')
    expect(hostCall('host_unheard_of', 'done')).toBeUndefined()
  })
})

describe('the limits a module declares', () => {
  test('each in a sentence, calls by what they do', () => {
    const calls = ['host_submit_mesh_job', 'host_account_spend_mana', 'host_unheard_of']
    expect(declaredLimits({ calls, mana: 5_000n, storeBytes: 1_024, jobs: 1 })).toEqual([
      'It may only submit a job to the mesh, spend your mana and host_unheard_of; other calls are refused.',
      'Its calls may cost you at most 5,000 mana.',
      'It may store at most 1.0 KiB.',
      'It may submit at most 1 job.',
    ])
  })

  test('nothing allowed is said, and so is no limit', () => {
    expect(declaredLimits({ calls: [], mana: 0n, storeBytes: 0, jobs: 0 })).toEqual([
      'It may ask the runtime for nothing; every call is refused.',
      'Its calls may cost you no mana.',
      'It may store nothing.',
      'It may submit no jobs.',
    ])
    expect(declaredLimits({ calls: null, mana: null, jobs: null })).toEqual([])
    expect(declaredLimits({})).toEqual([])
  })
})

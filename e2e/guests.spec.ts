// Contracts of every origin in the playground's own runtime: a real worker, IndexedDB, the strict content policy.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hashWasm } from '../scripts/build-guests.mjs'
import type { IcnRuntime } from '../src/index.ts'
import { expect, open, sample, test } from './playground-page.ts'

interface Ended {
  readonly result?: string | null
  readonly fuel?: string
  readonly logs?: readonly string[]
  readonly reason?: string
  readonly function?: string
  readonly message?: string
  readonly signatureValid?: boolean
  readonly replay?: string
}

/** Runs the bytes in the page on the ordinary budget; a refusal and a failed run both come back with their reason. */
async function runIn(
  page: import('@playwright/test').Page,
  bytes: Uint8Array,
  entry = 'run',
): Promise<Ended> {
  await page.waitForFunction(() => 'icn' in window)
  return page.evaluate(
    async ([base64, entry]) => {
      const { icn } = window as unknown as { icn: IcnRuntime }
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      try {
        const run = await icn.run(bytes, { entry, fuel: 1_000_000n })
        const { signatureValid } = await icn.receipts.get(run.receiptCid)
        const replay = (await icn.receipts.verify(run.receiptCid)).status
        return {
          result: run.result === null ? null : String(run.result),
          fuel: String(run.fuelUsed - run.hostCalls.reduce((sum, call) => sum + call.fuel, 0n)),
          logs: run.logs.map((line) => line.message),
          signatureValid,
          replay,
          ...(run.failure ?? {}),
        }
      } catch (error) {
        const { message, data } = error as { message: string; data: { reason: string } }
        return { reason: data.reason, message }
      }
    },
    [Buffer.from(bytes).toString('base64'), entry] as const,
  )
}

const thirdParty = (name: string) =>
  readFileSync(new URL(`../src/runtime/fixtures/third-party/${name}`, import.meta.url))

test('every sample ends as its list says, with a valid signature, and comes out the same again', async ({
  page,
}) => {
  const { samples } = JSON.parse(sample('index.json').toString()) as {
    samples: { id: string; ends: string; reason?: string }[]
  }
  await open(page)
  for (const { id, ends, reason } of samples) {
    const ended = await runIn(page, sample(`${id}.wasm`))
    expect([id, ended.reason ?? 'completes']).toEqual([id, reason ?? ends])
    if (ends !== 'memoryLimit')
      expect([id, ended.signatureValid, ended.replay]).toEqual([id, true, 'verified'])
  }
})

test('a sample of each language gives what it should', async ({ page }) => {
  await open(page)
  expect(await runIn(page, sample('hello.wasm'))).toMatchObject({ result: '42', fuel: '6' })
  const patronage = await runIn(page, sample('patronage.wasm'))
  expect(patronage).toMatchObject({ result: '1248037', fuel: '53968' })
  expect(patronage.logs).toContain('Greta: 73 h, 121.88 €')
  const vote = await runIn(page, sample('ranked-vote.wasm'))
  expect(vote).toMatchObject({ result: '2', fuel: '9149' })
  expect(vote.logs?.at(-1)).toBe('Elected: Child care')
  const greeting = await runIn(page, sample('greeting.wasm'))
  expect(greeting.logs?.[0]).toMatch(/^Hello, did:key:z6Mk\w+\. You have \d+ mana\.$/)
  expect(await runIn(page, sample('no-hours.wasm'))).toMatchObject({
    reason: 'integerDivideByZero',
    function: 'pay_per_hour',
    message: 'The module trapped: it divided an integer by zero.',
  })
})

test('modules nobody here wrote run as published: hash-wasm compresses a block of each hash', async ({
  page,
}) => {
  await open(page)
  for (const [algorithm, fuel] of [
    ['md5', '1579'],
    ['sha1', '7733'],
    ['sha256', '5138'],
    ['whirlpool', '14838'],
  ] as const)
    expect([algorithm, await runIn(page, hashWasm(algorithm), 'Hash_Final')]).toMatchObject([
      algorithm,
      { result: null, fuel, signatureValid: true },
    ])
  const plain = new WebAssembly.Instance(new WebAssembly.Module(hashWasm('sha256')))
  expect(await runIn(page, hashWasm('sha256'), 'Hash_GetState')).toMatchObject({
    result: String((plain.exports.Hash_GetState as () => number)()),
  })
})

test('and with an adapter their results are those of other implementations', async ({ page }) => {
  await open(page)
  const message = 'The quick brown fox jumps over the lazy dog'
  const sha256 = String(createHash('sha256').update(message).digest().readBigInt64BE(0))
  expect(await runIn(page, thirdParty('sha256.linked.wasm'))).toMatchObject({
    result: sha256,
    fuel: '6906',
    logs: [message],
  })
  expect(await runIn(page, thirdParty('as-sha256.linked.wasm'))).toMatchObject({
    result: sha256,
    fuel: '25274',
  })
  expect(await runIn(page, thirdParty('lz4.linked.wasm'))).toMatchObject({ result: '281', fuel: '267820' })
  expect(await runIn(page, thirdParty('xxhash.linked.wasm'))).toMatchObject({
    result: '-3229447264207333669',
  })
})

test('what they want from elsewhere or beyond the limits is refused in a sentence', async ({ page }) => {
  await open(page)
  expect(await runIn(page, thirdParty('as-sha256-1.2.5.wasm'))).toEqual({
    reason: 'foreignImport',
    message: 'The module imports func "abort" from "env"; only imports from "icn" are served.',
  })
  expect(await runIn(page, thirdParty('es-module-lexer-3.0.5.wasm'), 'parse')).toEqual({
    reason: 'memoryLimit',
    message: 'The module has an initial memory in pages of 258; the limit is 160 (memory section, byte 112).',
  })
})

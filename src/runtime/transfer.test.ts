/** Export files made, taken in, and taken in after somebody has been at them. */
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { stringifyJson } from '../common/json.ts'
import { blockPreimage, buildBlock, type DagBlock } from '../dag/block.ts'
import { BLOCKS } from '../dag/rows.ts'
import { encodeBlock } from '../dag/transfer/block-record.ts'
import { FrameReader, FrameWriter, type RecordKind } from '../dag/transfer/frames.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { guest, NOW, openDatabase, seed, testRuntime } from './fixtures/world.ts'
import { IMPORTS } from './import-rows.ts'
import { IMPORT_BATCHES, IMPORT_BLOCKS } from './import-staging.ts'
import { toPlain } from './plain.ts'

const author = Did.parse('did:key:tester')
const block = (text: string, links: readonly DagBlock[] = []): DagBlock =>
  buildBlock({
    data: utf8(text),
    links: links.map(({ cid }) => ({ cid, name: 'child', size: 1n })),
    timestamp: 1n,
    authorDid: author,
  })

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return concatBytes(...chunks)
}

function streamed(bytes: Uint8Array, size = 65_536): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

type Piece = readonly [RecordKind, Uint8Array | string]

/** A file with right frames around whatever is in it. */
function file(...pieces: readonly Piece[]): Uint8Array {
  const writer = new FrameWriter()
  const parts = [writer.begin()]
  for (const [kind, payload] of pieces) {
    parts.push(...writer.frame(kind, typeof payload === 'string' ? utf8(payload) : payload))
  }
  return concatBytes(...parts)
}

const head: Piece = ['head', '{"format":1}']
const end = (blocks = 0, rows = 0, results = 0): Piece => [
  'end',
  stringifyJson({ blocks, rows, results, deleted: [], omitted: [] }),
]
const row = (table: string, key: string, value: unknown): Piece => [
  'row',
  stringifyJson([table, key, toPlain(value)]),
]
const blocks = (...list: readonly DagBlock[]): Piece[] => list.map((made) => ['block', encodeBlock(made)])

async function everything(runtime: IcnRuntime) {
  const { manaTotals } = await runtime.inspect()
  const all = { limit: 1_000 }
  return {
    root: await runtime.dag.root(),
    blocks: (await runtime.dag.list(all)).items,
    accounts: (await runtime.mana.accounts(all)).items,
    history: (await runtime.mana.history(all)).items,
    jobs: (await runtime.jobs.list(all)).items,
    receipts: (await runtime.receipts.list(all)).items,
    modules: (await runtime.modules.list(all)).items,
    manaTotals,
  }
}

async function lived() {
  const runtime = await testRuntime()
  const run = await runtime.run(guest('(i64.const 5)'))
  await runtime.mana.spend(7n)
  const pinned = await runtime.dag.put({ data: utf8('kept') })
  await runtime.dag.pin(pinned)
  const timed = await runtime.dag.put({ data: utf8('timed') })
  await runtime.dag.setTtl(timed, NOW + 5)
  return { runtime, run, pinned, timed }
}

describe('export and import', () => {
  it('a node comes back whole in a new database, and its file is the same again', async () => {
    const { runtime, run, pinned, timed } = await lived()
    const bytes = await collect(await runtime.dag.export())
    const before = await everything(runtime)
    const state = await openDatabase()
    const restored = await testRuntime({}, { state })
    const progress: number[] = []
    const result = await restored.dag.import(streamed(bytes, 100), {
      onProgress: (at) => progress.push(at.bytes),
    })
    expect(result).toEqual({
      blocks: before.blocks.length,
      added: before.blocks.length,
      bytes: bytes.length,
      state: 'restored',
      omitted: 0,
    })
    expect(progress.at(-1)).toBe(bytes.length)
    expect(await everything(restored)).toEqual(before)
    expect((await restored.dag.get(pinned))?.pinned).toBe(true)
    expect((await restored.dag.get(timed))?.ttl).toBe(NOW + 5)
    expect(await restored.dag.get(run.receipt.resultCid)).toBeDefined()
    expect(await restored.dag.verifyAll()).toMatchObject({ bad: [] })
    expect((await restored.mana.audit()).faults).toEqual([])
    expect(await collect(await restored.dag.export())).toEqual(bytes)
    // It goes on living: numbers are given out behind those of the file.
    expect((await restored.run(guest('(i64.const 6)'))).success).toBe(true)
    expect((await restored.jobs.list()).items).toHaveLength(2)
    expect(await restored.dag.prune({ now: NOW + 5 })).toEqual([timed])
    await restored.close()
    await runtime.close()
  })

  it('another identity keeps what it was born with beside the ledger of the file', async () => {
    const { runtime } = await lived()
    const bytes = await collect(await runtime.dag.export())
    await using other = await testRuntime({ identitySeed: seed(2) })
    expect(await other.dag.import(streamed(bytes))).toMatchObject({ state: 'restored' })
    expect(await other.mana.balance()).toBe(1_000n)
    const them = await runtime.identity.did()
    expect(await other.mana.balance(them)).toBe(await runtime.mana.balance())
    expect((await other.mana.audit()).faults).toEqual([])
    expect((await other.inspect()).manaTotals.minted).toBe(2_000n)
    await runtime.close()
  })

  it('a database in use takes the blocks and keeps its own state', async () => {
    const { runtime } = await lived()
    const bytes = await collect(await runtime.dag.export())
    await using used = await testRuntime({ identitySeed: seed(2) })
    await used.run(guest('(i64.const 5)'))
    const before = await used.mana.accounts()
    const result = await used.dag.import(streamed(bytes))
    expect(result.state).toBe('kept')
    // The module is the same block on both.
    expect(result.added).toBe(result.blocks - 1)
    expect(await used.mana.accounts()).toEqual(before)
    expect((await used.jobs.list()).items).toHaveLength(1)
    expect(await used.dag.import(streamed(bytes))).toMatchObject({ added: 0 })
    await runtime.close()
  })

  it('a large file is staged, and comes in whole', async () => {
    const made: DagBlock[] = []
    for (let i = 0; i < 700; i++) made.push(block(`block ${i}`, made.slice(-1)))
    const bytes = file(head, ...blocks(...made), end(700))
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    expect(await runtime.dag.import(streamed(bytes))).toMatchObject({
      blocks: 700,
      added: 700,
      state: 'absent',
    })
    expect((await runtime.dag.verifyAll()).checked).toBe(700)
    const newest = (await runtime.dag.list({ limit: 3 })).items.map(({ cid }) => cid)
    expect(newest).toEqual([699, 698, 697].map((i) => made[i]!.cid.toString()))
    expect(
      await state.read((tx) => [tx.list(IMPORTS, { limit: 1 }), tx.list(IMPORT_BLOCKS, { limit: 1 })]),
    ).toEqual([[], []])
  })

  it('a large file refused at its end leaves nothing, neither staged nor stored', async () => {
    const made = Array.from({ length: 600 }, (_, i) => block(`block ${i}`))
    const bytes = file(head, ...blocks(...made), end(599))
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    await expect(runtime.dag.import(streamed(bytes))).rejects.toThrow('the end record counts 599 blocks')
    expect((await runtime.dag.list()).items).toEqual([])
    expect(
      await state.read((tx) => [tx.list(IMPORTS, { limit: 1 }), tx.list(IMPORT_BLOCKS, { limit: 1 })]),
    ).toEqual([[], []])
  })

  it('an accepted import whose worker died goes on at the next start; one that was not is swept away', async () => {
    const database = new MemoryDatabase()
    const state = await openDatabase(database)
    await (await testRuntime({}, { state: await openDatabase(database) })).close()
    const made = block('waiting')
    const other = block('never accepted')
    await state.transact((tx) => {
      const rowOf = (from: DagBlock) => ({
        cid: from.cid.toString(),
        row: {
          seq: 0,
          data: from.data,
          links: [],
          timestamp: 1n,
          author: 'did:key:tester',
          signature: null,
          scope: null,
        },
      })
      tx.put(IMPORTS, 'a', { phase: 'putting', blocks: 1 })
      tx.put(IMPORT_BATCHES, `a\u0000${'0'.repeat(16)}`, 1)
      tx.put(IMPORT_BLOCKS, `a\u0000${'0'.repeat(16)}`, rowOf(made))
      tx.put(IMPORTS, 'b', { phase: 'staging', blocks: 1 })
      tx.put(IMPORT_BATCHES, `b\u0000${'0'.repeat(16)}`, 1)
      tx.put(IMPORT_BLOCKS, `b\u0000${'0'.repeat(16)}`, rowOf(other))
    })
    await using runtime = await testRuntime({}, { state: await openDatabase(database) })
    expect(await runtime.dag.has(made.cid.toString())).toBe(true)
    await expect.poll(() => state.read((tx) => tx.list(IMPORTS, { limit: 9 }).length)).toBe(0)
    expect(await runtime.dag.has(other.cid.toString())).toBe(false)
    expect(await state.read((tx) => tx.list(IMPORT_BLOCKS, { limit: 9 }))).toEqual([])
    await state.close()
  })

  it('leaves damaged blocks out and says so', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    const good = await runtime.dag.put({ data: utf8('good') })
    const bad = await runtime.dag.put({ data: utf8('bad') })
    await state.transact((tx) => tx.put(BLOCKS, bad, { ...tx.get(BLOCKS, bad)!, data: utf8('worse') }))
    await using other = await testRuntime()
    const result = await other.dag.import(await runtime.dag.export())
    expect(result).toMatchObject({ blocks: 1, omitted: 1 })
    expect(await other.dag.has(good)).toBe(true)
  })

  it('is consistent while the node goes on working', async () => {
    await using runtime = await testRuntime()
    for (let i = 0; i < 100; i++) await runtime.dag.put({ data: utf8(`${i}`) })
    let going = true
    const busy = (async () => {
      for (let i = 0; going; i++) {
        await runtime.mana.spend(1n)
        if (i % 5 === 0) await runtime.run(guest(`(i64.const ${i})`))
      }
    })()
    const bytes = await collect(await runtime.dag.export())
    going = false
    await busy
    await using other = await testRuntime({ identitySeed: seed(2) })
    expect(await other.dag.import(streamed(bytes))).toMatchObject({ state: 'restored' })
    expect((await other.mana.audit()).faults).toEqual([])
    const { items } = await other.receipts.list()
    expect(items.length).toBe((await other.jobs.list({ state: 'Completed' })).items.length)
  })

  it('can be aborted, while it waits for the file too', async () => {
    await using runtime = await testRuntime()
    const controller = new AbortController()
    let cancelled = false
    const never = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => {}),
      cancel() {
        cancelled = true
      },
    })
    const importing = runtime.dag.import(never, { signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(importing).rejects.toMatchObject({ code: 'Aborted' })
    expect(cancelled).toBe(true)
    // The next one is not held up by it.
    expect(await runtime.dag.import(streamed(file(head, end())))).toMatchObject({ blocks: 0 })
  })
})

describe('a hostile file', () => {
  const one = block('one')
  const two = block('two', [one])

  const refusal = async (bytes: Uint8Array) => {
    const state = await openDatabase()
    const runtime = await testRuntime({}, { state })
    const before = { ...(await everything(runtime)), epoch: state.epoch }
    const error = await runtime.dag.import(streamed(bytes)).then(
      () => undefined,
      (thrown) => thrown,
    )
    expect({ ...(await everything(runtime)), epoch: state.epoch }).toEqual(before)
    await runtime.close()
    return error
  }

  const offsets = async (bytes: Uint8Array) => {
    let given = false
    const reader = new FrameReader(async () => {
      if (given) return undefined
      given = true
      return bytes
    })
    const found: number[] = []
    for (let record = await reader.next(); record; record = await reader.next()) found.push(record.offset)
    return found
  }

  it('cut at any byte is refused, with the offset of the record that is cut', async () => {
    const bytes = file(head, ...blocks(one, two), end(2))
    const starts = await offsets(bytes)
    await using runtime = await testRuntime()
    for (let length = 0; length < bytes.length; length++) {
      const error = await runtime.dag.import(streamed(bytes.slice(0, length), 7)).catch((thrown) => thrown)
      const inside = length < 12 ? 0 : (starts.findLast((start) => start <= length) ?? 12)
      expect(error).toMatchObject({
        code: 'DagOperationFailed',
        data: { reason: 'badExport', offset: inside },
      })
    }
    expect((await runtime.dag.list()).items).toEqual([])
    expect(await runtime.dag.import(streamed(bytes, 1))).toMatchObject({ added: 2 })
  })

  it('changed at any byte is refused, at or before that byte', async () => {
    const bytes = file(head, ...blocks(one, two), end(2))
    await using runtime = await testRuntime()
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 0x15
      const error = await runtime.dag.import(streamed(changed)).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'DagOperationFailed', data: { reason: 'badExport' } })
      expect(error.data.offset).toBeLessThanOrEqual(at)
    }
    expect((await runtime.dag.list()).items).toEqual([])
  })

  it('with a length that is a lie is refused before a byte of it is waited for', async () => {
    const begin = new FrameWriter().begin()
    for (const kind of [1, 2, 3, 4, 5, 6]) {
      const error = await refusal(concatBytes(begin, Uint8Array.of(kind, 0xff, 0xff, 0xff, 0xff)))
      expect(error.message).toMatch(
        /^The import is refused at byte 12: the \w+ record says it has 4294967295 bytes/,
      )
    }
    expect((await refusal(concatBytes(begin, Uint8Array.of(9, 0, 0, 0, 0)))).message).toBe(
      'The import is refused at byte 12: the record is of the unknown kind 9.',
    )
  })

  const cases: Record<string, [Uint8Array, string]> = {
    'nothing at all': [new Uint8Array(0), 'at byte 0: the file ends at byte 0'],
    'another kind of file': [utf8('PK\u0003\u0004 a zip archive'), 'does not begin like an export'],
    'a newer format': [
      concatBytes(new FrameWriter().begin().slice(0, 8), Uint8Array.of(2, 0, 0, 0)),
      'it has format 2, this release reads format 1',
    ],
    'no head': [file(end()), 'the head record is missing'],
    'two heads': [file(head, head, end()), 'there is a second head record'],
    'no end': [file(head), 'the file ends before its end record'],
    'something behind the end': [file(head, end(), end()), 'something follows the end record'],
    'a count that is wrong': [file(head, ...blocks(one), end(2)), 'counts 2 blocks, the file has 1'],
    'a block under a wrong CID': [
      file(head, ['block', encodeBlock({ ...one, cid: two.cid })], end(1)),
      'CID mismatch: the content hashes to',
    ],
    'a block linked in a circle': [
      file(head, ['block', encodeBlock({ ...one, links: [{ cid: one.cid, name: 'me', size: 0n }] })], end(1)),
      'CID mismatch',
    ],
    'one CID with two contents': [
      file(
        head,
        ...blocks(two, { ...two, links: two.links.map((link) => ({ ...link, name: 'other' })) }),
        end(2),
      ),
      'is in the file twice, with different contents',
    ],
    'an ambiguous block': [
      file(head, ...blocks({ ...one, authorDid: Did.parse('did:key:teste'), scope: 'r' }), end(1)),
      'its scope could be part of the author DID',
    ],
    'a block header longer than the record': [
      file(head, ['block', Uint8Array.of(255, 255, 255, 255, 1)], end(1)),
      "the block's header says it has 4294967295 bytes, 1 are there",
    ],
    'a number of 2^64': [
      file(
        head,
        ['block', patched(encodeBlock(one), '"timestamp":1', '"timestamp":18446744073709551616')],
        end(1),
      ),
      'at byte 61',
    ],
    'a deep header': [file(head, ['block', withHeader('['.repeat(60_000))], end(1)), 'at byte 61'],
    'state without its beginning': [
      file(head, row('accounts', 'did:key:zA', { balance: 1n }), end(0, 1)),
      'a row record comes before any state record',
    ],
    'an unknown table': [
      file(head, ['state', '{}'], row('database', 'created', 5), end(0, 1)),
      'the row is of the unknown table database',
    ],
    'a balance below nothing': [
      file(head, ['state', '{}'], row('accounts', 'did:key:zA', { balance: -1n }), end(0, 1)),
      'the row did:key:zA of accounts is wrong: its field balance: a u64 is missing',
    ],
    'a balance nobody earned': [
      file(head, ['state', '{}'], row('accounts', 'did:key:zA', { balance: 5n }), end(0, 1)),
      'its ledger does not add up',
    ],
    'a row twice': [
      file(
        head,
        ['state', '{}'],
        row('reputation', 'did:key:zA', { score: 5n }),
        row('reputation', 'did:key:zA', { score: 6n }),
        end(0, 2),
      ),
      'of reputation is there twice',
    ],
    'a job count that would overwrite jobs': [
      file(head, ['state', '{}'], row('jobOrder', '0000000000000007', `${one.cid}`), end(0, 1)),
      'it has jobs up to number 7 and would give out 0 next',
    ],
    'a field that is not ours': [
      file(head, ['state', '{}'], row('reputation', 'did:key:zA', { score: 5n, admin: true }), end(0, 1)),
      'it has a field admin',
    ],
    'a prototype for a row': [
      file(
        head,
        ['state', '{}'],
        ['row', '["reputation","did:key:zA",{"__proto__":{"score":1}}]'],
        end(0, 1),
      ),
      'at byte',
    ],
  }
  it.each(Object.keys(cases))('%s', async (name) => {
    const [bytes, why] = cases[name]!
    const error = await refusal(bytes)
    expect(error).toMatchObject({ code: 'DagOperationFailed', data: { reason: 'badExport' } })
    expect(error.message).toContain(why)
  })

  it('that contradicts what is stored is refused at its block', async () => {
    await using runtime = await testRuntime()
    const theirs = { ...two, links: two.links.map((link) => ({ ...link, name: 'other' })) }
    await runtime.dag.import(streamed(file(head, ...blocks(theirs), end(1))))
    const bytes = file(head, ...blocks(one, two), end(2))
    await expect(runtime.dag.import(streamed(bytes))).rejects.toMatchObject({
      data: { reason: 'badExport', conflict: true, offset: (await offsets(bytes))[2] },
    })
    expect(await runtime.dag.has(one.cid.toString())).toBe(false)
  })

  it('may name the same block twice, and blocks it was told are deleted', async () => {
    await using runtime = await testRuntime()
    const deleted = stringifyJson({ blocks: 3, rows: 0, results: 0, deleted: [`${two.cid}`], omitted: [] })
    const bytes = file(head, ...blocks(one, one, two), ['end', deleted])
    expect(await runtime.dag.import(streamed(bytes))).toMatchObject({ blocks: 3, added: 1 })
    expect(await runtime.dag.has(two.cid.toString())).toBe(false)
  })

  it('cannot delete what is here by calling it deleted', async () => {
    await using runtime = await testRuntime()
    const mine = await runtime.dag.put({ data: utf8('mine') })
    const deleted = stringifyJson({ blocks: 0, rows: 0, results: 0, deleted: [mine], omitted: [] })
    await runtime.dag.import(streamed(file(head, ['end', deleted])))
    expect(await runtime.dag.has(mine)).toBe(true)
  })

  function withHeader(header: string): Uint8Array {
    const bytes = utf8(header)
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, bytes.length, true)
    return concatBytes(length, bytes)
  }

  function patched(payload: Uint8Array, from: string, to: string): Uint8Array {
    const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
    const header = new TextDecoder().decode(payload.subarray(4, 4 + length))
    return concatBytes(withHeader(header.replace(from, to)), payload.subarray(4 + length))
  }
})

describe('a CAR file', () => {
  it('is read by @ipld/car: every block verifies, and every ICN block is found from the root', async () => {
    const { CarReader } = await import('@ipld/car')
    const dagCbor = await import('@ipld/dag-cbor')
    const { CID } = await import('multiformats')
    const { runtime } = await lived()
    for (let i = 0; i < 300; i++)
      await runtime.dag.put({ data: utf8(`block ${i}`), ...(i % 2 ? { scope: 'local' } : {}) })
    const car = await CarReader.fromBytes(await collect(await runtime.dag.exportCar()))
    const raw = new Map<string, Uint8Array>()
    for await (const { cid, bytes } of car.blocks()) {
      expect(cid.multihash.code).toBe(0x12)
      expect(cid.multihash.digest).toEqual(sha256(bytes))
      raw.set(cid.toString(), bytes)
    }
    const load = (cid: { toString(): string }) =>
      dagCbor.decode(raw.get(cid.toString())! as Uint8Array<ArrayBuffer>)
    const [root] = await car.getRoots()
    const { format, pages, blocks: count } = load(root!) as { format: string; pages: never[]; blocks: number }
    expect(format).toBe('icn-dag-car/1')
    const found = new Set<string>()
    for (const page of pages) {
      for (const [icn, link] of load(page) as [string, never][]) {
        const node = load(link) as Record<string, never>
        const stored = (await runtime.dag.get(icn))!
        expect(node.cid).toBe(icn)
        // The ICN digest itself, under codec raw.
        const { hashAlg, hashBytes } = Cid.parse(icn)
        const standard = CID.parse(new Cid(1, RAW, hashAlg, hashBytes).toStandard())
        expect(standard.equals(node.preimage)).toBe(true)
        const preimage = raw.get(String(node.preimage))!
        expect(preimage.slice(0, node.dataLength)).toEqual(stored.data)
        expect(node).toMatchObject({
          author: stored.author,
          scope: stored.scope,
          signature: stored.signature,
        })
        const rebuilt = { ...stored, authorDid: Did.parse(stored.author), links: [] }
        if (stored.links.length === 0) expect(preimage).toEqual(blockPreimage(rebuilt))
        for (const link of node.links as unknown as { preimage: { toString(): string }; cid: string }[]) {
          if (await runtime.dag.has(link.cid)) expect(raw.has(String(link.preimage))).toBe(true)
        }
        found.add(icn)
      }
    }
    const listed = (await runtime.dag.list({ limit: 1_000 })).items.map(({ cid }) => cid)
    expect([...found].sort()).toEqual([...listed].sort())
    expect(count).toBe(listed.length)
    await runtime.close()
  })
})

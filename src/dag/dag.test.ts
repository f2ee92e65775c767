import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from '../common/bytes.ts'
import { Cid, DAG_CBOR, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeBincode, decodeJson, encodeBincode, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { blockFault, blockSignable, buildBlock, type DagBlock, dagBlock } from './block.ts'
import {
  chooseCanonicalRoot,
  dagCounters,
  dagRoot,
  deleteBlock,
  fileLayoutPath,
  getBlock,
  hasBlock,
  listBlocks,
  putBlock,
  rootOf,
  traverse,
} from './blocks.ts'
import { MapTransaction } from './fixtures/map-transaction.ts'
import { type BadBlock, repairBlock, verifyPage } from './integrity.ts'
import { blockMetadata, pinBlock, pruneExpired, setBlockTtl, unpinBlock } from './retention.ts'
import { BLOCK_REFS, BLOCKS, QUARANTINE } from './rows.ts'

const tester = Did.parse('did:key:tester')
const keyA = Did.parse(vectors.keys.A.did_key)
const leaf = (text: string): DagBlock => buildBlock({ data: utf8(text), timestamp: 0n, authorDid: tester })
const parent = (text: string, ...children: readonly DagBlock[]): DagBlock =>
  buildBlock({
    data: utf8(text),
    links: children.map((child) => ({ cid: child.cid, name: 'child', size: BigInt(child.data.length) })),
    timestamp: 1n,
    authorDid: tester,
  })

describe('vectors: merkle_cid', () => {
  for (const vector of vectors.merkle_cid.cases) {
    it(vector.name, () => {
      const block = decodeJson(dagBlock, vector.block_json, 'block')
      expect(block.cid.toString()).toBe(vector.cid_string)
      expect(blockFault(block)).toBeUndefined()
      const scope = utf8(block.scope ?? '')
      const preimage = [...blockSignable(block), ...(block.signature ?? []), ...scope]
      expect(toHex(Uint8Array.from(preimage))).toBe(vector.preimage_hex)
      expect(encodeJson(dagBlock, block)).toBe(vector.block_json)
      expect(buildBlock({ ...block, codec: block.cid.codec }).cid.equals(block.cid)).toBe(true)
      const tx = new MapTransaction()
      expect(putBlock(tx, block)).toBe(true)
      expect(getBlock(tx, block.cid)).toEqual(block)
    })
  }
})

describe('vectors: block_signable', () => {
  it.each([
    [vectors.block_signable[0]!, 3],
    [vectors.block_signable[1]!, 2],
  ])('%#', (vector, merkleCase) => {
    const block = decodeJson(dagBlock, vectors.merkle_cid.cases[merkleCase]!.block_json, 'block')
    expect(toHex(blockSignable(block))).toBe(vector.signable_hex)
    if (vector.signature_hex !== undefined) expect(toHex(block.signature!)).toBe(vector.signature_hex)
  })
})

describe('vectors: merkle_ambiguities', () => {
  it('author tester with scope x hashes like author testerx, and is refused', () => {
    const plain = buildBlock({ data: utf8('d'), timestamp: 0n, authorDid: Did.parse('did:key:testerx') })
    const scoped = { ...plain, authorDid: tester, scope: 'x' }
    expect(plain.cid.toString()).toBe(vectors.merkle_ambiguities[0]!.cid_string)
    expect(blockFault(scoped)).toBeUndefined()
    expect(() => putBlock(new MapTransaction(), scoped)).toThrow('its scope could be part of the author DID')
    expect(() => buildBlock({ ...scoped })).toThrow('is refused')
  })

  it('link name and size are not covered, so a second reading of a CID is refused', () => {
    const tx = new MapTransaction()
    const block = buildBlock({ ...parent('p', leaf('child')), timestamp: 0n })
    expect(block.cid.toString()).toBe(vectors.merkle_ambiguities[1]!.cid_string)
    const renamed = { ...block, links: block.links.map((link) => ({ ...link, name: 'other' })) }
    expect(blockFault(renamed)).toBeUndefined()
    putBlock(tx, block)
    expect(() => putBlock(tx, renamed)).toThrow('a different block with the same Merkle CID is stored')
    expect(getBlock(tx, block.cid)).toEqual(block)
  })

  it('data that ends in a CID string cannot replace the block that links to it', () => {
    const tx = new MapTransaction()
    const linked = buildBlock({ ...parent('p', leaf('a')), codec: DAG_CBOR })
    const flat = { ...linked, data: utf8(`p${leaf('a').cid}`), links: [] }
    expect(blockFault(flat)).toBeUndefined()
    putBlock(tx, linked)
    expect(() => putBlock(tx, flat)).toThrow('a different block')
  })

  it('refuses signatures and scopes that could be cut elsewhere', () => {
    const make = (change: Partial<Parameters<typeof buildBlock>[0]>) =>
      buildBlock({ data: utf8('d'), timestamp: 0n, authorDid: keyA, ...change })
    expect(() => make({ signature: new Uint8Array(63) })).toThrow('its signature has 63 bytes, expected 64')
    expect(() => make({ scope: '' })).toThrow('its scope is empty')
    expect(() => make({ scope: 'x'.repeat(64) })).toThrow('shorter than 64 bytes')
    expect(() => make({ authorDid: tester, signature: new Uint8Array(64).fill(0x61) })).toThrow(
      'part of the author',
    )
    expect(() => make({ authorDid: Did.parse(`${keyA}x`) })).toThrow('something after the key')
    expect(make({ signature: new Uint8Array(64), scope: 'x'.repeat(100) }).scope).toHaveLength(100)
    expect(make({ signature: new Uint8Array(0) }).signature).toBeNull()
  })
})

describe('vectors: dag_root', () => {
  for (const vector of vectors.dag_root) {
    it(vector.name, () => {
      expect(rootOf(vector.cids)).toBe(vector.root_hex)
      expect(rootOf([...vector.cids].reverse())).toBe(vector.root_hex)
    })
  }

  it('top blocks of a stored graph, in any order of puts', () => {
    const blocks = [0, 1, 2].map((i) =>
      decodeJson(dagBlock, vectors.merkle_cid.cases[i]!.block_json, 'block'),
    )
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const tx = new MapTransaction()
      expect(dagRoot(tx)).toBe(vectors.dag_root[0]!.root_hex)
      for (const i of order) putBlock(tx, blocks[i]!)
      expect(dagRoot(tx)).toBe(vectors.dag_root[3]!.root_hex)
      deleteBlock(tx, blocks[2]!.cid.toString())
      expect(dagRoot(tx)).toBe(vectors.dag_root[2]!.root_hex)
    }
  })
})

describe('vectors: file_layout', () => {
  it('sharded path', () => {
    for (const vector of vectors.file_layout) expect(fileLayoutPath(vector.cid)).toBe(vector.path)
  })
})

describe('vectors: upstream_observed', () => {
  for (const vector of vectors.upstream_observed.cases) {
    it(vector.path, () => {
      const block = decodeJson(dagBlock, vector.block_json, 'block')
      expect(block.cid.toString()).toBe(vector.recomputed_cid)
      expect(vector.path).toContain(fileLayoutPath(vector.recomputed_cid))
      const tx = new MapTransaction()
      putBlock(tx, block)
      expect(dagRoot(tx)).toBe(vector.dag_root_hex)
      expect(encodeJson(dagBlock, block)).toBe(vector.block_json)
    })
  }
})

describe('icn-dag storage suite', () => {
  it('put, contains, get; an absent get is none; a second block does not replace the first', () => {
    const tx = new MapTransaction()
    const [a, b] = [leaf('a'), leaf('b')]
    expect(getBlock(tx, a.cid)).toBeUndefined()
    putBlock(tx, a)
    putBlock(tx, b)
    expect(hasBlock(tx, a.cid) && hasBlock(tx, b.cid)).toBe(true)
    expect(getBlock(tx, a.cid)).toEqual(a)
    expect(dagCounters(tx)).toEqual({ nextSeq: 2, blocks: 2, bytes: 2 })
  })

  it('delete; deleting an absent CID is Ok', () => {
    const tx = new MapTransaction()
    putBlock(tx, leaf('a'))
    expect(deleteBlock(tx, leaf('a').cid.toString())).toBe(true)
    expect(deleteBlock(tx, leaf('a').cid.toString())).toBe(false)
    expect(hasBlock(tx, leaf('a').cid)).toBe(false)
    expect(listBlocks(tx, { limit: 10 }).items).toEqual([])
    expect(dagCounters(tx)).toEqual({ nextSeq: 1, blocks: 0, bytes: 0 })
  })

  it('a block whose CID is not its content is refused, by name', () => {
    const a = leaf('a')
    for (const bad of [
      { ...a, data: utf8('b') },
      { ...a, timestamp: 1n },
      { ...a, cid: cidOf(DAG_CBOR, utf8('a')) },
      { ...a, cid: new Cid(1, RAW, 0x12, a.cid.hashBytes) },
    ].slice(0, 3)) {
      const tx = new MapTransaction()
      expect(() => putBlock(tx, bad)).toThrow(
        /Block bafyr\w+ is refused\. CID mismatch: the content hashes to bafyr/,
      )
      expect(tx.tables.get('blocks')?.size ?? 0).toBe(0)
    }
  })

  it('a stored block that was altered is found on read', () => {
    const tx = new MapTransaction()
    const a = leaf('a')
    putBlock(tx, a)
    tx.put(BLOCKS, a.cid.toString(), { ...tx.get(BLOCKS, a.cid.toString())!, data: utf8('z') })
    expect(() => getBlock(tx, a.cid)).toThrow('is damaged in the store. CID mismatch')
  })

  it('lists newest first, in pages, without data', () => {
    const tx = new MapTransaction()
    for (const text of ['a', 'bb', 'ccc']) putBlock(tx, leaf(text))
    pinBlock(tx, leaf('bb').cid)
    const first = listBlocks(tx, { limit: 2 })
    expect(first.items.map((item) => [item.size, item.pinned])).toEqual([
      [3, false],
      [2, true],
    ])
    const second = listBlocks(tx, { limit: 2, after: first.next! })
    expect(second.items.map((item) => item.cid)).toEqual([leaf('a').cid.toString()])
    expect(second.next).toBeUndefined()
  })

  it('test_traversal_index: parent first, both visited, a shared child once', () => {
    const tx = new MapTransaction()
    const child = leaf('child')
    const [left, right] = [parent('left', child), parent('right', child)]
    const top = parent('top', left, right)
    for (const block of [child, left, right, top]) putBlock(tx, block)
    expect(traverse(tx, top.cid.toString())).toEqual(
      [top, left, child, right].map((block) => block.cid.toString()),
    )
    expect(traverse(tx, 'unknown')).toEqual([])
  })

  it('canonical root by height, then lexicographic', () => {
    const root = (cid: string, height: number) => ({ cid, height })
    expect(chooseCanonicalRoot([root('b', 1), root('c', 2), root('a', 2)])).toEqual(root('a', 2))
    expect(chooseCanonicalRoot([])).toBeUndefined()
  })
})

describe('retention', () => {
  it('ttl 10: not removed at 5, removed at 11; a pinned block is kept at 20', () => {
    const tx = new MapTransaction()
    const [a, b] = [leaf('a'), leaf('b')]
    putBlock(tx, a)
    putBlock(tx, b)
    setBlockTtl(tx, a.cid, 10n)
    setBlockTtl(tx, b.cid, 10n)
    pinBlock(tx, b.cid)
    expect(pruneExpired(tx, 5n)).toEqual([])
    expect(pruneExpired(tx, 11n)).toEqual([a.cid.toString()])
    expect(pruneExpired(tx, 20n)).toEqual([])
    unpinBlock(tx, b.cid)
    expect(pruneExpired(tx, 20n)).toEqual([b.cid.toString()])
    expect([...tx.tables.values()].map((rows) => rows.size).filter((size) => size > 1)).toEqual([])
  })

  it('a re-put keeps pin and expiry', () => {
    const tx = new MapTransaction()
    const a = leaf('a')
    putBlock(tx, a)
    pinBlock(tx, a.cid)
    setBlockTtl(tx, a.cid, 10n)
    expect(putBlock(tx, a)).toBe(false)
    expect(blockMetadata(tx, a.cid)).toEqual({ pinned: true, ttl: 10n })
    setBlockTtl(tx, a.cid, null)
    unpinBlock(tx, a.cid)
    expect(blockMetadata(tx, a.cid)).toEqual({ pinned: false, ttl: null })
  })

  it('never prunes what a pinned block links to, however far down', () => {
    const tx = new MapTransaction()
    const bottom = leaf('bottom')
    const middle = parent('middle', bottom)
    const top = parent('top', middle)
    for (const block of [bottom, middle, top]) {
      putBlock(tx, block)
      setBlockTtl(tx, block.cid, 1n)
    }
    pinBlock(tx, top.cid)
    expect(pruneExpired(tx, 100n)).toEqual([])
    unpinBlock(tx, top.cid)
    expect(pruneExpired(tx, 100n)).toHaveLength(3)
  })

  it('an unknown block is named', () => {
    const tx = new MapTransaction()
    expect(blockMetadata(tx, leaf('a').cid)).toBeUndefined()
    for (const change of [() => pinBlock(tx, leaf('a').cid), () => setBlockTtl(tx, leaf('a').cid, 1n)]) {
      expect(change).toThrow(/Block bafyr\w+ is not in the DAG\./)
    }
  })
})

describe('the integrity check', () => {
  const damaged = (): [MapTransaction, DagBlock[], BadBlock] => {
    const tx = new MapTransaction()
    const blocks = ['a', 'b', 'c', 'd', 'e'].map(leaf)
    for (const block of blocks) putBlock(tx, block)
    const cid = blocks[2]!.cid.toString()
    tx.put(BLOCKS, cid, { ...tx.get(BLOCKS, cid)!, data: utf8('altered') })
    const bad: BadBlock[] = []
    let after: string | undefined
    let checked = 0
    do {
      const page = verifyPage(tx, { ...(after === undefined ? {} : { after }), limit: 2 })
      bad.push(...page.bad)
      checked += page.checked
      after = page.next
    } while (after !== undefined)
    expect(checked).toBe(5)
    expect(bad.map((found) => found.cid)).toEqual([cid])
    expect(bad[0]!.reason).toContain('CID mismatch')
    return [tx, blocks, bad[0]!]
  }

  it('names every bad block and leaves it on report', () => {
    const [tx, , bad] = damaged()
    expect(repairBlock(tx, bad, 'report')).toBe(false)
    expect(tx.has(BLOCKS, bad.cid)).toBe(true)
  })

  it('quarantines, deletes, or takes a verified replacement with pin kept', () => {
    let [tx, , bad] = damaged()
    expect(repairBlock(tx, bad, 'quarantine')).toBe(true)
    expect(tx.has(BLOCKS, bad.cid)).toBe(false)
    expect(tx.get(QUARANTINE, bad.cid)!.row.data).toEqual(utf8('altered'))
    ;[tx, , bad] = damaged()
    repairBlock(tx, bad, 'delete')
    expect(verifyPage(tx, { limit: 10 })).toEqual({ checked: 4, bad: [] })
    let blocks: DagBlock[]
    ;[tx, blocks, bad] = damaged()
    pinBlock(tx, blocks[2]!.cid)
    expect(() => repairBlock(tx, bad, blocks[1]!)).toThrow('It is another block')
    const forged = { ...blocks[2]!, data: utf8('forged') }
    expect(() => repairBlock(tx, bad, forged)).toThrow(/cannot replace block bafyr\w+\. CID mismatch/)
    const order = listBlocks(tx, { limit: 10 }).items.map((item) => item.cid)
    const root = dagRoot(tx)
    expect(repairBlock(tx, bad, blocks[2]!)).toBe(true)
    expect(verifyPage(tx, { limit: 10 }).bad).toEqual([])
    expect(blockMetadata(tx, blocks[2]!.cid)?.pinned).toBe(true)
    expect(listBlocks(tx, { limit: 10 }).items.map((item) => item.cid)).toEqual(order)
    expect(dagRoot(tx)).toBe(root)
  })

  it('names a row that is no block at all', () => {
    const [tx, blocks] = damaged()
    tx.put(BLOCKS, blocks[0]!.cid.toString(), {
      ...tx.get(BLOCKS, blocks[0]!.cid.toString())!,
      author: 'nobody',
    })
    const reasons = verifyPage(tx, { limit: 10 }).bad.map((bad) => bad.reason)
    expect(reasons).toContainEqual(expect.stringContaining('The row is not a block'))
  })
})

describe('properties', () => {
  const text = fc.string({ maxLength: 12 })
  const block = fc
    .record({
      data: fc.uint8Array({ maxLength: 40 }),
      links: fc.array(fc.record({ of: text, name: text, size: fc.bigInt(0n, 2n ** 64n - 1n) }), {
        maxLength: 4,
      }),
      timestamp: fc.bigInt(0n, 2n ** 64n - 1n),
      signature: fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 })),
      scope: fc.option(fc.string({ minLength: 1, maxLength: 10, unit: 'grapheme' })),
      codec: fc.constantFrom(RAW, DAG_CBOR, 0x80),
    })
    .map(({ links, ...parts }) =>
      buildBlock({
        ...parts,
        authorDid: keyA,
        links: links.map(({ of, ...link }) => ({ ...link, cid: cidOf(RAW, utf8(of)) })),
      }),
    )

  it('a block survives JSON, bincode and the store', () => {
    fc.assert(
      fc.property(block, (block) => {
        expect(decodeJson(dagBlock, encodeJson(dagBlock, block), 'block')).toEqual(block)
        expect(decodeBincode(dagBlock, encodeBincode(dagBlock, block), 'block')).toEqual(block)
        const tx = new MapTransaction()
        putBlock(tx, block)
        expect(getBlock(tx, block.cid)).toEqual(block)
      }),
    )
  })

  it('the incremental root equals the root computed from all blocks', () => {
    const graph = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 40 })
    fc.assert(
      fc.property(graph, steps, (edges, steps) => {
        const blocks: DagBlock[] = []
        for (const [i, to] of edges.entries()) {
          blocks.push(parent(`${i}`, ...(i === 0 ? [] : to.map((target) => blocks[target % i]!))))
        }
        const tx = new MapTransaction()
        const stored = new Map<string, DagBlock>()
        for (const [put, pick] of steps) {
          const block = blocks[pick % blocks.length]!
          if (put) putBlock(tx, block)
          else deleteBlock(tx, block.cid.toString())
          if (put) stored.set(block.cid.toString(), block)
          else stored.delete(block.cid.toString())
          const linked = new Set(
            [...stored.values()].flatMap((b) => b.links.map((link) => link.cid.toString())),
          )
          expect(dagRoot(tx)).toBe(rootOf([...stored.keys()].filter((cid) => !linked.has(cid))))
          expect(dagCounters(tx).blocks).toBe(stored.size)
        }
        for (const cid of stored.keys()) deleteBlock(tx, cid)
        expect(tx.list(BLOCK_REFS, { limit: 1 })).toEqual([])
      }),
    )
  })

  it('no hostile JSON becomes a block with an exception other than IcnError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => decodeJson(dagBlock, JSON.stringify(value), 'block')).toThrow(
          expect.objectContaining({ name: 'IcnError' }),
        )
      }),
    )
  })
})

it('reads a block from hexadecimal preimages only through its CID', () => {
  expect(fromHex(vectors.merkle_cid.cases[0]!.preimage_hex)).toEqual(blockSignable(leaf('child')))
})

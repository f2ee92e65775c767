import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toHex, utf8 } from '../common/bytes.ts'
import { LEAF, NAME_BYTES, NameSet } from './sync-set.ts'

const nameOf = (n: number) => toHex(sha256(utf8(`${n}`)).subarray(0, NAME_BYTES))

function setOf(numbers: readonly number[]): NameSet {
  const made = new NameSet()
  for (const n of numbers) made.add(nameOf(n))
  return made
}

/** What one finds that it lacks of the other, and how often it has to ask. */
function difference(mine: NameSet, theirs: NameSet) {
  const lacked = new Set<string>()
  const ask = ['']
  let questions = 0
  for (let prefix = ask.pop(); prefix !== undefined; prefix = ask.pop()) {
    questions++
    const found = mine.compare(prefix, theirs.branch(prefix))
    for (const name of found.lacked) lacked.add(name)
    ask.push(...found.ask)
  }
  return { lacked, questions }
}

const numbers = fc.uniqueArray(fc.nat({ max: 3_000 }), { maxLength: 1_000, size: 'max' })

it('finds exactly what is lacked, whatever both have', () => {
  fc.assert(
    fc.property(numbers, numbers, (mine, theirs) => {
      const lacked = theirs.filter((n) => !mine.includes(n)).map(nameOf)
      expect([...difference(setOf(mine), setOf(theirs)).lacked].sort()).toEqual(lacked.sort())
    }),
    { numRuns: 30 },
  )
})

it('asks once where nothing differs, and a few times where one of ten thousand does', () => {
  const all = Array.from({ length: 10_000 }, (_, n) => n)
  expect(difference(setOf(all), setOf(all))).toEqual({ lacked: new Set(), questions: 1 })
  const { lacked, questions } = difference(setOf(all.slice(1)), setOf(all))
  expect([...lacked]).toEqual([nameOf(0)])
  // 10,000 names, 625 below each first digit, 39 below the second.
  expect(questions).toBe(3)
})

it('follows what is added and taken away', () => {
  const made = setOf([1, 2, 3])
  const before = toHex(made.fingerprint())
  made.add(nameOf(4))
  expect(toHex(made.fingerprint())).not.toBe(before)
  made.delete(nameOf(4))
  expect(toHex(made.fingerprint())).toBe(before)
  expect(made.size).toBe(3)
})

it('refuses what is no branch', () => {
  const mine = setOf([1])
  const fingerprint = new Uint8Array(NAME_BYTES)
  const told = (names: Uint8Array[], below: Uint8Array[] = []) => ({ fingerprint, names, below })
  expect(() => mine.compare('', told(Array.from({ length: LEAF + 1 }, () => fingerprint)))).toThrow(
    /129 names/,
  )
  expect(() => mine.compare('ff', told([fingerprint]))).toThrow(/not under "ff"/)
  expect(() => mine.compare('', told([new Uint8Array(3)]))).toThrow(/none/)
  expect(() => mine.compare('', told([], [fingerprint]))).toThrow(/1 branches/)
  expect(() =>
    mine.compare(
      '00000000',
      told(
        [],
        Array.from({ length: 16 }, () => fingerprint),
      ),
    ),
  ).toThrow(/16 branches/)
})

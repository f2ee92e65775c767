/**
 * A set of names that two nodes compare without sending it: each branch of the names, by their first digits, has a
 * fingerprint, and only where those differ is it looked further. A difference of d names among n takes in the order of
 * d · log n small questions.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes, fromHex, toHex } from '../common/bytes.ts'

/** Bytes of a name, and of a fingerprint. */
export const NAME_BYTES = 16
/** A branch of at most so many names is told name by name. */
export const LEAF = 128
/** Hexadecimal digits of a branch: beyond, that many names differ in nothing that a digest would. */
export const MOST_DIGITS = 8
export const DIGITS = '0123456789abcdef'

/** What one node tells of a branch: its names when they are few, else the fingerprints of the sixteen branches below. */
export interface Branch {
  readonly fingerprint: Uint8Array
  readonly names: readonly Uint8Array[]
  readonly below: readonly Uint8Array[]
}

export class NameSet {
  readonly #names = new Set<string>()
  readonly #fingerprints = new Map<string, Uint8Array>()
  #sorted: readonly string[] | undefined

  get size(): number {
    return this.#names.size
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** @param name hexadecimal, `NAME_BYTES` long */
  add(name: string): void {
    if (this.#names.has(name)) return
    this.#names.add(name)
    this.#changed(name)
  }

  delete(name: string): void {
    if (this.#names.delete(name)) this.#changed(name)
  }

  fingerprint(prefix = ''): Uint8Array {
    let found = this.#fingerprints.get(prefix)
    if (found === undefined) {
      const hash = sha256.create()
      for (const name of this.#under(prefix)) hash.update(fromHex(name))
      found = hash.digest().subarray(0, NAME_BYTES)
      this.#fingerprints.set(prefix, found)
    }
    return found
  }

  branch(prefix: string): Branch {
    const names = this.#under(prefix)
    const fingerprint = this.fingerprint(prefix)
    if (names.length <= LEAF) return { fingerprint, names: names.map((name) => fromHex(name)), below: [] }
    return { fingerprint, names: [], below: [...DIGITS].map((digit) => this.fingerprint(prefix + digit)) }
  }

  /**
   * What follows from what another node tells of a branch.
   * @returns names that are lacked here, and the branches to ask for
   * @throws Error saying how what is told is not a branch
   */
  compare(
    prefix: string,
    told: Branch,
  ): { readonly lacked: readonly string[]; readonly ask: readonly string[] } {
    const { fingerprint, names, below } = told
    if (equalBytes(fingerprint, this.fingerprint(prefix))) return { lacked: [], ask: [] }
    if (below.length > 0) {
      if (below.length !== DIGITS.length || names.length > 0 || prefix.length >= MOST_DIGITS)
        throw new Error(`${below.length} branches and ${names.length} names under "${prefix}"`)
      const ask = [...DIGITS].filter((digit, i) => !equalBytes(below[i]!, this.fingerprint(prefix + digit)))
      return { lacked: [], ask: ask.map((digit) => prefix + digit) }
    }
    if (names.length > LEAF) throw new Error(`${names.length} names at once, the most is ${LEAF}`)
    const hex = names.map((name) => toHex(name))
    if (!hex.every((name) => name.length === 2 * NAME_BYTES && name.startsWith(prefix)))
      throw new Error(`a name that is none, or not under "${prefix}"`)
    return { lacked: hex.filter((name) => !this.#names.has(name)), ask: [] }
  }

  #under(prefix: string): readonly string[] {
    this.#sorted ??= [...this.#names].sort()
    const from = lowest(this.#sorted, prefix)
    // No name has a letter after f.
    return this.#sorted.slice(from, lowest(this.#sorted, `${prefix}g`))
  }

  #changed(name: string): void {
    this.#sorted = undefined
    for (let digits = 0; digits <= MOST_DIGITS; digits++) this.#fingerprints.delete(name.slice(0, digits))
  }
}

/** Place of the first that is not before. */
function lowest(sorted: readonly string[], key: string): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! < key) from = middle + 1
    else to = middle
  }
  return from
}

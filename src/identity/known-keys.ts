/**
 * Public keys that come again, as those of a node's own receipts and of its peers do: their points are kept, and from the
 * third time on a table of their multiples, which makes a check several times faster. What is computed is the same.
 */
import { Point } from '@noble/ed25519'
import { toHex } from '../common/bytes.ts'

/** A table takes some 150 kB. */
const MOST_KEYS = 8
/** A table takes about as long to make as it saves in two checks. */
const SIGHTS = 3
/** Scalars are below 2^253: so many digits of four bits, the last without a carry. */
const DIGITS = 64

interface Known {
  readonly point: Point
  times(k: bigint): Point
}

class KnownKey implements Known {
  readonly point: Point
  #sights = 0
  /** Of each digit's place, one to eight times the point. */
  #table: Point[][] | undefined

  constructor(point: Point) {
    this.point = point
  }

  times(k: bigint): Point {
    if (this.#table === undefined) {
      if (++this.#sights < SIGHTS) return this.point.multiply(k, false)
      this.#table = tableOf(this.point)
    }
    let sum = Point.ZERO
    let carry = 0
    const digits = k.toString(16).padStart(DIGITS, '0')
    for (const [place, row] of this.#table.entries()) {
      // From -7 to 8: negative points cost nothing.
      let digit = Number.parseInt(digits[DIGITS - 1 - place]!, 16) + carry
      carry = digit > 8 ? 1 : 0
      digit -= 16 * carry
      if (digit > 0) sum = sum.add(row[digit - 1]!)
      else if (digit < 0) sum = sum.add(row[-digit - 1]!.negate())
    }
    return sum
  }
}

function tableOf(point: Point): Point[][] {
  let base = point
  return Array.from({ length: DIGITS }, () => {
    const row = [base]
    while (row.length < 8) row.push(row.at(-1)!.add(base))
    base = row[7]!.double()
    return row
  })
}

/** In order of last use. */
const known = new Map<string, KnownKey>()

/** @returns undefined for a key of small order @throws Error for bytes that are no canonical point */
export function knownKey(publicKey: Uint8Array): Known | undefined {
  const name = toHex(publicKey)
  let key = known.get(name)
  if (key === undefined) {
    const point = Point.fromBytes(publicKey, false)
    if (point.isSmallOrder()) return undefined
    key = new KnownKey(point)
    if (known.size >= MOST_KEYS) known.delete(known.keys().next().value!)
  } else known.delete(name)
  known.set(name, key)
  return key
}

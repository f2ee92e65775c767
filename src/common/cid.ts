/**
 * ICN content identifiers (ref §2.1, §3.1). ICN's byte form is varint(version) ‖ varint(codec) ‖ varint(hash algorithm)
 * ‖ hash, **without** the multihash length byte of a standard CID: the two look alike and are not the same. This class
 * reads and writes ICN's form everywhere and converts to and from the standard one only by name.
 *
 * Hashing lives in cid-of.ts, so a page that only shows CIDs carries no hash function.
 */
import { base32, fromBase32 } from './base32.ts'
import { fromHex, inWords } from './bytes.ts'
import { IcnError } from './errors.ts'

/** Codec of raw bytes. */
export const RAW = 0x55
/** Codec named dag-cbor; ICN's payload under it is JSON or bincode nevertheless. */
export const DAG_CBOR = 0x71
/** Multihash code of SHA-256. */
export const SHA2_256 = 0x12
/** ICN's byte form holds codec and hash algorithm as u16; a larger one would be cut silently upstream. */
const U16_MAX = 0xffff
const MAX_HASH_BYTES = 128

/** The JSON form: a struct, not a string (ref §2.1). */
export interface CidJson {
  readonly version: number
  readonly codec: number
  readonly hash_alg: number
  readonly hash_bytes: number[]
}

/** A CID as ICN writes it: version, codec, hash algorithm and hash, each number 16 bits wide (ref §3.1). */
export class Cid {
  readonly version: number
  readonly codec: number
  readonly hashAlg: number
  /** Treat as frozen: the class keeps its own copy and hands out that one. */
  readonly hashBytes: Uint8Array
  #text: string | undefined

  /**
   * Takes a hash of any length up to 128 bytes, as upstream's test constructor does; what comes from outside goes
   * through `parse`, `fromBytes` or `fromJSON`, which insist on 32 bytes for SHA-256 (ref §14 row 34).
   * @throws IcnError InvalidSpec when a number does not fit u16.
   */
  constructor(version: number, codec: number, hashAlg: number, hashBytes: Uint8Array) {
    this.version = integer(version, "a CID's version")
    this.codec = integer(codec, "a CID's codec")
    this.hashAlg = integer(hashAlg, "a CID's hash algorithm")
    if (hashBytes.length > MAX_HASH_BYTES) {
      throw invalid(`its hash has ${hashBytes.length} bytes, the most is ${MAX_HASH_BYTES}`)
    }
    this.hashBytes = hashBytes.slice()
  }

  /** @throws IcnError InvalidSpec when the bytes are not an ICN CID, in particular when they are a standard one. */
  static fromBytes(bytes: Uint8Array): Cid {
    const [version, codec, hashAlg, offset] = header(bytes)
    return checked(new Cid(version, codec, hashAlg, bytes.subarray(offset)))
  }

  /**
   * Reads multibase `b` and `B` (base32) and `f` and `F` (hexadecimal). Any codec that fits ICN's byte form is accepted
   * (ref §14 row 35).
   * @throws IcnError InvalidSpec on anything that is not an ICN CID string.
   */
  static parse(text: string): Cid {
    const cid = Cid.fromBytes(multibase(text))
    if (text.startsWith('b')) cid.#text = text
    return cid
  }

  /** The object form, or the positional array serde also accepts. @throws IcnError Serialization. */
  static fromJSON(json: unknown): Cid {
    try {
      if (typeof json !== 'object' || json === null) throw invalid(`expected an object, got ${inWords(json)}`)
      const fields = Array.isArray(json) ? (json as unknown[]) : fieldsOf(json as Record<string, unknown>)
      if (fields.length !== 4) throw invalid(`expected 4 fields, got ${fields.length}`)
      const [version, codec, hashAlg] = fields.slice(0, 3).map((field, i) => integer(field, FIELDS[i]!))
      const hash = fields[3]
      if (!Array.isArray(hash) && !(hash instanceof Uint8Array)) {
        throw invalid(`hash_bytes must be an array of byte numbers, got ${inWords(hash)}`)
      }
      if (hash.length > MAX_HASH_BYTES)
        throw invalid(`hash_bytes has ${hash.length} bytes, the most is ${MAX_HASH_BYTES}`)
      const bytes = Uint8Array.from(hash as ArrayLike<unknown>, (byte) => integer(byte, 'hash_bytes', 255))
      return checked(new Cid(version!, codec!, hashAlg!, bytes))
    } catch (error) {
      if (!IcnError.is(error, 'InvalidSpec')) throw error
      throw new IcnError('Serialization', error.message, { data: error.data })
    }
  }

  /** ICN's byte form (ref §3.1): 35 bytes for SHA-256 with a one-byte codec. */
  toBytes(): Uint8Array {
    return this.#bytes()
  }

  /** `b` and base32, lower case, without padding: 57 characters for SHA-256 with a one-byte codec. */
  toString(): string {
    this.#text ??= `b${base32(this.toBytes())}`
    return this.#text
  }

  /** As ICN writes it in JSON. */
  toJSON(): CidJson {
    return {
      version: this.version,
      codec: this.codec,
      hash_alg: this.hashAlg,
      hash_bytes: Array.from(this.hashBytes),
    }
  }

  /** Whether both name the same content by the same codec. */
  equals(other: Cid): boolean {
    return this.toString() === other.toString()
  }

  /** The standard CID string of the same content: a length byte before the hash. For export to other systems. */
  toStandard(): string {
    return `b${base32(this.#bytes(this.hashBytes.length))}`
  }

  #bytes(...length: number[]): Uint8Array {
    const numbers = [this.version, this.codec, this.hashAlg, ...length]
    return Uint8Array.from([...numbers.flatMap(varint), ...this.hashBytes])
  }

  /** @throws IcnError InvalidSpec when `text` is not a standard CID of version 1, or has a SHA-256 hash not of 32 bytes. */
  static fromStandard(text: string): Cid {
    const bytes = multibase(text)
    const [version, codec, hashAlg, offset] = header(bytes)
    const [length, start] = readVarint(bytes, offset, 'hash length')
    if (version !== 1) throw invalid(`${inWords(text)} has CID version ${version}, expected 1`)
    if (length !== bytes.length - start) {
      throw invalid(`${inWords(text)} says its hash has ${length} bytes and carries ${bytes.length - start}`)
    }
    return checked(new Cid(version, codec, hashAlg, bytes.subarray(start)))
  }
}

const FIELDS = ['version', 'codec', 'hash_alg', 'hash_bytes'] as const

function fieldsOf(json: Record<string, unknown>): unknown[] {
  return FIELDS.map((name) => {
    if (!Object.hasOwn(json, name)) throw invalid(`field ${name} is missing`)
    return json[name]
  })
}

function integer(value: unknown, name: string, max = U16_MAX): number {
  const n = typeof value === 'bigint' ? Number(value) : value
  if (typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= max) return n
  throw invalid(`${name} must be an integer from 0 to ${max}, got ${inWords(value)}`)
}

/** Hash lengths a code demands; the length byte in front of such a hash gives a standard CID away. */
const HASH_LENGTHS: Readonly<Record<number, number>> = { [SHA2_256]: 32, 19: 64, 22: 32, 27: 32 }

function checked(cid: Cid): Cid {
  const wanted = HASH_LENGTHS[cid.hashAlg]
  const hash = cid.hashBytes
  if (wanted === undefined || hash.length === wanted) return cid
  if (hash.length === wanted + 1 && hash[0] === wanted) {
    throw invalid(
      'this is a standard CID: its hash carries a length byte, and ICN CIDs have none. Convert it with Cid.fromStandard',
      { reason: 'standardCid' },
    )
  }
  throw invalid(
    `hash algorithm 0x${cid.hashAlg.toString(16)} needs a hash of ${wanted} bytes, got ${hash.length}`,
    { expected: wanted, actual: hash.length },
  )
}

function multibase(text: string): Uint8Array {
  if (typeof text !== 'string') throw invalid(`expected a CID string, got ${inWords(text)}`)
  if (text === '') throw invalid('the CID string is empty')
  if (text.length > 512) throw invalid(`the CID string has ${text.length} characters, the most is 512`)
  if (/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/.test(text)) throw versionZero()
  const prefix = text[0]!
  if (prefix === 'f' || prefix === 'F') return fromHex(text.slice(1), 'A hexadecimal CID string')
  if (prefix !== 'b' && prefix !== 'B') {
    throw invalid(`${inWords(text)} starts with multibase ${JSON.stringify(prefix)}; b, B, f and F are read`)
  }
  const bytes = fromBase32(prefix === 'B' ? text.slice(1).toLowerCase() : text.slice(1))
  if (typeof bytes === 'string') throw invalid(`${inWords(text)}: ${bytes}`)
  return bytes
}

function header(bytes: Uint8Array): [version: number, codec: number, hashAlg: number, offset: number] {
  if (bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 32) {
    throw versionZero()
  }
  const [version, a] = readVarint(bytes, 0, 'version')
  const [codec, b] = readVarint(bytes, a, 'codec')
  const [hashAlg, c] = readVarint(bytes, b, 'hash algorithm')
  return [version, codec, hashAlg, c]
}

function versionZero(): IcnError {
  return invalid('this is a standard CID of version 0; ICN CIDs have version 1 and no length byte', {
    reason: 'standardCid',
  })
}

/** Unsigned LEB128 in its shortest form, at most three bytes (u16 and a little more; the constructor bounds it). */
function readVarint(bytes: Uint8Array, at: number, name: string): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 3; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw invalid(`its bytes end at ${at + i}, inside the ${name}`)
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) {
      if (byte === 0 && i > 0) throw invalid(`its ${name} at byte ${at} is not in the shortest varint form`)
      return [value, at + i + 1]
    }
  }
  throw invalid(`its ${name} at byte ${at} does not fit 16 bits`)
}

function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  out.push(rest)
  return out
}

function invalid(why: string, data: Record<string, string | number> = {}): IcnError {
  return new IcnError('InvalidSpec', `Not an ICN CID: ${why}.`, { data })
}

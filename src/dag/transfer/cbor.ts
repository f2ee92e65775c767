/**
 * As much of dag-cbor and CARv1 as writing takes: maps with text keys in dag-cbor's order, integers, text, bytes, lists,
 * null and links. Nothing is read here.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../../common/bytes.ts'
import { type Cid, DAG_CBOR, RAW } from '../../common/cid.ts'

/** `{ link: bytes }` with nothing else is a link to the standard CID of those bytes. */
export type CborValue =
  | null
  | string
  | number
  | bigint
  | Uint8Array
  | readonly CborValue[]
  | { readonly link: Uint8Array }
  | { readonly [key: string]: CborValue }

export function encodeCbor(value: CborValue): Uint8Array {
  const parts: Uint8Array[] = []
  write(parts, value)
  return concatBytes(...parts)
}

function write(parts: Uint8Array[], value: CborValue): void {
  if (value === null) parts.push(Uint8Array.of(0xf6))
  else if (typeof value === 'number' || typeof value === 'bigint') parts.push(head(0, BigInt(value)))
  else if (typeof value === 'string') text(parts, value)
  else if (value instanceof Uint8Array) parts.push(head(2, BigInt(value.length)), value)
  else if (Array.isArray(value)) {
    parts.push(head(4, BigInt(value.length)))
    for (const item of value as readonly CborValue[]) write(parts, item)
  } else if ('link' in value && value.link instanceof Uint8Array) {
    // Tag 42, then the CID behind a zero byte.
    parts.push(Uint8Array.of(0xd8, 42), head(2, BigInt(value.link.length + 1)), Uint8Array.of(0), value.link)
  } else {
    const map = value as { readonly [key: string]: CborValue }
    const keys = Object.keys(map).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    parts.push(head(5, BigInt(keys.length)))
    for (const key of keys) {
      text(parts, key)
      write(parts, map[key]!)
    }
  }
}

function text(parts: Uint8Array[], value: string): void {
  const bytes = utf8(value)
  parts.push(head(3, BigInt(bytes.length)), bytes)
}

/** A major type and its number in the fewest bytes. */
function head(major: number, value: bigint): Uint8Array {
  const type = major << 5
  if (value < 24n) return Uint8Array.of(type | Number(value))
  const [info, width] =
    value < 0x100n ? [24, 1] : value < 0x1_0000n ? [25, 2] : value < 0x1_0000_0000n ? [26, 4] : [27, 8]
  const out = new Uint8Array(1 + width)
  out[0] = type | info
  for (let i = width; i > 0; i--) {
    out[i] = Number(value & 0xffn)
    value >>= 8n
  }
  return out
}

/** The binary standard CID of dag-cbor bytes. */
export function cborCid(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([1, DAG_CBOR, 0x12, 32, ...sha256(bytes)])
}

/** The binary standard CID of an ICN block's preimage: its Merkle digest under codec raw. */
export function rawCid(cid: Cid): Uint8Array {
  return Uint8Array.from([1, RAW, 0x12, 32, ...cid.hashBytes])
}

export function carHeader(root: Uint8Array): Uint8Array {
  const header = encodeCbor({ roots: [{ link: root }], version: 1 })
  return concatBytes(varint(header.length), header)
}

export function carBlock(cid: Uint8Array, bytes: Uint8Array): Uint8Array {
  return concatBytes(varint(cid.length + bytes.length), cid, bytes)
}

function varint(value: number): Uint8Array {
  const out: number[] = []
  for (; value >= 0x80; value = Math.floor(value / 0x80)) out.push((value % 0x80) | 0x80)
  out.push(value)
  return Uint8Array.from(out)
}

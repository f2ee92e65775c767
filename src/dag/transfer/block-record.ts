/**
 * A block in an export file: the length of a JSON header, the header, the block's data. Nothing of the header is trusted:
 * the CID is computed again from the rest, and blocks that could be read in two ways are refused.
 */
import { concatBytes, fromHex, fromUtf8, toHex, u32le, utf8 } from '../../common/bytes.ts'
import { Cid } from '../../common/cid.ts'
import { Did } from '../../common/did.ts'
import { isArray, isObject, type JsonValue, stringifyJson } from '../../common/json.ts'
import { parseJson } from '../../common/json-parse.ts'
import { blockFault, checkUnambiguous, type DagBlock, type DagLink } from '../block.ts'
import { checkBlockSize } from '../blocks.ts'

const FIELDS = ['cid', 'links', 'timestamp', 'author', 'signature', 'scope'] as const

export function encodeBlock(block: DagBlock): Uint8Array {
  const header = utf8(
    stringifyJson({
      cid: block.cid.toString(),
      links: block.links.map((link) => [link.cid.toString(), link.name, link.size]),
      timestamp: block.timestamp,
      author: block.authorDid.toString(),
      signature: block.signature === null ? null : toHex(block.signature),
      scope: block.scope,
    }),
  )
  return concatBytes(u32le(header.length), header, block.data)
}

/** @throws IcnError saying what is wrong with the block; the caller adds the place */
export function decodeBlock(payload: Uint8Array): DagBlock {
  if (payload.length < 4) throw new Error('the block record has no header')
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
  if (length > payload.length - 4) {
    throw new Error(`the block's header says it has ${length} bytes, ${payload.length - 4} are there`)
  }
  const text = fromUtf8(payload.subarray(4, 4 + length), 'The block header')
  const json = parseJson(text, 'The block header')
  if (!isObject(json)) throw new Error('the block header is not an object')
  const names = Object.keys(json)
  if (names.length !== FIELDS.length || !FIELDS.every((name) => Object.hasOwn(json, name))) {
    throw new Error(`the block header must have the fields ${FIELDS.join(', ')}, it has ${names.join(', ')}`)
  }
  const block: DagBlock = {
    cid: Cid.parse(canonical(json.cid)),
    data: payload.slice(4 + length),
    links: list(json.links).map(readLink),
    timestamp: u64(json.timestamp, 'timestamp'),
    authorDid: Did.parse(string(json.author, 'author')),
    signature: json.signature === null ? null : fromHex(string(json.signature, 'signature'), 'The signature'),
    scope: json.scope === null ? null : string(json.scope, 'scope'),
  }
  if (block.signature?.length === 0) throw new Error('the signature is empty; a block without one has null')
  checkBlockSize(block)
  const fault = blockFault(block)
  if (fault !== undefined) throw new Error(`block ${block.cid}: ${fault}`)
  checkUnambiguous(block)
  return block
}

function readLink(json: JsonValue): DagLink {
  if (!isArray(json) || json.length !== 3) throw new Error('a link must be [cid, name, size]')
  const [cid, name, size] = json
  return { cid: Cid.parse(canonical(cid)), name: string(name, 'link name'), size: u64(size, 'link size') }
}

/** One CID has one spelling in a file, so that equal blocks have equal records. */
function canonical(json: JsonValue | undefined): string {
  const text = string(json, 'cid')
  if (Cid.parse(text).toString() !== text) throw new Error(`the CID ${text} is not in its base32 form`)
  return text
}

function list(json: JsonValue | undefined): readonly JsonValue[] {
  if (json === undefined || !isArray(json)) throw new Error('links must be an array')
  return json
}

function string(json: JsonValue | undefined, name: string): string {
  if (typeof json === 'string') return json
  throw new Error(`${name} must be a string`)
}

function u64(json: JsonValue | undefined, name: string): bigint {
  if ((typeof json === 'number' || typeof json === 'bigint') && json >= 0) return BigInt(json)
  throw new Error(`${name} must be an integer from 0 to 2^64 - 1`)
}

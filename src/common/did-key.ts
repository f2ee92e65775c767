/** DIDs that carry an Ed25519 public key, and what each DID method demands of its id (ref §3.4). */
import { base58, fromBase58 } from './base58.ts'
import { expectBytes, inWords, KEY_BYTES } from './bytes.ts'
import { Did } from './did.ts'
import { IcnError } from './errors.ts'

/** Multicodec varint of an Ed25519 public key. */
const ED25519_PREFIX = [0xed, 0x01] as const

/** `did:key:z…` of an Ed25519 public key of 32 bytes. */
export function didKey(publicKey: Uint8Array): Did {
  return new Did('key', multikey(publicKey))
}

/** `did:peer:0z…` of an Ed25519 public key of 32 bytes. */
export function didPeer(publicKey: Uint8Array): Did {
  return new Did('peer', `0${multikey(publicKey)}`)
}

/** `did:web:` of a host and path segments. @throws IcnError InvalidSpec on a bad segment. */
export function didWeb(host: string, ...segments: readonly string[]): Did {
  const did = new Did('web', [host, ...segments].join(':'))
  validateDid(did)
  return did
}

function multikey(publicKey: Uint8Array): string {
  return `z${base58(Uint8Array.from([...ED25519_PREFIX, ...expectBytes(publicKey, 'Public key', KEY_BYTES)]))}`
}

/**
 * The Ed25519 public key inside a did:key or did:peer:0.
 * @throws IcnError InvalidSpec when the DID is of another method or its id breaks a rule of ref §3.4.
 */
export function publicKeyOf(did: Did): Uint8Array {
  if (did.method === 'key') return decodeMultikey(did, did.idString)
  if (did.method === 'peer' && did.idString.startsWith('0')) return decodeMultikey(did, did.idString.slice(1))
  throw invalid(did, 'its method carries no public key; did:key and did:peer:0 do', 'unresolvable')
}

function decodeMultikey(did: Did, id: string): Uint8Array {
  if (!id.startsWith('z')) throw invalid(did, 'its key must start with "z" (base58btc)')
  if (id.length < 40 || id.length > 60)
    throw invalid(did, `its key has ${id.length} characters, expected 40 to 60`)
  const bytes = fromBase58(id.slice(1))
  if (bytes === undefined) throw invalid(did, 'its key holds a character outside the base58 alphabet')
  if (bytes[0] !== ED25519_PREFIX[0] || bytes[1] !== ED25519_PREFIX[1]) {
    throw invalid(did, 'its key is not marked as Ed25519 (multicodec 0xed 0x01)')
  }
  if (bytes.length !== 2 + KEY_BYTES) {
    throw invalid(did, `its key has ${bytes.length - 2} bytes, expected ${KEY_BYTES}`)
  }
  return bytes.subarray(2)
}

/** Checks method and id by the rules of ref §3.4. @throws IcnError InvalidSpec naming the rule. */
export function validateDid(did: Did): void {
  if (!/^[A-Za-z0-9-]{1,32}$/.test(did.method)) {
    throw invalid(did, 'its method must be 1 to 32 letters, digits or hyphens')
  }
  const id = did.idString
  if (did.method === 'key') {
    decodeMultikey(did, id)
  } else if (did.method === 'peer') {
    if (!/^[0-3]/.test(id)) throw invalid(did, 'a did:peer id must start with 0, 1, 2 or 3')
    if (id.startsWith('0')) decodeMultikey(did, id.slice(1))
  } else if (did.method === 'web') {
    if (id === '' || id.length > 253)
      throw invalid(did, `a did:web id has 1 to 253 characters, got ${id.length}`)
    if (id.includes('..') || id.includes('//')) throw invalid(did, 'a did:web id must not hold ".." or "//"')
    if (!id.split(':').every((segment) => /^[A-Za-z0-9._%-]+$/.test(segment))) {
      throw invalid(did, 'a did:web segment must be letters, digits, ".", "_", "-" or "%"')
    }
  } else if (!/^[A-Za-z0-9._:-]+$/.test(id)) {
    throw invalid(did, 'its id must be letters, digits, "-", "_", "." or ":"')
  }
}

function invalid(did: Did, why: string, reason = 'malformedDid'): IcnError {
  return new IcnError('InvalidSpec', `${inWords(did.toString()).replace('the string ', 'DID ')}: ${why}.`, {
    data: { did: did.toString(), reason },
  })
}

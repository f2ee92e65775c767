/**
 * The engine's own Ed25519, which is an order of magnitude faster than ours, asked first. Engines differ on crafted
 * signatures, so only its yes counts, only where what strict verification refuses beside the equation has been ruled out
 * here, and only of an engine that has shown that its equation is the cofactorless one. Of all else `verifyStrict` is the
 * judge.
 */
import { Point } from '@noble/ed25519'
import { fromHex, KEY_BYTES, littleEndian, SIGNATURE_BYTES, toHex, utf8 } from '../common/bytes.ts'
import { MAX_SIGNED_BYTES } from './signing-limit.ts'

const MOST_KEYS = 64
const { n: ORDER, p: PRIME } = Point.CURVE()
/** Of order 8; with its negative in y, ±1 and 0 it makes up the points of small order. */
const Y8 = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a').y
const SMALL_ORDER: ReadonlySet<bigint> = new Set([0n, 1n, PRIME - 1n, Y8, PRIME - Y8])

/** Over the message `icn`: an honest one, and two that hold only for who takes the equation times eight. */
const TRIAL: readonly (readonly [key: string, signature: string, holds: boolean])[] = [
  [
    '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    '495ecf6198c7a0024c6b206f713d0c7f54171b2673a3d05f7e7154240cac1572dd6f059ac1d43ddb3f7c885eb93af2f870ad6cd667ebf10050ee298e72e99e01',
    true,
  ],
  [
    '9ea3f11f5bd34f0cd7147fd0a436c088f624c6100c1df6a53c0a29e05d60cea0',
    'edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548dff69280c67f9a7a5e2adfe45cb7876e79235088ea1966b896c5e0fc0641561c0e',
    false,
  ],
  [
    '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    'd0424b701d60255de5df705071059ccd22b8349bb4138202ebbd65e9e0ad211bf5bfa48c5522b0f8e40b7f222f047db92afc1a664fa316e1469f4183564b580b',
    false,
  ],
]

const keys = new Map<string, Promise<CryptoKey>>()
let trial: Promise<boolean> | undefined

/** True only where `verifyStrict` would say so too; false wherever it has to be asked. Never rejects. */
export async function engineAccepts(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  if (message.length === 0 || message.length > MAX_SIGNED_BYTES) return false
  try {
    const y = littleEndian(signature.subarray(0, 32)) & ((1n << 255n) - 1n)
    if (y >= PRIME || SMALL_ORDER.has(y)) return false
    if (littleEndian(signature.subarray(32)) >= ORDER) return false
    trial ??= isStrict()
    return (await trial) && (await ask(publicKey, message, signature))
  } catch {
    return false
  }
}

/** @throws Error for a key that is no canonical point, or one of small order */
function importKey(publicKey: Uint8Array): Promise<CryptoKey> {
  if (Point.fromBytes(publicKey, false).isSmallOrder()) throw new Error('The key is of small order.')
  return crypto.subtle.importKey('raw', publicKey as BufferSource, 'Ed25519', false, ['verify'])
}

async function isStrict(): Promise<boolean> {
  const answers = TRIAL.map(([key, signature]) => ask(fromHex(key), utf8('icn'), fromHex(signature)))
  const given = await Promise.all(answers).catch(() => [])
  return TRIAL.every(([, , holds], i) => given[i] === holds)
}

async function ask(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const name = toHex(publicKey)
  let key = keys.get(name)
  if (key === undefined) {
    key = importKey(publicKey)
    if (keys.size >= MOST_KEYS) keys.delete(keys.keys().next().value!)
    keys.set(name, key)
  }
  return crypto.subtle.verify('Ed25519', await key, signature as BufferSource, message as BufferSource)
}

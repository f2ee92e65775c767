/** The node's key in a real browser: a CryptoKey that never leaves it, kept in IndexedDB. */
import { afterEach, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, utf8 } from '../common/bytes.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { openIndexedDbStore } from '../storage/indexeddb-store.ts'
import { openState } from '../storage/state.ts'
import { verifyStrict } from './ed25519.ts'
import { type IdentityKey, openIdentity } from './identity-key.ts'
import { decryptKeyFile } from './key-file.ts'
import { nobleSigner } from './signer.ts'
import { webCryptoSigner } from './webcrypto-signer.ts'

const names: string[] = []

afterEach(() => {
  for (const name of names.splice(0)) indexedDB.deleteDatabase(name)
})

function databaseName(): string {
  const name = `identity-${crypto.randomUUID()}`
  names.push(name)
  return name
}

it('is made once, kept across a reopen, agreed on by two tabs, and cannot be extracted', async () => {
  const name = databaseName()
  const tabs = await Promise.all([0, 1].map(async () => openState(await openIndexedDbStore(name))))
  const [one, two] = await Promise.all(tabs.map((tab) => openIdentity(tab.keys)))
  expect(one!.did.equals(two!.did)).toBe(true)
  for (const tab of tabs) await tab.close()

  const again = await openState(await openIndexedDbStore(name))
  const signer = await openIdentity(again.keys)
  expect(signer.did.equals(one!.did)).toBe(true)
  const message = utf8('after a reopen')
  expect(verifyStrict(signer.publicKey, message, await signer.sign(message))).toBe(true)
  const stored = (await again.keys.get('identity')) as IdentityKey
  if (stored.kind !== 'webcrypto') throw new Error('This browser has no Ed25519 in WebCrypto.')
  expect(stored.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('pkcs8', stored.privateKey)).rejects.toThrow()
  await again.close()
})

it('gives the same bytes as noble for the same key', async () => {
  const { seed_hex } = vectors.keys.A
  const noble = nobleSigner(fromHex(seed_hex))
  const pkcs8 = concatBytes(fromHex('302e020100300506032b657004220420'), fromHex(seed_hex))
  const key = await crypto.subtle.importKey('pkcs8', pkcs8 as BufferSource, 'Ed25519', false, ['sign'])
  const platform = webCryptoSigner(key, noble.publicKey)
  for (const { signable_hex, signature_hex } of vectors.receipt.cases.filter(
    (vector) => vector.signer === 'A',
  )) {
    expect(toHex(await platform.sign(fromHex(signable_hex)))).toBe(signature_hex)
    expect(toHex(await noble.sign(fromHex(signable_hex)))).toBe(signature_hex)
  }
})

it('reads icn-node key files', async () => {
  const { cases, passphrase_utf8, secret_key_hex } = vectors.encrypted_key_file
  for (const file of cases) {
    expect(toHex(await decryptKeyFile(fromHex(file.file_hex), passphrase_utf8))).toBe(secret_key_hex)
  }
})

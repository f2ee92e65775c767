/** The file a relay keeps its key in, so that its addresses stay what they are. */
import { readFileSync, writeFileSync } from 'node:fs'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'

/** Reads it, or makes it when it is not there. @throws Error with a full sentence */
export async function relayKey(file: string): Promise<PrivateKey> {
  let stored: Uint8Array
  try {
    stored = readFileSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new Error(`The key file ${file} cannot be read: ${(cause as Error).message}.`, { cause })
    const key = await generateKeyPair('Ed25519')
    try {
      writeFileSync(file, privateKeyToProtobuf(key), { mode: 0o600, flag: 'wx' })
    } catch (cause) {
      throw new Error(`The key file ${file} cannot be written: ${(cause as Error).message}.`, { cause })
    }
    return key
  }
  try {
    return privateKeyFromProtobuf(stored)
  } catch (cause) {
    throw new Error(`The file ${file} holds no key of libp2p.`, { cause })
  }
}

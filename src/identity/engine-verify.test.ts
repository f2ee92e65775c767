import { expect, it, vi } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { engineVerifySuite } from './engine-verify.suite.ts'
import { nobleSigner } from './signer.ts'

engineVerifySuite()

it.each([
  ['that takes everything', async () => true],
  ['that takes nothing', async () => false],
  ['that has no Ed25519', () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))],
])('an engine %s is not used', async (_what, verify) => {
  const signer = nobleSigner(new Uint8Array(32).fill(9))
  const message = utf8('a message')
  const signature = await signer.sign(message)
  vi.resetModules()
  const spy = vi.spyOn(crypto.subtle, 'verify').mockImplementation(verify)
  try {
    const fresh = await import('./engine-verify.ts')
    expect(await fresh.engineAccepts(signer.publicKey, message, signature)).toBe(false)
    expect(spy).toHaveBeenCalled()
  } finally {
    spy.mockRestore()
  }
})

import { afterEach, expect, test, vi } from 'vitest'
import { start } from './start.ts'

afterEach(() => vi.unstubAllGlobals())

test('a page without a secure context is told what it needs, before a worker is made', async () => {
  vi.stubGlobal('isSecureContext', false)
  const spawn = vi.fn()
  await expect(start({}, spawn)).rejects.toMatchObject({
    code: 'CryptoError',
    data: { reason: 'insecureContext' },
  })
  expect(spawn).not.toHaveBeenCalled()
})

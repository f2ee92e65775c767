/** Packages from npm, metered as they load, give what they give plain, and what Node's own crypto gives. */
import { createHash, scryptSync } from 'node:crypto'
import { chromium } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../scripts/browser.mjs'
import { type Measured, measureThirdParty } from './third-party.mjs'

/** The drivers' own block and repetitions. */
function block(): Uint8Array {
  const bytes = new Uint8Array(1 << 18)
  let state = 1
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}
function node(algorithm: string, repeat: number): string {
  const hash = createHash(algorithm)
  for (let i = 0; i < repeat; i++) hash.update(block())
  return hash.digest('hex')
}
const KNOWN: Readonly<Record<string, string>> = {
  'hash-wasm sha256': node('sha256', 16),
  'hash-wasm sha512': node('sha512', 24),
  'hash-wasm sha3': node('sha3-256', 16),
  'hash-wasm blake2b': node('blake2b512', 40),
  'hash-wasm md5': node('md5', 40),
  'hash-wasm scrypt': scryptSync('pass', new Uint8Array(16), 32, { N: 1024, r: 8, p: 1 }).toString('hex'),
}

let measured: readonly Measured[] = []
beforeAll(async () => {
  const { launchOptions } = findChromium()
  const browser = await chromium.launch({ ...launchOptions, headless: true })
  try {
    measured = await measureThirdParty(browser, { rounds: 1, warm: 0, modes: ['plain', 'metered', 'no NaN'] })
  } finally {
    await browser.close()
  }
}, 240_000)

describe('packages from npm', () => {
  test('none is refused, each is really metered and uses fuel', () => {
    expect(measured.length).toBeGreaterThanOrEqual(24)
    expect(measured.filter((one) => one.refused).map(({ name, refused }) => `${name}: ${refused}`)).toEqual(
      [],
    )
    for (const { name, modules, fuel } of measured) {
      expect(modules, name).toBeGreaterThan(0)
      expect(Number(fuel.metered), name).toBeGreaterThan(1000)
    }
  })
  test('results are those of the plain package', () => {
    for (const { name, results } of measured) {
      expect(results.metered, name).toBe(results.plain)
      expect(results['no NaN'], name).toBe(results.plain)
    }
  })
  test('fuel does not depend on NaN canonicalisation', () => {
    // SQLite and the physics engine take different paths from one load to the next, within one mode too (random seeds).
    const own = ['sql.js', 'rapier2d']
    for (const { name, fuel } of measured.filter(({ name }) => !own.includes(name)))
      expect(fuel['no NaN'], name).toBe(fuel.metered)
  })
  test('hashes are what Node makes of the same bytes', () => {
    const found = Object.fromEntries(
      measured.filter(({ name }) => name in KNOWN).map(({ name, results }) => [name, results.metered]),
    )
    expect(found).toEqual(KNOWN)
  })
})

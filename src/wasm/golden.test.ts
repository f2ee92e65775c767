import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fromWat, toWat } from './fixtures/wat.ts'
import { meter } from './index.ts'

/**
 * What the rewriter makes of small modules, to be read in review. After a wanted change:
 * `BLESS=1 npx vitest run --project node src/wasm/golden.test.ts`, and read the difference.
 */
const folder = new URL('./fixtures/golden/', import.meta.url)

it.each(readdirSync(folder).filter((name) => name.endsWith('.wat') && !name.endsWith('.metered.wat')))(
  '%s',
  (name) => {
    const target = new URL(name.replace('.wat', '.metered.wat'), folder)
    const actual = toWat(
      meter(fromWat(readFileSync(new URL(name, folder), 'utf8')), { profile: name === 'profile.wat' }).bytes,
    )
    if (process.env.BLESS) writeFileSync(target, actual)
    expect(existsSync(target) ? readFileSync(target, 'utf8') : '').toBe(actual)
  },
)

/**
 * Holds `REWRITER_VERSION` to the output it stands for. After a wanted change: raise it, then
 * `BLESS=1 npx vitest run --project node src/wasm/version.test.ts`.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fromWat } from './fixtures/wat.ts'
import { meter } from './index.ts'
import { REWRITER_VERSION } from './version.ts'

/** Uses extended constant expressions, which not every engine the tests run on accepts. */
const NOT_EVERYWHERE = 'extended.wat'
const recordedAt = new URL('./fixtures/version.json', import.meta.url)

function output(): string {
  const hash = createHash('sha256')
  const add = (bytes: Uint8Array) => {
    for (const options of [{}, { canonicalNaN: false }, { profile: true }])
      hash.update(meter(bytes, options).bytes)
  }
  for (const path of ['./fixtures/golden/', './fixtures/fuel/', '../../bench/kernels/']) {
    const folder = new URL(path, import.meta.url)
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith('.wasm')) add(new Uint8Array(readFileSync(new URL(name, folder))))
      else if (name.endsWith('.wat') && !name.endsWith('.metered.wat') && name !== NOT_EVERYWHERE)
        add(fromWat(readFileSync(new URL(name, folder), 'utf8')))
    }
  }
  return hash.digest('hex')
}

it('what the rewriter makes is what its version says', () => {
  const recorded = JSON.parse(readFileSync(recordedAt, 'utf8')) as { version: number; output: string }
  const now = { version: REWRITER_VERSION, output: output() }
  if (now.output !== recorded.output)
    expect(now.version, 'The output changed: raise REWRITER_VERSION.').toBeGreaterThan(recorded.version)
  if (process.env.BLESS) writeFileSync(recordedAt, `${JSON.stringify(now, null, 2)}\n`)
  else expect(now).toEqual(recorded)
})

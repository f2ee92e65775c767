import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { meter } from './index.ts'
import { parseModule } from './sections.ts'
import { SmallFunctions } from './small-functions.ts'
import { resolveLimits } from './validate/limits.ts'

const folder = new URL('../../bench/kernels/', import.meta.url)
const kernels = readdirSync(folder).filter((name) => name.endsWith('.wasm'))

/** Share of bodies under 50 bytes. */
function share(bytes: Uint8Array): number {
  const { bodies } = parseModule(bytes, resolveLimits({}))
  return bodies.filter(({ start, end }) => end - start < 50).length / bodies.length
}

it.each(kernels)('%s has the share of small functions it had, or one half', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
  expect(share(meter(bytes).bytes)).toBeGreaterThanOrEqual(Math.min(0.5, share(bytes)))
})

it('asks for as many empty functions as it takes, and no more', () => {
  const body = (size: number) => ({ start: 100, end: 100 + size })
  const shares = new SmallFunctions([body(49), body(50), body(9), body(800), body(51)])
  expect(shares.missing).toBe(0)
  // With their sizes in front: one of 49 bytes, three of more. 2 of 5 wanted: (1 + 1) of (4 + 1).
  for (const bytes of [50, 51, 900, 70]) shares.written(bytes)
  expect(shares.missing).toBe(1)
  // 1 of 6 now: (1 + 3) of (6 + 3) is enough, (1 + 2) of (6 + 2) is not.
  for (const bytes of [51, 51]) shares.written(bytes)
  expect(shares.missing).toBe(3)
})

it('asks for none where no function was small', () => {
  const shares = new SmallFunctions([{ start: 0, end: 90 }])
  shares.written(120)
  expect(shares.missing).toBe(0)
})

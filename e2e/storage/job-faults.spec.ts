/**
 * The whole runtime killed with many jobs under way. After each: every answered job is there with its receipt, none is
 * stuck, every mana is accounted for, every block is sound. ICN_INSTANTS and ICN_SEED as in faults.spec.ts.
 */
import { expect, test } from '@playwright/test'
import wabt from 'wabt'
import { INSTANTS, kill, kindOf, randomness, SEED } from './kills.ts'
import { Profile, type Tab } from './profile.ts'

const spender = (did: string) => `(module
  (import "icn" "host_account_spend_mana" (func $spend (param i32 i32 i64) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "${did}")
  (func (export "run") (result i64)
    (i64.extend_i32_s (call $spend (i32.const 0) (i32.const ${did.length}) (i64.const 1)))))`

test(`killed at ${INSTANTS} instants with jobs under way, every job ends once and is paid once`, async () => {
  test.setTimeout(60_000 + INSTANTS * 30_000)
  const { parseWat } = await wabt()
  const random = randomness(SEED + 1)
  const profile = await Profile.create(new URL('./job-worker.ts', import.meta.url))
  const answered: string[] = []
  const killed = { worker: 0, renderer: 0, browser: 0, everything: 0 }
  let name = ''
  let jobs = 0
  let failed = 0
  try {
    let tab: Tab = await profile.open(answered)
    for (let instant = 0; instant < INSTANTS; instant++) {
      if (instant % 6 === 0) {
        name = `job-faults-${instant}`
        answered.length = 0
      }
      const did = await tab.call<string>('open', { name })
      const renderers = await profile.renderers()
      await tab.call('load', { bytes: [...parseWat('spender.wat', spender(did)).toBinary({}).buffer] })
      const wanted = answered.length + 1 + Math.floor(random() * 60)
      await tab.until(() => answered.length >= wanted)
      const kind = kindOf(random())
      killed[kind]++
      tab = await kill(profile, tab, kind, renderers, answered)
      const at = `instant ${instant}, ${kind} killed after ${answered.length} answers`
      await test.step(at, () => tab.call('open', { name }))
      const found = await tab.call<{ problems: string[]; jobs: number; failed: number }>('verify', {
        answered,
      })
      expect({ at, problems: found.problems }).toEqual({ at, problems: [] })
      if (instant % 6 === 5 || instant === INSTANTS - 1) {
        jobs += found.jobs
        failed += found.failed
      }
      await tab.call('close')
    }
    console.log(`killed: ${JSON.stringify(killed)}; ${jobs} jobs, ${failed} of them failed and refunded`)
  } finally {
    await profile.close()
  }
})

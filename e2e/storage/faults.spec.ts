/**
 * The worker, the page's process and the whole browser killed under load, at instants of a seeded randomness, on a
 * profile on disk. After each: every answered job is there, none is half there, no money was made or lost.
 * ICN_INSTANTS=200 is the long form, ICN_SEED another course; ICN_KEEP names a folder that gets the database's files as
 * the last kill of a browser left them.
 */
import { expect, test } from '@playwright/test'
import { INSTANTS, kill, kindOf, randomness, SEED } from './kills.ts'
import { Profile, type Tab } from './profile.ts'

/** Small bounds, so that working off the log and merging are under way at most instants. */
const BUSY = { flushRows: 150, flushCommits: 20, fanout: 3, pageBytes: 2048, slicePages: 2 }

test(`killed at ${INSTANTS} instants under load, nothing answered is lost and nothing is half there`, async () => {
  test.setTimeout(60_000 + INSTANTS * 10_000)
  const random = randomness(SEED)
  const profile = await Profile.create()
  const answered: string[] = []
  const killed = { worker: 0, renderer: 0, browser: 0, everything: 0 }
  let name = ''
  try {
    let tab: Tab = await profile.open(answered)
    for (let instant = 0; instant < INSTANTS; instant++) {
      // A database serves for some instants, so that what one crash left behind meets the next.
      if (instant % 6 === 0) {
        name = `faults-${instant}`
        answered.length = 0
      }
      await tab.call('open', { name, options: instant % 3 === 2 ? {} : BUSY })
      const renderers = await profile.renderers()
      await tab.call('load', { tab: `t${instant}` })
      const before = answered.length
      const wanted = before + 1 + Math.floor(random() * 120)
      await tab.until(() => answered.length >= wanted)
      const kind = kindOf(random())
      killed[kind]++
      tab = await kill(profile, tab, kind, renderers, answered)
      const at = `instant ${instant}, ${kind} killed after ${answered.length} answers`
      await test.step(at, () => tab.call('open', { name, options: BUSY }))
      const { problems, jobs, failing } = await tab.call<{
        problems: string[]
        jobs: number
        failing?: string
      }>('verify', {
        answered,
      })
      expect({ at, problems, failing }).toEqual({ at, problems: [], failing: undefined })
      expect(jobs).toBeGreaterThanOrEqual(answered.length)
      await tab.call('close')
    }
    console.log(`killed: ${JSON.stringify(killed)}`)
  } finally {
    await profile.close()
  }
})

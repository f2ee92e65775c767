/** Ways to end a worker, a page and a browser, drawn by a seeded randomness. */
import type { Profile, Tab } from './profile.ts'

export const INSTANTS = Number(process.env.ICN_INSTANTS ?? 6)
export const SEED = Number(process.env.ICN_SEED ?? 1)
const KEEP = process.env.ICN_KEEP

export type Kind = 'worker' | 'renderer' | 'everything' | 'browser'

export function randomness(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export function kindOf(dice: number): Kind {
  return dice < 0.5 ? 'worker' : dice < 0.8 ? 'renderer' : dice < 0.9 ? 'everything' : 'browser'
}

/**
 * Kills, and brings back what was killed.
 * @param renderers the pids of the page's processes, asked for before they were under load
 * @param answered where a new tab collects what its worker was answered
 */
export async function kill(
  profile: Profile,
  tab: Tab,
  kind: Kind,
  renderers: readonly number[],
  answered: string[],
): Promise<Tab> {
  if (kind === 'worker') {
    await tab.terminateWorker()
    return tab
  }
  if (kind === 'renderer') {
    const crashed = tab.page.waitForEvent('crash')
    for (const pid of renderers) process.kill(pid, 'SIGKILL')
    await crashed
    return profile.open(answered)
  }
  await profile.kill(kind === 'everything')
  if (KEEP) await profile.keepDatabases(KEEP)
  await profile.start()
  return profile.open(answered)
}

/**
 * Playwright fixtures for whoever tests a contract: `icn` is a node in a real page, on a database of its own, with a
 * fixed key and a fixed clock, so that the same contract leaves the same receipt in every run.
 *
 * @module icn-runtime-web/testing
 *
 * @example
 * import { readFileSync } from 'node:fs'
 * import { expect, test } from 'icn-runtime-web/testing'
 *
 * test('my contract returns 42', async ({ icn }) => {
 *   const { result } = await icn.run(new Uint8Array(readFileSync('contract.wasm')))
 *   expect(result).toBe(42n)
 * })
 */
import {
  type BrowserContext,
  test as base,
  type Page,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from '@playwright/test'
import type { IcnRuntime, RuntimeEventName, RuntimeEvents, RuntimeOptions } from '../index.ts'
import type {} from './page.ts'
import { remoteRuntime } from './remote.ts'
import { ORIGIN, serveFromPackage } from './serve.ts'

/** Playwright's own. */
export { expect } from '@playwright/test'

/** Seconds since the epoch: 14 November 2023, 22:13:20 UTC. */
export const FIXED_TIME = 1_700_000_000
/** The secret behind `did:key:z…` of every node under test; never use it for anything else. */
export const FIXED_SEED: Uint8Array = new Uint8Array(32).fill(7)

/**
 * A node in a page. Signals and callbacks do not reach it (`InvalidSpec`), events are waited for with `heard`, and streams are
 * carried whole.
 */
export interface IcnNode extends Omit<IcnRuntime, 'on' | 'close' | typeof Symbol.asyncDispose> {
  /** The page it lives in, blank but for the node. */
  readonly page: Page
  /** Resolves with the next event of that name. Ask before the event is caused. */
  heard<E extends RuntimeEventName>(event: E): Promise<RuntimeEvents[E]>
  /** Ends the node's worker as a crash would; resolves when a fresh one serves. */
  crash(): Promise<void>
  /** Loads the page anew and starts the node again on its database. */
  reload(): Promise<void>
  /** A second tab with the same node: the same database, key and ledger. */
  tab(): Promise<IcnNode>
}

/** What `test` gives besides Playwright's own fixtures. */
export interface IcnFixtures {
  /** Start options, on top of a fixed key, a fixed clock and no background tasks. Set with `test.use`. */
  icnOptions: RuntimeOptions
  /** A node started with them, alone on its database. */
  icn: IcnNode
}

/** Playwright's `test` with the fixtures; its type names `@playwright/test` only, the package that is a peer. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & IcnFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
> = base.extend<IcnFixtures>({
  icnOptions: [{}, { option: true }],
  icn: async ({ context, icnOptions }, use) => {
    await serveFromPackage(context)
    await use(await openNode(context, icnOptions))
  },
})

async function openNode(context: BrowserContext, options: RuntimeOptions): Promise<IcnNode> {
  const page = await context.newPage()
  const start = async () => {
    await page.goto(ORIGIN)
    await page.waitForFunction(() => 'icnTest' in globalThis)
    await page.evaluate((all) => globalThis.icnTest.start(all), {
      environment: 'testing',
      identitySeed: FIXED_SEED,
      fixedTime: FIXED_TIME,
      manaRegeneration: false,
      integrityCheck: false,
      ...options,
    } satisfies RuntimeOptions)
  }
  await start()
  return Object.assign(remoteRuntime(page), {
    page,
    heard: <E extends RuntimeEventName>(event: E) =>
      page.evaluate((name) => globalThis.icnTest.heard(name), event) as Promise<RuntimeEvents[E]>,
    crash: () => page.evaluate(() => globalThis.icnTest.crash()),
    reload: start,
    tab: () => openNode(context, options),
  })
}

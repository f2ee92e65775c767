/** A page that holds the package and nothing else, served under the strict content policy. */
import { test as base, expect, type Page } from '@playwright/test'
import type { StartOptions } from '../src/index.ts'
import type {} from './pages/harness.ts'

export { expect }

/** Opens the page, and fails the test for anything the content policy refused or the page threw. */
export async function openHarness(page: Page): Promise<void> {
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`refused: ${event.violatedDirective}`),
    )
  })
  await page.goto('/harness/')
  await expect(page.locator('html')).toHaveAttribute('data-ready', 'yes')
}

/** Starts a runtime without background tasks as `runtime`. */
export function startIn(page: Page, options: StartOptions = {}): Promise<string> {
  return page.evaluate(async (options) => {
    const quiet = { manaRegeneration: false, integrityCheck: false } as const
    globalThis.runtime = await icn.startRuntime({ ...quiet, ...options })
    return runtime.identity.did()
  }, options)
}

/** A script a test means to be missing. */
export const MISSING = '/harness/no-such-worker.js'

export const test = base.extend<{ harness: Page }>({
  harness: async ({ page }, use) => {
    const trouble: string[] = []
    page.on('pageerror', (error) => trouble.push(String(error)))
    page.on('console', (message) => {
      if (message.location().url.endsWith(MISSING)) return
      if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text())
    })
    await openHarness(page)
    await use(page)
    expect(trouble).toEqual([])
  },
})

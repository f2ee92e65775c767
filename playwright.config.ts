import { defineConfig } from '@playwright/test'
import { findChromium } from './scripts/browser.mjs'

// e2e/server.mjs picks a free port and prints it; Playwright hands it to the workers under this name.
const port = process.env.ICN_E2E_PORT ?? '0'

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 60_000,
  // Two workers share two cores with the browsers they drive.
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '.cache/playwright.json' }]],
  use: {
    baseURL: `http://localhost:${port}`,
    launchOptions: findChromium().launchOptions,
    screenshot: 'off',
    trace: 'off',
  },
  projects: [{ name: 'chromium', use: { browserName: 'chromium' } }],
  webServer: {
    command: 'node e2e/server.mjs',
    wait: { stdout: /listening on port (?<ICN_E2E_PORT>\d+)/ },
    stdout: 'pipe',
  },
})

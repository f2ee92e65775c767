import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from './scripts/browser.mjs'

// Two projects over one tree: `*.test.ts` runs in Node, `*.browser.test.ts` in a real Chromium (IndexedDB,
// WebCrypto, workers). A suite meant for both lives in `*.suite.ts` and is called from one test file each.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts', 'guest/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        // Found only when a test loads what comes late, which would then be loaded anew in the middle of a run.
        optimizeDeps: {
          include: [
            '@noble/curves/abstract/curve.js',
            '@noble/curves/bn254.js',
            '@noble/curves/ed25519.js',
            '@noble/hashes/sha3.js',
          ],
        },
        test: {
          name: 'chromium',
          include: ['src/**/*.browser.test.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: findChromium().launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})

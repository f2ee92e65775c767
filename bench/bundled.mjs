// A bench's suite, bundled for Node as long as it is needed.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Below the checkout, where the suite's packages are found. */
const cache = fileURLToPath(new URL('../.cache/', import.meta.url))

/**
 * @param {string} bench the URL of a module beside a `suite.ts`
 * @param {(file: string) => unknown} use given the bundle's path; the bundle is gone when it has ended
 */
export async function withSuite(bench, use) {
  mkdirSync(cache, { recursive: true })
  const out = mkdtempSync(join(cache, 'bench-'))
  try {
    const outfile = join(out, 'suite.mjs')
    await build({
      entryPoints: [fileURLToPath(new URL('suite.ts', bench))],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      logLevel: 'warning',
    })
    await use(outfile)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

// Bundles the suite and runs it: `npm run bench -- host`.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('.', import.meta.url))
const out = mkdtempSync(join(folder, '.built-'))
try {
  const outfile = join(out, 'suite.mjs')
  await build({
    entryPoints: [join(folder, 'suite.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(out, { recursive: true, force: true })
}

// `npm run relay`: the relay of a mesh from its sources; arguments are the program's own (src/mesh/libp2p/relay-main.ts).
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './lib/process.mjs'

// Two may be started at once.
const outdir = join(root, '.cache', `relay-${process.pid}`)
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
await build({
  entryPoints: [join(root, 'src/mesh/libp2p/relay-main.ts')],
  outdir,
  outExtension: { '.js': '.mjs' },
  entryNames: 'relay',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})
await import(pathToFileURL(join(outdir, 'relay.mjs')).href)

// `npm run relay`: the relay of a mesh from its sources; arguments are the program's own (src/mesh/libp2p/relay-main.ts).
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './lib/process.mjs'

const outfile = join(root, '.cache/relay/relay.mjs')
await build({
  entryPoints: [join(root, 'src/mesh/libp2p/relay-main.ts')],
  outdir: join(root, '.cache/relay'),
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
await import(pathToFileURL(outfile).href)

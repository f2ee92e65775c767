// Vite plugin: writes `sw.js` beside the built playground, with the list of all its files and a name for their contents.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './lib/process.mjs'

/** The page itself is asked for by its folder, which is how it is served anywhere. */
const address = (file) => (file === 'index.html' ? './' : file)

/** @returns {import('vite').Plugin} */
export function offline() {
  let folder = ''
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir)
    },
    async closeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((file) => file.replaceAll('\\', '/'))
        .filter((file) => file !== 'sw.js' && statSync(join(folder, file)).isFile())
        .sort()
      const hash = createHash('sha256')
      for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
      await build({
        entryPoints: [join(root, 'src/playground/offline/worker.ts')],
        outfile: join(folder, 'sw.js'),
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2022',
        logLevel: 'warning',
        define: {
          FILES: JSON.stringify(files.map(address)),
          VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)),
        },
      })
    },
  }
}

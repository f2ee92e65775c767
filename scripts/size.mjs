// What a visitor downloads, measured as a bundler would ship it: minified, gzip at its default level.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib/process.mjs'

/** Bytes after gzip. */
const BUDGETS = {
  'page client (startRuntime and IcnError, comlink included)': 8_000,
  'page entry, everything it exports (Cid and Did too)': 9_500,
  'worker (./worker, everything included)': 40_000,
  'playground, first load without the editor': 90_000,
}

async function bundled(names) {
  const result = await build({
    stdin: { contents: `export ${names} from './dist/index.js'`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0].contents
}

/** The page, its style sheets and what its entry script loads before anything is clicked. */
function firstLoad() {
  const folder = join(root, 'dist-playground')
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const linked = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/g)].map((match) => match[1])
  const worker = readdirSync(join(folder, 'assets')).filter((name) => /^worker-.*\.js$/.test(name))
  const files = new Set(['index.html', ...linked, ...worker.map((name) => `assets/${name}`)])
  return [...files].map((name) => readFileSync(join(folder, name)))
}

const gzipped = (parts) => parts.reduce((sum, part) => sum + gzipSync(part).length, 0)

/** @returns {Promise<{ name: string, bytes: number, budget: number }[]>} */
export async function measure(playground = true) {
  const parts = [
    async () => [await bundled('{ startRuntime, IcnError }')],
    async () => [await bundled('*')],
    () => [readFileSync(join(root, 'dist/worker.js'))],
  ]
  if (playground) parts.push(firstLoad)
  const budgets = Object.entries(BUDGETS)
  return Promise.all(
    parts.map(async (part, at) => {
      const [name, budget] = budgets[at]
      return { name, bytes: gzipped(await part()), budget }
    }),
  )
}

export function report({ name, bytes, budget }) {
  return `${name}: ${(bytes / 1000).toFixed(2)} kB gz of ${budget / 1000}`
}

// What a visitor downloads, measured as a bundler would ship it: minified, gzip at its default level.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib/process.mjs'

/**
 * Bytes after gzip. Over the limit the build fails: growth is decided, not noticed later. The goal is where it should
 * get to; while it is missed the report says so.
 */
const BUDGETS = {
  'page client (startRuntime and IcnError, comlink included)': { limit: 8_000, goal: 8_000 },
  'page entry, everything it exports (Cid and Did too)': { limit: 10_000, goal: 8_000 },
  'worker (./worker, everything included)': { limit: 100_000, goal: 40_000 },
  'playground, first load with its worker, without the editor': { limit: 130_000, goal: 90_000 },
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

/** @returns {Promise<{ name: string, bytes: number, limit: number, goal: number }[]>} */
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
      return { name, bytes: gzipped(await part()), ...budget }
    }),
  )
}

export function report({ name, bytes, limit, goal }) {
  const kB = (size) => `${(size / 1000).toFixed(size % 1000 === 0 ? 0 : 2)} kB`
  const missed = bytes > goal ? `, ${kB(bytes - goal)} over the goal of ${kB(goal)}` : ''
  return `${name}: ${kB(bytes)} gz, limit ${kB(limit)}${missed}`
}

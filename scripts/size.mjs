// What a visitor downloads, measured as a bundler would ship it: minified, gzip at its default level, file by file.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { closure } from './lib/closure.mjs'
import { root } from './lib/process.mjs'

/**
 * Bytes after gzip. Over the limit the build fails: growth is decided, not noticed later. The goal is where it should
 * get to; while it is missed the report says so.
 */
const BUDGETS = {
  client: { limit: 8_000, goal: 8_000 },
  entry: { limit: 10_000, goal: 8_000 },
  start: { limit: 40_000, goal: 40_000 },
  firstRun: { limit: 120_000 },
  worker: { limit: 205_000 },
  playground: { limit: 90_000, goal: 90_000 },
  playgroundRun: { limit: 170_000 },
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
  return gzipSync(result.outputFiles[0].contents).length
}

const gzipped = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0)

/** A chunk's name without its digest. */
const nameOf = (file) => basename(file).replace(/-.{8}\.js$/, '')

/** A worker's files: what its script imports at once, that with what it loads in the background, and all there are. */
function workerFiles(script) {
  const start = closure([script])
  const all = closure(start, { late: true })
  // Among the worker's own: a page has chunks of the same names beside them.
  const room = (name) => {
    const found = all.filter((file) => nameOf(file) === name)
    if (found.length !== 1) throw new Error(`The worker has ${found.length} chunks named ${name}.`)
    return found[0]
  }
  return {
    start,
    firstRun: closure([...start, room('tasks'), room('run'), room('blocks'), room('compaction')]),
    all,
  }
}

function worker() {
  const dist = join(root, 'dist')
  const { start, firstRun, all } = workerFiles(join(dist, 'worker.js'))
  const late = all.filter((file) => !start.includes(file))
  const chunks = late.map((file) => ({
    name: `  loaded at its first use: ${nameOf(file)}`,
    bytes: gzipped([file]),
  }))
  return [
    {
      name: 'worker, what it starts with (noble, idb and comlink in it)',
      bytes: gzipped(start),
      ...BUDGETS.start,
    },
    ...chunks.sort((a, b) => b.bytes - a.bytes),
    {
      name: 'worker, start and what it loads behind it for a first run',
      bytes: gzipped(firstRun),
      ...BUDGETS.firstRun,
    },
    { name: 'worker, everything', bytes: gzipped(all), ...BUDGETS.worker },
  ]
}

/** The page, its style sheets and what its entry script and its worker load before anything is clicked. */
function playground() {
  const folder = join(root, 'dist-playground')
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const linked = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/g)].map((match) => match[1])
  const page = [...new Set(['index.html', ...linked])].map((name) => join(folder, name))
  const script = readdirSync(join(folder, 'assets')).find((name) => /^worker-.*\.js$/.test(name))
  const { start, firstRun } = workerFiles(join(folder, 'assets', script))
  return [
    {
      name: 'playground, first load with its worker, without the editor',
      bytes: gzipped([...page, ...start]),
      ...BUDGETS.playground,
    },
    {
      name: 'playground, with what it then loads for a first run',
      bytes: gzipped([...page, ...firstRun]),
      ...BUDGETS.playgroundRun,
    },
  ]
}

/** @returns {Promise<{ name: string, bytes: number, limit?: number, goal?: number }[]>} */
export async function measure(whole = true) {
  return [
    {
      name: 'page client (startRuntime and IcnError, comlink included)',
      bytes: await bundled('{ startRuntime, IcnError }'),
      ...BUDGETS.client,
    },
    {
      name: 'page entry, everything it exports (Cid and Did too)',
      bytes: await bundled('*'),
      ...BUDGETS.entry,
    },
    ...worker(),
    ...(whole ? playground() : []),
  ]
}

export function report({ name, bytes, limit, goal }) {
  const kB = (size) => `${(size / 1000).toFixed(size % 1000 === 0 ? 0 : 2)} kB`
  const bound = limit === undefined ? '' : `, limit ${kB(limit)}`
  const missed =
    goal !== undefined && bytes > goal ? `, ${kB(bytes - goal)} over the goal of ${kB(goal)}` : ''
  return `${name}: ${kB(bytes)} gz${bound}${missed}`
}

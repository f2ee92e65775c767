// A static server with the content policy a careful host would set, for everything the browser tests load.
// As a program it serves the built playground at / and the test page at /harness/, on a free port that it prints.
import { copyFileSync, cpSync, createReadStream, existsSync, mkdtempSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { headers } from '../scripts/headers.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.wat': 'text/plain; charset=utf-8',
}

/**
 * @param {Record<string, string>} mounts URL prefix to folder, longest prefix first
 * @param {Record<string, string>} [extra] headers that replace ours
 * @param {(body: string) => void} [onReport] given what a page posts to /report
 * @returns {Promise<{ origin: string, port: number, close: () => Promise<void> }>}
 */
export function serve(mounts, extra = {}, onReport = () => {}) {
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        onReport(body)
        response.writeHead(204).end()
      })
      return
    }
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    for (const [name, value] of Object.entries({ ...headers, ...extra })) response.setHeader(name, value)
    if (path === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    const file = find(mounts, path)
    if (!file) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found')
      return
    }
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Cache-Control': 'no-store',
    })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      const close = () =>
        new Promise((done) => {
          server.closeAllConnections()
          server.close(() => done(undefined))
        })
      resolve({ origin: `http://localhost:${port}`, port, close })
    })
  })
}

function find(mounts, path) {
  for (const [prefix, folder] of Object.entries(mounts)) {
    if (!path.startsWith(prefix)) continue
    const file = join(folder, normalize(`/${path.slice(prefix.length)}`))
    const page = file.endsWith('/') ? `${file}index.html` : file
    if (existsSync(page) && statSync(page).isFile()) return page
  }
  return undefined
}

/** Pages of their own, beside the package's worker as it is shipped. @returns {Promise<string>} */
export async function buildHarness() {
  const folder = mkdtempSync(join(tmpdir(), 'icn-harness-'))
  await build({
    entryPoints: ['harness', 'smoke', 'late', 'corpus', 'records', 'libp2p'].map((name) =>
      join(root, `e2e/pages/${name}.ts`),
    ),
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
  for (const [from, to] of [
    ['e2e/pages/harness.html', 'index.html'],
    ['e2e/pages/smoke.html', 'smoke.html'],
    ['e2e/pages/late.html', 'late.html'],
    ['e2e/pages/corpus.html', 'corpus.html'],
    ['e2e/pages/records.html', 'records.html'],
    ['dist/worker.js', 'worker.js'],
  ])
    copyFileSync(join(root, from), join(folder, to))
  cpSync(join(root, 'dist/chunks'), join(folder, 'chunks'), { recursive: true })
  return folder
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await serve({
    '/harness/': await buildHarness(),
    '/samples/': join(root, 'public/samples'),
    '/': join(root, 'dist-playground'),
  })
  console.log(`listening on port ${port}`)
}

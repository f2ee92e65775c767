// Builds the package (dist) and the playground (dist-playground), then prints the sizes and fails over budget.
// `--package` leaves the playground out.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { rolldown } from 'rolldown'
import { trimDist } from './lib/dist.mjs'
import { root, run } from './lib/process.mjs'
import { workerChunks } from './lib/worker-chunks.mjs'
import { measure, report } from './size.mjs'

async function must(command, args) {
  const { code } = await run(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}.`)
}

export async function buildPackage() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await must('tsc', ['-p', 'tsconfig.build.json'])
  const chunks = await bundleWorker()
  // Like the worker: the page the fixtures serve has no bundler behind it.
  await bundle({
    entryPoints: [join(root, 'src/testing/page.ts')],
    outfile: join(root, 'dist/testing/page.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    allowOverwrite: true,
    logLevel: 'warning',
  })
  writeFileSync(join(root, 'dist/licenses.txt'), licenses())
  const { exports, bin } = readManifest()
  const entries = [...Object.values(exports), bin].flatMap((target) =>
    typeof target === 'string' ? [] : Object.values(target),
  )
  // The fixtures serve that page to the browser by its name.
  const kept = [...entries, './dist/testing/page.js'].map((path) => relative('dist', path))
  trimDist(join(root, 'dist'), [...kept, ...chunks])
}

/**
 * Import maps do not reach module workers, so the worker carries its dependencies: in what it starts with, and in chunks
 * beside it that are loaded at their first use. A chunk's name tells its contents, so releases do not mix.
 * @returns its files, relative to dist
 */
async function bundleWorker() {
  const build = await rolldown({
    input: { worker: join(root, 'src/worker.ts') },
    cwd: root,
    platform: 'browser',
    preserveEntrySignatures: false,
    transform: { target: 'es2022' },
  })
  const { output } = await build.write({
    dir: join(root, 'dist'),
    format: 'es',
    minify: true,
    comments: false,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: workerChunks({ entryApart: true }),
  })
  await build.close()
  checkWorker(output)
  return output.map(({ fileName }) => fileName)
}

/** What the size of the start is a promise about: these are in it, and nothing is carried twice. */
const STARTS_WITH = ['@noble/ed25519', '@noble/hashes', 'comlink', 'idb']

function checkWorker(output) {
  const chunks = output.filter(({ type }) => type === 'chunk')
  const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules))
  const twice = modules.filter((id, at) => modules.indexOf(id) < at)
  if (twice.length > 0) throw new Error(`The worker carries twice: ${twice.join(', ')}.`)
  const start = Object.keys(chunks.find(({ name }) => name === 'start').modules)
  const missing = STARTS_WITH.filter((name) => !start.some((id) => id.includes(`/node_modules/${name}/`)))
  if (missing.length > 0) throw new Error(`The worker does not start with ${missing.join(', ')}.`)
}

const readManifest = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The texts that must travel with what the worker and that page carry inside. */
function licenses() {
  const { dependencies } = readManifest()
  return Object.keys(dependencies)
    .map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

export const buildPlayground = () => must('vite', ['build', '--logLevel', 'warn'])

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackage()
  const whole = !process.argv.includes('--package')
  if (whole) await buildPlayground()
  for (const size of await measure(whole)) {
    console.log(report(size))
    if (size.bytes > size.limit) process.exitCode = 1
  }
}

// Builds the package (dist) and the playground (dist-playground), then prints the sizes and fails over budget.
// `--package` leaves the playground out.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { trimDist } from './lib/dist.mjs'
import { root, run } from './lib/process.mjs'
import { measure, report } from './size.mjs'

async function must(command, args) {
  const { code } = await run(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}.`)
}

export async function buildPackage() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await must('tsc', ['-p', 'tsconfig.build.json'])
  // Import maps do not reach module workers and esbuild does not follow `new URL`, so the worker carries what it needs;
  // likewise the page the fixtures serve, which has no bundler behind it.
  for (const name of ['worker', 'testing/page'])
    await bundle({
      entryPoints: [join(root, `src/${name}.ts`)],
      outfile: join(root, `dist/${name}.js`),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      legalComments: 'none',
      allowOverwrite: true,
      logLevel: 'warning',
    })
  writeFileSync(join(root, 'dist/licenses.txt'), licenses())
  const { exports } = readManifest()
  const entries = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : Object.values(target),
  )
  // The fixtures serve this one to the browser by its name.
  trimDist(
    join(root, 'dist'),
    [...entries, './dist/testing/page.js'].map((path) => relative('dist', path)),
  )
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

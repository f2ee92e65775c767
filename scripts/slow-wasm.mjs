// The long suites of the rewriter, for `npm run test:slow`: 500,000 random modules judged against the plain module and
// the reference interpreter, 1,000,000 mutants of real modules. Seeds are fixed, so a failure comes back.
//
//   node scripts/slow-wasm.mjs [modules=500000] [mutants=1000000] [first=100000]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const options = { modules: 500_000, mutants: 1_000_000, first: 100_000 }
for (const word of process.argv.slice(2)) {
  const [name, value] = word.split('=')
  if (!(name in options) || !(Number(value) >= 0))
    throw new Error(`What is ${word}? See the head of this script.`)
  options[name] = Number(value)
}
/** Nothing takes this long: a share without a word is hanging. */
const SILENCE_MS = 120_000
const folder = mkdtempSync(join(tmpdir(), 'icn-slow-'))
const outfile = join(folder, 'slow.mjs')
await build({
  entryPoints: [fileURLToPath(new URL('../src/wasm/verify/slow.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile,
  logLevel: 'error',
})

function share(what, first, count, onProgress) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [outfile, what, String(first), String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const failures = []
    let at = first
    let rest = ''
    let done = {}
    let timer
    const arm = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        failures.push(`${what}: no word for ${SILENCE_MS / 1000} s after seed ${at}`)
        child.kill('SIGKILL')
      }, SILENCE_MS)
    }
    arm()
    child.stdout.on('data', (chunk) => {
      arm()
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        const said = JSON.parse(line)
        if ('at' in said) {
          onProgress(said.at - at)
          at = said.at
        } else if ('failure' in said) {
          failures.push(said.failure)
          console.log(said.failure)
        } else done = said.done
      }
    })
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (code !== 0 && failures.length === 0)
        failures.push(`${what}: a share ended with code ${code} after seed ${at}`)
      resolve({ failures, done })
    })
  })
}

let bad = 0
for (const what of ['modules', 'mutants']) {
  const total = options[what]
  if (total === 0) continue
  const shares = availableParallelism()
  const each = Math.ceil(total / shares)
  const began = Date.now()
  let reached = 0
  let shown = 0
  const ended = await Promise.all(
    Array.from({ length: shares }, (_, i) =>
      share(what, options.first + i * each, Math.min(each, total - i * each), (more) => {
        reached += more
        if (Date.now() - shown > 30_000) {
          shown = Date.now()
          console.log(`${what}: ${reached} of ${total}`)
        }
      }),
    ),
  )
  const sums = {}
  for (const { done } of ended)
    for (const [kind, count] of Object.entries(done)) sums[kind] = (sums[kind] ?? 0) + count
  const failures = ended.flatMap((one) => one.failures)
  bad += failures.length
  console.log(
    `${what}: ${total} in ${((Date.now() - began) / 1000).toFixed(0)} s, ${JSON.stringify(sums)}, failures ${failures.length}`,
  )
  for (const line of failures.filter((text) => text.startsWith(what))) console.log(line)
}
rmSync(folder, { recursive: true })
process.exit(bad > 0 ? 1 : 0)

// Runs benchmark suites: `npm run bench` all of them, `npm run bench -- metering --quick` one with its own options.
// A suite is a folder bench/<name> with a run.mjs; it prints ratios against named peers.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../bench/', import.meta.url))
const suites = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/run.mjs`))
const [first, ...rest] = process.argv.slice(2)
const named = first !== undefined && !first.startsWith('-')
if (named && !suites.includes(first)) {
  console.error(`No such suite: ${first}. There are: ${suites.join(', ')}.`)
  process.exit(2)
}
const chosen = named ? [first] : suites
let failed = 0
for (const suite of chosen) {
  console.log(`\n== ${suite}`)
  const { status } = spawnSync(
    process.execPath,
    [`${folder}${suite}/run.mjs`, ...(named ? rest : process.argv.slice(2))],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) failed = 1
}
process.exit(failed)

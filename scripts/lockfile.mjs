// A lockfile must work everywhere: it names no registry, and it names the package of every platform, also those that
// were out of reach when it was written (npm leaves such a one out, and then `npm ci` refuses the whole lockfile).
// `node scripts/lockfile.mjs` writes what is missing.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './lib/process.mjs'

const file = join(root, 'package-lock.json')
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

const read = () => JSON.parse(readFileSync(file, 'utf8'))

/** Optional dependencies that no entry of the lockfile answers, with the entry of what wants them. */
function missing(packages) {
  return Object.entries(packages).flatMap(([at, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(
        ([name]) => !(`node_modules/${name}` in packages) && !(`${at}/node_modules/${name}` in packages),
      )
      .map(([name, version]) => ({ name, version, dev })),
  )
}

/** @returns {string[]} */
export function lockfileProblems() {
  const { packages } = read()
  return [
    ...Object.entries(packages)
      .filter(([, entry]) => entry.resolved)
      .map(([name]) => `${name} names a registry`),
    ...missing(packages).map(({ name }) => `${name} is wanted and not named; run node scripts/lockfile.mjs`),
  ]
}

/** What the name of a platform's package says about where it belongs. */
function platform(name) {
  const has = (words) => words.filter((word) => new RegExp(`[-/]${word}(v7|l)?(-|$)`).test(name)).slice(0, 1)
  const [os, cpu] = [has(SYSTEMS), has(CPUS)]
  const libc = name.includes('musl') ? ['musl'] : name.includes('gnu') ? ['glibc'] : []
  return Object.fromEntries(Object.entries({ os, cpu, libc }).filter(([, words]) => words.length > 0))
}

function complete() {
  const lock = read()
  for (const { name, version, dev } of missing(lock.packages))
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(dev ? { dev } : {}),
      optional: true,
      ...platform(name),
    }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  complete()
  for (const problem of lockfileProblems()) console.log(problem)
}

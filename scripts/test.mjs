// Everything that must hold, in one run: types, style, import direction, units in Node and Chromium, the build and its
// sizes, the package as others get it, and what a person sees in a browser. The last line sums it up.
//   node scripts/test.mjs                all
//   node scripts/test.mjs lint unit      only these stages
//   node scripts/test.mjs --slow         the long suites: every scripts/slow-*.mjs
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureChromium } from './browser.mjs'
import { buildPackage, buildPlayground } from './build.mjs'
import { checkDocumentedCode } from './doc-code.mjs'
import { checkImports } from './imports.mjs'
import { root, run } from './lib/process.mjs'
import { Tally } from './lib/tally.mjs'
import { checkLinks, markdownFiles } from './links.mjs'
import { lockfileProblems } from './lockfile.mjs'
import { checkPackage } from './package.mjs'
import { measure, report } from './size.mjs'

const cache = join(root, '.cache')
const tally = new Tally()

/** A program whose exit code is the verdict; its output is shown when that is bad. */
const verdict =
  (command, ...args) =>
  async () => {
    const { code, output } = await run(command, args, { quiet: true })
    if (code !== 0) throw new Error(output.trim() || `${command} ended with code ${code}.`)
  }

function resultFile(name) {
  mkdirSync(cache, { recursive: true })
  const file = join(cache, name)
  rmSync(file, { force: true })
  return file
}

async function unit() {
  const file = resultFile('vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code, output } = await run('vitest', args, { minutes: 15 })
  if (!existsSync(file)) throw new Error(`vitest left no result. ${output}`)
  const result = JSON.parse(readFileSync(file, 'utf8'))
  // A file that fails to load has no failing tests of its own.
  const broken = result.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = result.numFailedTests + broken
  return { passed: result.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed }
}

async function browser() {
  const file = resultFile('playwright.json')
  const { code, output } = await run('playwright', ['test'], { minutes: 15 })
  if (!existsSync(file)) throw new Error(`Playwright left no result. ${output}`)
  const { stats, errors } = JSON.parse(readFileSync(file, 'utf8'))
  const failed = stats.unexpected + stats.flaky + errors.length
  return { passed: stats.expected, failed: code !== 0 && failed === 0 ? 1 : failed }
}

const stages = {
  async types() {
    await tally.check('types', verdict('tsc', '--noEmit', '-p', '.'))
  },
  async lint() {
    await tally.check('biome', verdict('biome', 'check', '--diagnostic-level=warn', '.'))
    await tally.check('imports run downward', () => {
      const { files, problems } = checkImports()
      if (problems.length > 0) throw new Error(problems.join('\n'))
      return `${files} files`
    })
    await tally.check('links in the documentation lead somewhere', () => {
      const { links, problems } = checkLinks(markdownFiles())
      if (problems.length > 0) throw new Error(problems.join('\n'))
      return `${links} links`
    })
    await tally.check(
      'the API documentation builds',
      verdict('typedoc', '--emit', 'none', '--treatWarningsAsErrors'),
    )
    await tally.check('nothing unused', verdict('knip', '--no-progress'))
    await tally.check('the lockfile works everywhere', () => {
      const problems = lockfileProblems()
      if (problems.length > 0) throw new Error(problems.join('\n'))
    })
  },
  async unit() {
    await tally.stage('units in Node and Chromium', unit)
  },
  async build() {
    await tally.check('the package builds', buildPackage)
    await tally.check('the playground builds', buildPlayground)
    for (const size of await measure())
      await tally.check(report(size), () => {
        if (size.bytes > size.limit) throw new Error(`${size.bytes - size.limit} bytes too many`)
      })
  },
  async package() {
    await checkPackage(tally)
    await tally.check('the code in the documentation compiles', checkDocumentedCode)
  },
  async e2e() {
    await tally.stage('in the browser', browser)
  },
}

/** Each long suite prints the same last line as this script; it is added here. */
async function slow() {
  for (const script of readdirSync(join(root, 'scripts')).filter((name) => /^slow-.*\.mjs$/.test(name)))
    await tally.stage(script, async () => {
      const { code, output } = await run('node', [join(root, 'scripts', script)], { quiet: true })
      console.log(output)
      const last = output.trimEnd().match(/(\d+) passed, (\d+) failed$/)
      if (!last) throw new Error(`${script} ended with code ${code} and no count.`)
      const failed = Number(last[2])
      return { passed: Number(last[1]), failed: code !== 0 && failed === 0 ? 1 : failed }
    })
}

const asked = process.argv.slice(2)
console.log(`Browser: ${ensureChromium().executablePath}`)
if (asked.includes('--slow')) await slow()
else
  for (const [name, stage] of Object.entries(stages)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    console.log(`\n${name}`)
    try {
      await stage()
    } catch (error) {
      await tally.check(name, () => {
        throw error
      })
    }
  }

if (tally.failures.length > 0)
  console.log(`\nFailed:\n${tally.failures.map((name) => `  ${name}`).join('\n')}`)
process.exitCode = tally.failed > 0 ? 1 : 0
console.log(`\n${tally.passed} passed, ${tally.failed} failed`)

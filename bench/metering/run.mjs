/**
 * What metering costs, in Chromium: kernels and third-party modules, each beside its plain self in the same run.
 *
 *   npm run bench -- metering [--quick] [--only fib,tak] [--rounds 9] [--warm 15] [--part kernels|third-party|size]
 *                             [--short]
 *
 * `--short` is for kernels on a machine that has other work: best of many rounds of some milliseconds (page.ts), peers
 * that call the host in every block left out.
 *
 * Prints ratios to the plain module (median over interleaved rounds; `least` is best against best) and writes
 * bench/results/metering.json. A kernel without floats has the same bytes with and without NaN canonicalisation, so the
 * distance between those two columns there is what this machine's noise amounts to.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { findChromium } from '../../scripts/browser.mjs'
import { ewasm, perBlockGlobal, perBlockHostCall } from './peers.mjs'
import { geomean, least, printTable, ratio, summary } from './table.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    part: { type: 'string' },
    warm: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const rounds = Number(options.rounds ?? (options.short ? 30 : options.quick ? 5 : 11))
const wanted = options.only?.split(',')
/** Each part with when and how it was measured: a part run alone leaves the others of the file as they were. */
const results = {}
let browserVersion = ''
const record = (part, measured) => {
  results[part] = {
    when: new Date().toISOString(),
    browser: browserVersion,
    rounds,
    short: options.short,
    // What else the machine had to do: figures of a busy one are worth less.
    load: loadavg()[0],
    processors: cpus().length,
    ...measured,
  }
}

/** The rewriter as Node can import it. */
async function loadRewriter() {
  const outfile = join(tmpdir(), `icn-bench-${process.pid}.mjs`)
  await build({
    entryPoints: [here('../../src/wasm/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
  })
  const module = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  return module
}

async function kernels(page, { meter }) {
  const list = JSON.parse(readFileSync(here('../kernels/kernels.json'), 'utf8'))
  const rows = []
  const growth = []
  const compare = options.short ? least : ratio
  const columns = options.quick
    ? ['metered', 'no NaN']
    : options.short
      ? ['metered', 'no NaN', 'block global']
      : ['metered', 'no NaN', 'block global', 'host call', 'ewasm']
  for (const { name, n, result } of list) {
    if (wanted && !wanted.includes(name)) continue
    const bytes = new Uint8Array(readFileSync(here(`../kernels/${name}.wasm`)))
    const variants = [{ name: 'plain', bytes, metered: false }]
    const add = async (column, make, metered) => {
      if (!columns.includes(column)) return
      try {
        const made = await make(bytes)
        if (!WebAssembly.validate(made)) throw new Error('its output does not validate')
        variants.push({ name: column, bytes: made, metered })
      } catch (error) {
        console.log(`  ${name}: ${column} refused: ${String(error.message).slice(0, 80)}`)
      }
    }
    await add('metered', (plain) => meter(plain).bytes, true)
    await add('no NaN', (plain) => meter(plain, { canonicalNaN: false }).bytes, true)
    await add('block global', perBlockGlobal, false)
    await add('host call', perBlockHostCall, false)
    await add('ewasm', ewasm, false)
    // A host call per block is slower by orders of magnitude: two rounds of it say enough.
    const isSlow = (one) => one.name === 'host call' || one.name === 'ewasm'
    const run = (list, rounds, warm) =>
      page.evaluate(
        ([list, n, rounds, warm]) => globalThis.measure(list, n, rounds, warm),
        [
          list.map((one) => ({ ...one, base64: Buffer.from(one.bytes).toString('base64'), bytes: 0 })),
          n,
          rounds,
          warm,
        ],
      )
    const runShort = (list) =>
      page.evaluate(
        ([list, n, rounds]) => globalThis.measureShort(list, n, rounds),
        [
          list.map((one) => ({ ...one, base64: Buffer.from(one.bytes).toString('base64'), bytes: 0 })),
          n,
          rounds,
        ],
      )
    const quick = variants.filter((one) => !isSlow(one))
    const slow = variants.filter(isSlow)
    // The same bytes twice would only be noise twice.
    const [first, second] = ['metered', 'no NaN'].map((column) => quick.find(({ name }) => name === column))
    const same = options.short && first && second && Buffer.compare(first.bytes, second.bytes) === 0
    if (same) quick.splice(quick.indexOf(second), 1)
    const measured = options.short ? await runShort(quick) : await run(quick, rounds, 3)
    const beside = slow.length > 0 ? await run([variants[0], ...slow], 2, 1) : {}
    if (same) measured['no NaN'] = measured.metered
    const ratios = {}
    for (const [column, one] of Object.entries(measured)) {
      if (one.result !== measured.plain.result)
        throw new Error(`${name}: ${column} gives ${one.result}, not ${result}`)
      if (column !== 'plain') ratios[column] = compare(one.times, measured.plain.times)
    }
    for (const { name: column } of slow) {
      if (beside[column].result !== measured.plain.result)
        throw new Error(`${name}: ${column} gives ${beside[column].result}`)
      ratios[column] = ratio(beside[column].times, beside.plain.times)
    }
    ratios.least = least(measured.metered.times, measured.plain.times)
    if (measured.metered.fuel !== measured['no NaN'].fuel)
      throw new Error(`${name}: fuel differs between variants`)
    growth.push(variants[1].bytes.length / bytes.length)
    rows.push({ name, ratios, ms: Math.min(...measured.plain.times), fuel: measured.metered.fuel })
    process.stderr.write(
      `${name} ${Object.values(ratios)
        .map((one) => one.toFixed(2))
        .join(' ')}\n`,
    )
  }
  const how = options.short ? 'short interleaved rounds, best against best' : 'interleaved rounds'
  console.log(`\nKernels: time relative to the plain module (${rounds} ${how}, Chromium)`)
  const shown = [...columns, 'least']
  printTable(rows, shown)
  console.log(`code growth: geomean ${geomean(growth).toFixed(3)}, most ${Math.max(...growth).toFixed(3)}`)
  record('kernels', { rows, summary: summary(rows, shown), growth: geomean(growth) })
}

/** Code growth, speed of the rewriter, compile time, on the larger modules. */
async function sizes(page, { meter }) {
  const limits = {
    functions: 100_000,
    memoryPages: 65_536,
    tableElements: 10_000_000,
    functionBytes: 10_000_000,
    dataSegments: 100_000,
    brTableTargets: 100_000,
    nesting: 10_000,
    globals: 10_000,
    exports: 10_000,
    imports: 10_000,
    types: 10_000,
  }
  const { modules } = await import('./modules.mjs')
  const rows = []
  for (const { name, bytes } of await modules()) {
    if (wanted && !wanted.includes(name)) continue
    let metered
    try {
      metered = meter(bytes, { limits })
    } catch (error) {
      console.log(`  ${name}: refused: ${error.message.slice(0, 110)}`)
      continue
    }
    const times = []
    // The first rounds warm the rewriter's own code up.
    for (let round = -3; round < 9; round++) {
      const before = performance.now()
      meter(bytes, { limits })
      if (round >= 0) times.push(performance.now() - before)
    }
    times.sort((a, b) => a - b)
    const [plain, ours] = await page.evaluate(
      ([both, count]) => globalThis.compileTimes(both, count),
      [[bytes, metered.bytes].map((one) => Buffer.from(one).toString('base64')), 5],
    )
    rows.push({
      name,
      bytes: bytes.length,
      ratios: {
        growth: metered.bytes.length / bytes.length,
        'MB/s': bytes.length / 1e6 / (times[4] / 1e3),
        compile: ratio(ours, plain),
      },
    })
  }
  console.log(
    '\nWhole modules: code growth, metering speed (MB/s, in Node), compile time relative to the plain module',
  )
  printTable(rows, ['growth', 'MB/s', 'compile'], ['MB/s'])
  record('sizes', { rows })
}

const { executablePath, launchOptions } = findChromium()
const args = [...(launchOptions.args ?? []), ...(options.short ? ['--js-flags=--wasm-sync-tier-up'] : [])]
const browser = await chromium.launch({ ...launchOptions, args, executablePath, headless: true })
try {
  browserVersion = `Chromium ${browser.version()}`
  console.log(browserVersion)
  const page = await browser.newPage()
  // Isolated from other origins, a page has a clock of microseconds instead of tenths of milliseconds.
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  }
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>', headers }),
  )
  await page.goto('http://localhost/')
  const script = await build({
    entryPoints: [here('page.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  await page.addScriptTag({ content: script.outputFiles[0].text })
  const rewriter = await loadRewriter()
  const parts = options.part ? [options.part] : ['kernels', 'third-party', 'size']
  if (parts.includes('kernels')) await kernels(page, rewriter)
  if (parts.includes('third-party')) {
    const { thirdParty } = await import('./third-party.mjs')
    const measured = await thirdParty(browser, {
      loads: options.quick ? 1 : 3,
      rounds,
      wanted,
      ...(options.warm ? { warm: Number(options.warm) } : {}),
    })
    record('thirdParty', measured)
  }
  if (parts.includes('size')) await sizes(page, rewriter)
} finally {
  await browser.close()
}
const folder = here('../results/')
mkdirSync(folder, { recursive: true })
const file = `${folder}metering.json`
const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
writeFileSync(file, `${JSON.stringify({ ...before, ...results }, null, 1)}\n`)

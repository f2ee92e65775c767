// Packages from npm, metered as they load, in workers beside their plain selves.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { least, printTable, ratio, summary } from './table.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
export const MODES = ['plain', 'metered', 'no NaN']

async function bundle(entry, format) {
  const built = await build({
    entryPoints: [here(entry)],
    bundle: true,
    format,
    platform: 'browser',
    write: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': '"https://bench.invalid/"' },
    external: ['module', 'fs', 'path', 'crypto', 'url', 'worker_threads'],
  })
  return built.outputFiles[0].text
}

/** Name and wanted files of every driver, read from the drivers themselves. */
async function drivers() {
  const code = await bundle('drivers.ts', 'esm')
  const { DRIVERS } = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  return DRIVERS.map(({ name, files = [] }) => ({ name, files }))
}

/**
 * @returns {Promise<{ name: string, refused?: string, results: Record<string, string>, modules: number,
 *   fuel: Record<string, string>, times: Record<string, number[]> }[]>}
 */
export async function measureThirdParty(browser, { rounds, wanted, modes = MODES, warm = 15, loads = 1 }) {
  const script = await bundle('third-party-worker.ts', 'iife')
  const page = await browser.newPage()
  await page.goto('about:blank')
  const out = []
  for (const { name, files } of await drivers()) {
    if (wanted && !wanted.includes(name)) continue
    const bytes = Object.fromEntries(
      files.map((path) => [path, readFileSync(here(`../../node_modules/${path}`)).toString('base64')]),
    )
    // An engine's luck with a module (what it inlines, where code lands) lasts as long as the load: so several loads.
    const each = []
    for (let load = 0; load < loads; load++) {
      const one = await page.evaluate(
        async ([script, name, files, modes, rounds, warm]) => {
          const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
          const workers = modes.map(() => new Worker(url))
          const ask = (worker, message) =>
            new Promise((resolve, reject) => {
              const end = setTimeout(() => reject(new Error('no answer in 60 s')), 60_000)
              worker.onmessage = ({ data }) => {
                clearTimeout(end)
                data.error ? reject(new Error(data.error)) : resolve(data.value)
              }
              worker.onerror = (event) => reject(new Error(event.message))
              worker.postMessage(message)
            })
          try {
            for (const [i, worker] of workers.entries())
              await ask(worker, { load: name, mode: modes[i], files })
            const times = Object.fromEntries(modes.map((mode) => [mode, []]))
            const results = {}
            const fuel = {}
            let modules = 0
            for (let round = -warm; round < rounds; round++)
              for (let i = 0; i < workers.length; i++) {
                const at = (i + round + warm) % workers.length
                const answer = await ask(workers[at], { run: true })
                results[modes[at]] = answer.result
                if (modes[at] !== 'plain') {
                  fuel[modes[at]] = answer.fuel
                  modules = Math.max(modules, answer.modules)
                }
                if (round >= 0) times[modes[at]].push(answer.time)
              }
            return { results, times, fuel, modules }
          } catch (error) {
            return { refused: String(error.message ?? error), results: {}, times: {}, fuel: {}, modules: 0 }
          } finally {
            for (const worker of workers) worker.terminate()
            URL.revokeObjectURL(url)
          }
        },
        [script, name, bytes, modes, rounds, warm],
      )
      each.push(one)
      if (one.refused) break
    }
    const last = each.at(-1)
    const times = Object.fromEntries(
      modes.map((mode) => [mode, each.flatMap((one) => one.times[mode] ?? [])]),
    )
    out.push({ name, ...last, times })
  }
  await page.close()
  return out
}

export async function thirdParty(browser, options) {
  const rows = []
  for (const one of await measureThirdParty(browser, options)) {
    if (one.refused) {
      console.log(`  ${one.name}: ${one.refused.slice(0, 160)}`)
      continue
    }
    const { name, results, times } = one
    if (results.metered !== results.plain || results['no NaN'] !== results.plain)
      throw new Error(`${name}: results differ: ${JSON.stringify(results).slice(0, 300)}`)
    const ratios = {
      metered: ratio(times.metered, times.plain),
      'no NaN': ratio(times['no NaN'], times.plain),
      least: least(times.metered, times.plain),
    }
    rows.push({ name, ratios, ms: Math.min(...times.plain), fuel: one.fuel.metered })
    process.stderr.write(
      `${name} ${Object.values(ratios)
        .map((value) => value.toFixed(2))
        .join(' ')} ${rows.at(-1).ms.toFixed(1)} ms\n`,
    )
  }
  console.log('\nThird-party packages through their own interfaces: time relative to the plain package')
  printTable(rows, ['metered', 'no NaN', 'least'])
  return { rows, summary: summary(rows, ['metered', 'no NaN', 'least']) }
}

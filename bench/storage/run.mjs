/**
 * What the storage core costs, in Chromium on a profile on disk, beside a bare IndexedDB loop that writes the same facts as
 * one row each (strict, 64 jobs of ten facts a transaction), in the same run.
 *
 *   npm run bench -- storage [--quick] [--rows 1000000]
 *
 * Prints ratios to the bare loop (medians) and writes bench/results/storage.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openBench } from './harness.mjs'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rows: { type: 'string' } },
  allowPositionals: true,
})
const quick = options.quick
const most = Number(options.rows ?? (quick ? 10_000 : 1_000_000))
const results = { when: new Date().toISOString(), quick }
const bench = await openBench()

const rate = await bench.call('rate', { jobs: quick ? 1000 : 4000, rounds: quick ? 3 : 5 })
results.rate = rate
console.log(
  `jobs of ten facts, 64 in flight, until answered          ${(rate.answered / rate.bare).toFixed(2)} × bare rows`,
)
console.log(
  `the same until every row is in its page                  ${(rate.withPages / rate.bare).toFixed(2)} × bare rows (goal 1.0)`,
)

const latency = await bench.call('latency', { count: quick ? 200 : 1000 })
results.latency = latency
console.log(
  `one durable job alone, p50 / p99                         ${(latency.p50 / latency.bareP50).toFixed(2)} / ${(latency.p99 / latency.bareP99).toFixed(2)} × one bare strict put (goal 2.0)`,
)

const scan = await bench.call('scan', { rows: quick ? 10_000 : 50_000 })
results.scan = scan
console.log(
  `reading everything in key order, cold                    ${(scan.ours / scan.bare).toFixed(2)} × bare getAll`,
)

results.scale = []
let from = 0
for (const rows of [0, 10_000, 100_000, 1_000_000].filter((rows) => rows <= most)) {
  if (rows > 0) await bench.call('fill', { name: 'scale', from, to: rows })
  from = rows
  const times = await bench.call('cold', { name: 'scale', rows, rounds: 9 })
  results.scale.push({ rows, ...times })
  const base = results.scale[0]
  const text = Object.entries(times).map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`)
  console.log(
    `${String(rows).padStart(9)} rows: ${text.join(', ')}; opening ${(times.open / base.open).toFixed(2)} × empty`,
  )
}
if (most > 0) results.gets = await bench.call('gets', { name: 'scale', rows: from, count: 1000 })
if (results.gets)
  console.log(
    `cold single gets: ${results.gets.perSecond.toFixed(0)} a second; memory ${JSON.stringify(results.gets.memory)}`,
  )

await bench.close()
const folder = fileURLToPath(new URL('../results/', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}storage.json`, `${JSON.stringify(results, null, 1)}\n`)

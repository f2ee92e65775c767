/**
 * What durability costs, in Chromium on a profile on disk: the runtime as a page starts it, beside a bare IndexedDB loop
 * in the same run. Prints ratios (medians of interleaved rounds) and writes bench/results/storage.json.
 *
 *   npm run bench -- storage [--quick] [--blocks 1000000]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import wabt from 'wabt'
import { openBench } from './harness.mjs'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, blocks: { type: 'string' } },
  allowPositionals: true,
})
const { quick } = options
const most = Number(options.blocks ?? (quick ? 10_000 : 1_000_000))
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const say = (what, text) => console.log(`${what.padEnd(58)} ${text}`)

// Reads its balance, so that every run has read what the one before it changed.
const GUEST = `(module
  (import "icn" "host_account_get_mana" (func $mana (result i64)))
  (memory (export "memory") 1)
  (func (export "run") (result i64) (call $mana)))`
const bytes = [...(await wabt()).parseWat('guest.wat', GUEST).toBinary({}).buffer]

const bench = await openBench()
const results = {
  when: new Date().toISOString(),
  quick,
  browser: bench.version,
  cores: cpus().length,
  /** The machine's, over the last minute: before and after. */
  load: [loadavg()[0]],
}

const tab = await bench.tab()
await tab.call('start', { database: 'rate' })
await tab.call('guest', { bytes })
const rounds = []
for (let round = 0; round < (quick ? 3 : 5); round++) {
  rounds.push(await tab.call('rate', { count: quick ? 320 : 1_280 }))
}
results.jobs = {
  ratio: median(rounds.map(({ ours, bare }) => ours / bare)),
  perSecond: median(rounds.map(({ ours }) => ours)),
  barePerSecond: median(rounds.map(({ bare }) => bare)),
  reruns: rounds.at(-1).reruns,
  jobs: rounds.length * (quick ? 320 : 1_280),
  rounds,
}
say(
  'durable jobs, end to end, 64 in flight',
  `${results.jobs.ratio.toFixed(2)} × bare rows (goal 1.0); ${results.jobs.reruns} of ${results.jobs.jobs} run again`,
)

results.latency = await tab.call('latency', { count: quick ? 100 : 500 })
say(
  'one durable job alone, p50 / p99',
  `${(results.latency.p50 / results.latency.bareP50).toFixed(2)} / ${(results.latency.p99 / results.latency.bareP99).toFixed(2)} × one bare strict transaction (goal 2.0)`,
)
await tab.call('close')

results.store = await tab.call('storeRate', { jobs: quick ? 1_000 : 4_000, rounds: quick ? 3 : 5 })
say(
  'the store alone, ten facts a job, until every row is placed',
  `${(results.store.withPages / results.store.bare).toFixed(2)} × bare rows`,
)
results.storeLatency = await tab.call('storeLatency', { count: quick ? 100 : 500 })
say(
  'one transaction of the store alone, p50',
  `${(results.storeLatency.p50 / results.storeLatency.bareP50).toFixed(2)} × one bare strict transaction`,
)
results.scan = await tab.call('scan', { rows: quick ? 5_000 : 50_000 })
say(
  'reading everything in key order, cold',
  `${(results.scan.ours / results.scan.bare).toFixed(2)} × bare getAll`,
)

const blocks = quick ? 2_000 : 20_000
await tab.call('fill', { name: 'verify', blocks, accounts: 0 })
await tab.call('bareFill', { name: 'bare-verify', blocks })
await tab.call('start', { database: 'verify' })
const checks = []
for (let round = 0; round < (quick ? 2 : 5); round++) {
  checks.push({ ours: await tab.call('verifyAll'), bare: await tab.call('bareVerify') })
}
await tab.call('close')
results.verifyAll = {
  blocks,
  ratio: median(checks.map(({ ours, bare }) => ours / bare)),
  perSecond: median(checks.map(({ ours }) => ours)),
  barePerSecond: median(checks.map(({ bare }) => bare)),
}
say(
  `verifyAll of ${blocks} blocks`,
  `${results.verifyAll.ratio.toFixed(2)} × bare read and SHA-256 (goal 0.8)`,
)

results.tabs = []
for (const count of [1, 2, 4]) {
  const database = `tabs-${count}`
  const tabs = []
  for (let n = 0; n < count; n++) {
    const one = await bench.tab()
    await one.call('start', { database })
    await one.call('guest', { bytes })
    tabs.push(one)
  }
  const each = (quick ? 240 : 960) / count
  const start = performance.now()
  await Promise.all(tabs.map((one) => one.call('jobs', { count: each })))
  const perSecond = ((each * count) / (performance.now() - start)) * 1_000
  const reruns = await Promise.all(tabs.map((one) => one.call('reruns')))
  results.tabs.push({ tabs: count, perSecond, reruns: reruns.reduce((sum, n) => sum + n, 0) })
  for (const one of tabs) {
    await one.call('close')
    await one.close()
  }
}
say(
  'all jobs of 1, 2 and 4 tabs on one database',
  results.tabs.map(({ perSecond }) => (perSecond / results.tabs[0].perSecond).toFixed(2)).join(' : '),
)

// Each size beside an empty database, in browser processes that did not do the filling: what that leaves the browser to
// do would be counted otherwise, and makes an empty database as slow to open.
await tab.call('start', { database: 'none' })
await tab.call('close')
results.scale = []
for (const blocks of [10_000, 100_000, 1_000_000].filter((count) => count <= most)) {
  const accounts = blocks / 10
  const filling = await bench.tab()
  const store = await filling.call('fill', { name: 'scale', blocks, accounts })
  const full = []
  const empty = []
  const first = []
  for (let process = 0; process < (quick ? 1 : 3); process++) {
    await bench.restart()
    const fresh = await bench.tab()
    const found = await fresh.call('opening', { databases: ['none', 'scale'], rounds: quick ? 3 : 9 })
    first.push(found.first)
    empty.push(...found.times[0])
    full.push(...found.times[1])
  }
  const row = { blocks, accounts, open: median(full), empty: median(empty), first: median(first), ...store }
  results.scale.push(row)
  say(
    `opening with ${blocks} blocks and ${accounts} accounts`,
    `${row.open.toFixed(0)} ms, ${(row.open / row.empty).toFixed(2)} × empty`,
  )
}

// Asking a large database and an empty one, on fresh pages, the same way.
results.asking = []
for (const [database, accounts] of [
  ['empty', 0],
  ['scale', most / 10],
]) {
  const one = await bench.tab()
  await one.call('start', { database })
  await one.call('guest', { bytes })
  const costs = await one.call('asking', { rounds: quick ? 20 : 100, accounts })
  const memory = await one.call('memory')
  results.asking.push({ blocks: accounts * 10, accounts, ...costs, memory })
  await one.call('close')
  await one.close()
}
const [empty, full] = results.asking
for (const what of ['balance', 'coldBalance', 'job', 'newest', 'jobs']) {
  say(`${what}: ${full.blocks} blocks against none`, `${(full[what] / empty[what]).toFixed(2)} ×`)
}
say(
  'memory of the worker, MB',
  `${(full.memory / 1e6).toFixed(1)} against ${(empty.memory / 1e6).toFixed(1)}`,
)

results.load.push(loadavg()[0])
await bench.close()
const folder = fileURLToPath(new URL('../results/', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}storage.json`, `${JSON.stringify(results, null, 1)}\n`)

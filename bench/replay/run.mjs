/**
 * What it takes to verify receipts, beside executing them the first time, in Chromium on a profile on disk. The peer is
 * the runtime itself: 1,000 runs of a mix of samples, durable, 64 in flight and one at a time; then all of their receipts
 * verified by its pool of workers and by the one thread alone, each by a runtime just started. Medians of interleaved
 * rounds, written to bench/results/replay.json.
 *
 *   npm run bench -- replay [--quick] [--rounds 5]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openBench } from '../storage/harness.mjs'
import { childrenMs } from './processor.mjs'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const { quick } = values
const count = quick ? 240 : 1_000
const rounds = Number(values.rounds)
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** Samples that complete on their own; the rest end otherwise, or submit jobs that are executed too. */
const MIX = ['hello', 'spend-mana', 'patronage', 'ranked-vote', 'ledger-hash', 'greeting']
const root = fileURLToPath(new URL('../../', import.meta.url))
const contracts = MIX.map((name) => [...readFileSync(`${root}public/samples/${name}.wasm`)])

const bench = await openBench({ entries: { page: 'bench/replay/page.ts', alone: 'bench/replay/worker.ts' } })
const results = {
  when: new Date().toISOString(),
  quick,
  browser: bench.version,
  cores: cpus().length,
  /** The machine's, over the last minute: before and after. */
  load: [loadavg()[0]],
  receipts: count,
  samples: MIX,
  rounds: [],
}
const tab = await bench.tab()
for (let round = 0; round < rounds; round++) {
  const times = {}
  const processor = {}
  /** The browser's, all processes and threads. */
  const measured = async (name, work) => {
    const before = childrenMs()
    times[name] = await work()
    if (before !== undefined) processor[name] = childrenMs() - before
  }
  for (const [name, inFlight] of [
    ['executed', 64],
    ['executedOneByOne', 1],
  ]) {
    await tab.call('start', { database: `${name}-${round}`, pool: false })
    await tab.call('take', { contracts })
    await measured(name, () => tab.call('run', { count, inFlight }))
    await tab.call('close')
  }
  for (const [name, pool] of round % 2 === 0
    ? [
        ['pool', true],
        ['alone', false],
      ]
    : [
        ['alone', false],
        ['pool', true],
      ]) {
    await tab.call('start', { database: `executed-${round}`, pool })
    await measured(name, () => tab.call('verify', { count }))
    await tab.call('close')
  }
  await tab.call('start', { database: `executed-${round}`, pool: true })
  times.abort = await tab.call('abort', { after: 150 })
  await tab.call('close')
  results.rounds.push({ ...times, processor })
}
await bench.close()
results.load.push(loadavg()[0])
const ratio = (name, to) => median(results.rounds.map((times) => times[name] / times[to]))
results.perReceiptMs = Object.fromEntries(
  ['executed', 'executedOneByOne', 'pool', 'alone'].map((name) => [
    name,
    median(results.rounds.map((times) => times[name] / count)),
  ]),
)
results.pool = ratio('pool', 'executed')
results.poolToOneByOne = ratio('pool', 'executedOneByOne')
results.alone = ratio('alone', 'executed')
const spent = results.rounds.filter(({ processor }) => processor.pool !== undefined)
if (spent.length > 0) {
  results.processor = Object.fromEntries(
    ['pool', 'alone'].map((name) => [
      name,
      median(spent.map(({ processor }) => processor[name] / processor.executed)),
    ]),
  )
}
results.abortMs = median(results.rounds.map(({ abort }) => abort))

const say = (what, text) => console.log(`${what.padEnd(58)} ${text}`)
say(
  `verifying ${count} receipts by a pool, per receipt`,
  `${results.pool.toFixed(2)} × executing them, 64 in flight (goal 0.7)`,
)
say('the same', `${results.poolToOneByOne.toFixed(2)} × executing them one by one`)
say('by the one thread alone', `${results.alone.toFixed(2)} × executing them, 64 in flight`)
if (results.processor !== undefined) {
  const { pool, alone } = results.processor
  say('processor time', `${pool.toFixed(2)} × by the pool, ${alone.toFixed(2)} × by the one thread`)
}
say('an abort, until it has ended', `${results.abortMs.toFixed(1)} ms`)
const { executed, pool } = results.perReceiptMs
say(
  'per receipt',
  `executed ${executed.toFixed(2)} ms, verified ${pool.toFixed(2)} ms; load ${results.load.map((n) => n.toFixed(1)).join(' to ')}`,
)
const folder = fileURLToPath(new URL('../results/', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}replay.json`, `${JSON.stringify(results, null, 1)}\n`)

/**
 * A co-operative of more and more nodes, simulated in one thread: `npm run bench -- scale [--sizes 10,20,30,40,50]`.
 * Whole runtimes on a network with latency, loss and a partition, in virtual time; each size in a process of its own. What
 * is counted is exact and comes again with the same seed; processor time and memory are of the machine. Written to
 * bench/results/scale.json, which docs/scaling.md reads.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { withSuite } from '../bundled.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '10,20,30,40,50' } },
  allowPositionals: true,
})
const sizes = values.sizes.split(',').map(Number)
if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 4 && size <= 200)) {
  console.error(`--sizes must be numbers of nodes from 4 to 200, got ${values.sizes}.`)
  process.exit(2)
}

/** Least squares on logarithms: the power of the number of nodes that a figure grows with. */
function exponent(points) {
  const logs = points.filter(([, y]) => y > 0).map(([x, y]) => [Math.log(x), Math.log(y)])
  if (logs.length < 2) return null
  const mean = (at) => logs.reduce((sum, point) => sum + point[at], 0) / logs.length
  const [mx, my] = [mean(0), mean(1)]
  const slope =
    logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
  return Number(slope.toFixed(2))
}

function powers(rows) {
  const of = (read) => exponent(rows.map((row) => [row.nodes, read(row)]))
  return {
    meetCheckedPerNode: of(({ steps }) => steps.met.checkedPerNode),
    meetDeliveredPerNode: of(({ steps }) => steps.met.deliveredPerNode),
    peaceCheckedPerNode: of(({ steps }) => steps.idle.checkedPerNode),
    peaceDeliveredPerNode: of(({ steps }) => steps.idle.deliveredPerNode),
    peaceSentPerNode: of(({ steps }) => steps.idle.sentPerNode),
    peaceBytesPerNode: of(({ steps }) => steps.idle.bytesPerNode),
    voteCheckedPerNode: of(({ steps }) => steps.voted.checkedPerNode),
    voteDeliveredPerNode: of(({ steps }) => steps.voted.deliveredPerNode),
    voteBytesPerNode: of(({ steps }) => steps.voted.bytesPerNode),
    peakPerSecond: of(({ peakPerSecond }) => peakPerSecond),
    heapPerNode: of(({ heapBytes, nodes }) => heapBytes / nodes),
  }
}

function save(message, rows) {
  const { node } = process.versions
  const load = Number(loadavg()[0].toFixed(2))
  const sorted = rows.toSorted((a, b) => a.nodes - b.nodes)
  const result = {
    when: new Date().toISOString(),
    node,
    cores: cpus().length,
    load,
    message,
    powers: powers(sorted),
    rows: sorted,
  }
  mkdirSync(here('../results'), { recursive: true })
  writeFileSync(here('../results/scale.json'), `${JSON.stringify(result, null, 2)}\n`)
}

await withSuite(import.meta.url, (file) => {
  const measure = (size) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', file, String(size)], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
    if (status !== 0) throw new Error(`The suite of ${size} nodes ended with ${status}. ${stderr}`)
    return JSON.parse(stdout.trim().split('\n').at(-1))
  }
  const message = measure(0)
  console.log(`One message heard: ${message.ofEightPeersMs} ms of 8 peers, ${message.ofFiftyPeersMs} of 50,`)
  console.log(`${message.forAnotherMs} when it is for another.`)
  const rows = []
  for (const size of sizes) {
    const row = measure(size)
    rows.push(row)
    const { steps } = row
    console.log(
      `${size} nodes: ${steps.met.deliveredPerNode} messages a node to meet (${steps.met.checkedPerNode} checked), ` +
        `${(steps.idle.deliveredPerNode / steps.idle.seconds).toFixed(1)} a second in peace, ` +
        `${steps.voted.deliveredPerNode} while voting; agreed ${row.healed} s after the healing, ` +
        `${row.ended} s after the ends; peak ${row.peakPerSecond} a second; ${row.rejected} refused`,
    )

    // After each size, so that what was measured is kept when the rest takes too long.
    save(message, rows)
  }
  console.log('Powers of the number of nodes:', powers(rows))
})

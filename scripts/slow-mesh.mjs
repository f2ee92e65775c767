// Fifty whole nodes of one co-operative in one thread: loss, delay, a partition; all end with the same state.
import { run } from './lib/process.mjs'

const { code, output } = await run('vitest', ['run', '--project', 'node', 'src/runtime/simulation.test.ts'], {
  quiet: true,
  env: { ICN_NODES: process.env.ICN_NODES ?? '50' },
})
console.log(output)
const count = (/** @type {string} */ word) =>
  Number(new RegExp(`Tests .*?(\\d+) ${word}`).exec(output)?.[1] ?? 0)
console.log(`${count('passed')} passed, ${code === 0 ? 0 : Math.max(1, count('failed'))} failed`)
process.exit(code)

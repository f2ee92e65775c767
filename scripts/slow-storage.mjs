// Durability under fire: worker, page and browser killed at 200 random instants, the storage core under load, then the
// whole runtime with many jobs under way.
import { run } from './lib/process.mjs'

const { code, output } = await run('playwright', ['test', 'storage/faults', 'storage/job-faults'], {
  quiet: true,
  env: { ICN_INSTANTS: process.env.ICN_INSTANTS ?? '200', ICN_SEED: process.env.ICN_SEED ?? '7' },
})
console.log(output)
const count = (/** @type {string} */ word) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0)
console.log(`${count('passed')} passed, ${code === 0 ? 0 : Math.max(1, count('failed'))} failed`)
process.exit(code)

// The storage core under fire: worker, page and browser killed at 200 random instants under load.
import { run } from './lib/process.mjs'

const { code, output } = await run('playwright', ['test', 'storage/faults'], {
  quiet: true,
  env: { ICN_INSTANTS: process.env.ICN_INSTANTS ?? '200', ICN_SEED: process.env.ICN_SEED ?? '7' },
})
console.log(output)
console.log(code === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed')
process.exit(code)

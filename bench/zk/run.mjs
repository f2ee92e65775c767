/**
 * Groth16 verification beside snarkjs, and range proofs beside the crate that ICN uses, in Node:
 * `npm run bench -- zk [--proofs 60]`.
 *
 * snarkjs is GPL-3.0, so it is no dependency of this project, not even for development. Install it where you like and
 * name the folder, or put it here without saving it; without it our own figures are printed alone:
 *
 *   npm install --prefix ../snarkjs snarkjs && SNARKJS_FOLDER=../snarkjs npm run bench -- zk
 *   npm install --no-save snarkjs && npm run bench -- zk
 *
 * The crate is built by hand too, which takes Rust: bench/zk/peer/Cargo.toml says how; or name the file:
 *
 *   BULLETPROOFS_WASM=bulletproofs_peer.wasm npm run bench -- zk
 *
 * Every proof is checked by both, one after the other, and both must agree; medians of processor time, written to
 * bench/results/zk.json and zk-ranges.json.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { withSuite } from '../bundled.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values } = parseArgs({
  options: { proofs: { type: 'string', default: '60' } },
  allowPositionals: true,
})
const proofs = Number(values.proofs)
if (!Number.isSafeInteger(proofs) || proofs < 5) {
  console.error(`--proofs must be a whole number from 5 on, got ${values.proofs}.`)
  process.exit(2)
}

/** The peer and its version; null where it is not installed. */
async function findPeer() {
  const folder = process.env.SNARKJS_FOLDER
  const from = createRequire(folder === undefined ? import.meta.url : join(resolve(folder), 'any.js'))
  let file
  try {
    file = from.resolve('snarkjs')
  } catch (error) {
    if (folder !== undefined) throw new Error(`There is no snarkjs in ${folder}.`, { cause: error })
    return null
  }
  let root = dirname(file)
  while (!root.endsWith('snarkjs')) root = dirname(root)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { groth16 } = await import(pathToFileURL(file).href)
  return { version, groth16 }
}

/** Null where it has not been built. */
async function findRangePeer() {
  const built = 'peer/target/wasm32-unknown-unknown/release/bulletproofs_peer.wasm'
  const file = process.env.BULLETPROOFS_WASM ?? here(built)
  if (!existsSync(file)) {
    if (process.env.BULLETPROOFS_WASM !== undefined) throw new Error(`There is no ${file}.`)
    return null
  }
  const { instance } = await WebAssembly.instantiate(readFileSync(file))
  return instance.exports
}

function show({ name, ours, theirs }, peer) {
  const beside = theirs === null ? '' : `   ${peer} ${theirs.toFixed(1)} ms   ${(ours / theirs).toFixed(2)} ×`
  console.log(`${name.padEnd(32)} ${ours.toFixed(1).padStart(6)} ms${beside}`)
}

function keep(name, results) {
  mkdirSync(here('../results'), { recursive: true })
  writeFileSync(here(`../results/${name}.json`), `${JSON.stringify(results, null, 2)}\n`)
}

try {
  await withSuite(import.meta.url, async (file) => {
    const { compare, compareRanges, batched } = await import(pathToFileURL(file).href)
    const peer = await findPeer()
    if (peer === null) {
      console.log(
        'snarkjs is not installed: our figures alone. To compare, install it by hand (it is GPL-3.0):',
      )
      console.log(
        '  npm install --prefix ../snarkjs snarkjs && SNARKJS_FOLDER=../snarkjs npm run bench -- zk',
      )
    }
    const rows = await compare(proofs, peer?.groth16 ?? null)
    for (const row of rows) show(row, 'snarkjs')
    const together = batched(Math.ceil(proofs / 10))
    for (const row of together) show(row, 'one by one')
    const rangePeer = await findRangePeer()
    if (rangePeer === null)
      console.log('The crate is not built: our figures alone (bench/zk/peer/Cargo.toml).')
    const ranges = compareRanges(proofs, rangePeer)
    for (const row of ranges) show(row, 'bulletproofs 5')
    const run = { when: new Date().toISOString(), node: process.version, load: loadavg()[0], proofs }
    // Figures without the peer do not take the place of those beside it.
    if (peer !== null) keep('zk', { ...run, snarkjs: peer.version, rows })
    if (rangePeer !== null) keep('zk-ranges', { ...run, bulletproofs: '5.0.0, wasm32', ranges, together })
  })
} finally {
  // The peer keeps threads of its own.
  await globalThis.curve_bn128?.terminate()
}

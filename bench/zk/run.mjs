/**
 * Groth16 verification beside snarkjs, in Node: `npm run bench -- zk [--proofs 60]`.
 *
 * snarkjs is GPL-3.0, so it is no dependency of this project, not even for development. Install it where you like and
 * name the folder, or put it here without saving it; without it our own figures are printed alone:
 *
 *   npm install --prefix ../snarkjs snarkjs && SNARKJS_FOLDER=../snarkjs npm run bench -- zk
 *   npm install --no-save snarkjs && npm run bench -- zk
 *
 * Every proof is checked by both, one after the other, and both must agree; medians of processor time, written to
 * bench/results/zk.json.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

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

const out = mkdtempSync(here('.built-'))
try {
  const outfile = join(out, 'suite.mjs')
  await build({
    entryPoints: [here('suite.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  const { compare } = await import(pathToFileURL(outfile).href)
  const peer = await findPeer()
  if (peer === null) {
    console.log(
      'snarkjs is not installed: our figures alone. To compare, install it by hand (it is GPL-3.0):',
    )
    console.log('  npm install --prefix ../snarkjs snarkjs && SNARKJS_FOLDER=../snarkjs npm run bench -- zk')
  }
  const rows = await compare(proofs, peer?.groth16 ?? null)
  for (const { name, ours, theirs } of rows) {
    const beside =
      theirs === null ? '' : `   snarkjs ${theirs.toFixed(1)} ms   ${(ours / theirs).toFixed(2)} ×`
    console.log(`${name.padEnd(32)} ${ours.toFixed(1).padStart(6)} ms${beside}`)
  }
  if (peer !== null) {
    mkdirSync(here('../results'), { recursive: true })
    const results = {
      when: new Date().toISOString(),
      node: process.version,
      load: loadavg()[0],
      snarkjs: peer.version,
      proofs,
      rows,
    }
    writeFileSync(here('../results/zk.json'), `${JSON.stringify(results, null, 2)}\n`)
  }
} finally {
  rmSync(out, { recursive: true, force: true })
  // The peer keeps threads of its own.
  await globalThis.curve_bn128?.terminate()
}

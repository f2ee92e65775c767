// Rebuilds bench/kernels/*.wasm from the C beside them. Needs clang with the wasm32 target and wasm-ld (Debian: clang
// lld); the built files are committed, so nobody needs them to run tests or the bench.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../bench/kernels/', import.meta.url))
const FLAGS = [
  '--target=wasm32',
  '-O2',
  '-nostdlib',
  '-ffreestanding',
  '-fno-builtin-memset',
  '-Wall',
  '-Wno-unused-function',
]
const LINK = ['-Wl,--no-entry', '-Wl,--export=run', '-Wl,--strip-debug', '-Wl,-z,stack-size=65536']

const only = process.argv.slice(2)
for (const file of readdirSync(folder).filter((name) => name.endsWith('.c'))) {
  const name = file.slice(0, -2)
  if (only.length > 0 && !only.includes(name)) continue
  const out = `${folder}${name}.wasm`
  execFileSync('clang', [...FLAGS, ...LINK, '-o', out, `${folder}${file}`], { stdio: 'inherit' })
  console.log(`${name}.wasm ${statSync(out).size}`)
}

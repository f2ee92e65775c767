// Larger modules as files, for code growth, metering speed and compile time.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILES = {
  'sql.js': 'sql.js/dist/sql-wasm-browser.wasm',
  'sql.js debug': 'sql.js/dist/sql-wasm-browser-debug.wasm',
  rapier2d: '@dimforge/rapier2d-compat/dist/rapier_wasm2d_bg.wasm',
  brotli: 'brotli-wasm/pkg.web/brotli_wasm_bg.wasm',
  zstd: '@bokuweb/zstd-wasm/dist/esm/zstd.wasm',
  oniguruma: 'vscode-oniguruma/release/onig.wasm',
  'source-map': 'source-map/lib/mappings.wasm',
  snappy: 'snappy-wasm/es/snappy_bg.wasm',
}

export async function modules() {
  return Object.entries(FILES).map(([name, path]) => ({
    name,
    bytes: new Uint8Array(
      readFileSync(fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url))),
    ),
  }))
}

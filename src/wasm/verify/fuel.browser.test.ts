/** Wasmtime's figures, in Chromium. */
import { fuelSuite } from './fuel.suite.ts'

const files = import.meta.glob<string>('../../../bench/kernels/*.wasm', {
  query: '?url',
  import: 'default',
  eager: true,
})
fuelSuite(async (path) => new Uint8Array(await (await fetch(files[`../../../${path}`]!)).arrayBuffer()), [])

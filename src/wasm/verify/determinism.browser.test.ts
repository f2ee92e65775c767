/** The corpus in Chromium. */
import { determinismSuite } from './determinism.suite.ts'

const files = import.meta.glob<string>('../../../bench/kernels/*.wasm', {
  query: '?url',
  import: 'default',
  eager: true,
})
determinismSuite(
  async (path) => new Uint8Array(await (await fetch(files[`../../../${path}`]!)).arrayBuffer()),
)

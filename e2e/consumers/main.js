// What a newcomer writes: start, run, read the receipt back.
import { startRuntime } from 'icn-runtime-web'

const runtime = await startRuntime({ database: 'consumer' })
const response = await fetch(new URL('hello.wasm', document.baseURI))
const { result, receiptCid } = await runtime.run(new Uint8Array(await response.arrayBuffer()))
const { signatureValid } = await runtime.receipts.get(receiptCid)
document.body.textContent = `result ${result}, signature ${signatureValid ? 'valid' : 'not valid'}, ${receiptCid}`

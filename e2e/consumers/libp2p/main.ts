// A page of its own that wants the mesh across machines: compiled under strict options, built by Vite, run.
import { type MeshPort, startRuntime } from 'icn-runtime-web'
import { type Libp2pMesh, type Libp2pMeshOptions, libp2pMesh } from 'icn-runtime-web/mesh/libp2p'

const options: Libp2pMeshOptions = { topic: 'icn-global', bid: false, receiptWaitMs: 5_000 }
const mesh: Libp2pMesh = await libp2pMesh(options)
const port: MeshPort = mesh
const runtime = await startRuntime({ database: 'consumer', mesh: port })
const response = await fetch(new URL('hello.wasm', document.baseURI))
const { result } = await runtime.run(new Uint8Array(await response.arrayBuffer()))
const { sent, dropped, relays } = mesh.stats()
await runtime.close()
document.body.textContent = `result ${result}, ${relays.length} relays, ${sent + dropped} messages out, ${mesh.peerId}`

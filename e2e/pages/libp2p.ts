/** What a page that wants js-libp2p loads beside the harness: `await import('/harness/libp2p.js')`. */
export { webRTC } from '@libp2p/webrtc'
export { libp2pMesh } from '../../src/mesh/libp2p/index.ts'

/**
 * The mesh across machines, over js-libp2p. It lives on the page's thread, where WebRTC is, and carries signed messages to the
 * runtime's worker and back; what they say is judged there.
 *
 * @module icn-runtime-web/mesh/libp2p
 */
export { libp2pMesh } from './mesh.ts'
export type { Libp2pMesh, Libp2pMeshOptions, Libp2pStatistics, Libp2pTransport, RelayState } from './types.ts'

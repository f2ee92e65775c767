/**
 * `icn-runtime-web/mesh/libp2p`: the mesh across machines, over js-libp2p. It lives on the page's thread, where WebRTC is,
 * and carries signed messages to the runtime's worker and back; what they say is judged there.
 */
export {
  type Libp2pMesh,
  type Libp2pMeshOptions,
  type Libp2pStatistics,
  type Libp2pTransport,
  libp2pMesh,
} from './mesh.ts'
export type { RelayState } from './relays.ts'

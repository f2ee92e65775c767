// What the documentation's pieces of code take from the text around them, as what a reader would have there.
declare const runtime: import('icn-runtime-web').RuntimeClient
declare const bytes: Uint8Array
declare const data: Uint8Array
declare const did: string
declare const schema: string
declare const manifestCid: string
declare const receiptCid: string
declare const cid: string
declare const fileHandle: FileSystemFileHandle
declare const zkCredentialProofJson: string
declare const zkRevocationProofJson: string
declare function render(...what: unknown[]): void
declare const contract: Uint8Array
declare const test: typeof import('icn-runtime-web/testing').test
declare const expect: typeof import('icn-runtime-web/testing').expect
declare const startRuntime: typeof import('icn-runtime-web').startRuntime
declare const libp2pMesh: typeof import('icn-runtime-web/mesh/libp2p').libp2pMesh
declare const webRTC: typeof import('@libp2p/webrtc').webRTC

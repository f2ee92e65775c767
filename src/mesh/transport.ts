/** What carries messages between nodes: bytes to everybody, bytes from anybody. Nothing in it is believed. */
export interface MeshTransport {
  send(bytes: Uint8Array): void
  /** One listener; it is called with each message of others. */
  listen(listener: (bytes: Uint8Array) => void): void
  close(): void
}

/** Upstream's one gossip topic (ref §3.9). */
export const ICN_TOPIC = 'icn-global'

/** Pages of one origin: every node that joined under the same name hears every other. */
export class ChannelTransport implements MeshTransport {
  readonly #channel: BroadcastChannel

  constructor(name = ICN_TOPIC) {
    this.#channel = new BroadcastChannel(`icn-mesh:${name}`)
  }

  send(bytes: Uint8Array): void {
    this.#channel.postMessage(bytes)
  }

  listen(listener: (bytes: Uint8Array) => void): void {
    this.#channel.onmessage = ({ data }: MessageEvent) => {
      // Anything of the same origin may post here.
      if (data instanceof Uint8Array) listener(data)
    }
  }

  close(): void {
    this.#channel.close()
  }
}

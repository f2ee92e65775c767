/** Stays connected to the nodes named at the start, however often they go away. */
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { RelayState } from './types.ts'

const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000
const DIAL_MS = 10_000

export interface Known {
  readonly address: Multiaddr
  readonly peer: string
}

export class Relays {
  readonly #node: Libp2p
  readonly #known: readonly Known[]
  readonly #signal: AbortSignal
  readonly #failures = new Map<Known, string>()

  /** Goes on until the signal. */
  constructor(node: Libp2p, known: readonly Known[], signal: AbortSignal) {
    this.#node = node
    this.#known = known
    this.#signal = signal
    for (const one of known) void this.#keep(one)
  }

  states(): readonly RelayState[] {
    const there = new Set(this.#node.getPeers().map(String))
    return this.#known.map((known) => {
      const failure = this.#failures.get(known)
      const connected = there.has(known.peer)
      return { address: `${known.address}`, connected, ...(failure === undefined ? {} : { failure }) }
    })
  }

  async #keep(known: Known): Promise<void> {
    let pause = FIRST_PAUSE_MS
    while (!this.#signal.aborted) {
      const began = Date.now()
      await this.#stay(known)
      // Who throws us out at once is not asked again at once.
      if (Date.now() - began > MOST_PAUSE_MS) pause = FIRST_PAUSE_MS
      await until(this.#signal, (done) => {
        const timer = setTimeout(done, pause * (0.5 + Math.random()))
        return () => clearTimeout(timer)
      })
      pause = Math.min(2 * pause, MOST_PAUSE_MS)
    }
  }

  /** Connects, and waits for the end of it. */
  async #stay(known: Known): Promise<void> {
    const failed = new AbortController()
    const left = until(AbortSignal.any([this.#signal, failed.signal]), (done) => {
      const leave = ({ detail }: CustomEvent<PeerId>) => `${detail}` === known.peer && done()
      this.#node.addEventListener('peer:disconnect', leave)
      return () => this.#node.removeEventListener('peer:disconnect', leave)
    })
    try {
      await this.#node.dial(known.address, { signal: AbortSignal.timeout(DIAL_MS) })
      this.#failures.delete(known)
    } catch (error) {
      // A WebSocket that does not open fails with an event, which says nothing of why.
      const { message } = error as { readonly message?: string }
      this.#failures.set(known, message || 'The connection was not made; the browser gives no reason.')
      failed.abort()
    }
    await left
  }
}

/** What `begin` waits for, or the signal, whichever comes first; then it is undone. */
function until(signal: AbortSignal, begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      undo()
      resolve()
    }
    const undo = begin(done)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done)
  })
}

/**
 * A transport at the other end of a `MessagePort`: the network lives on the page's thread (WebRTC exists only there), the
 * node in the worker. Both ends are the same. A `Uint8Array` is a message, true says that one was taken, false that the
 * other end has closed. What the other end has not taken yet is bounded: beyond that it waits here, and beyond
 * that it is dropped and counted.
 */
import type { MeshTransport } from './transport.ts'

/** On their way to the other thread, not yet taken. */
const WINDOW = 64
/** Waiting here for the window: messages and bytes. */
const MOST_WAITING = 1_024
const MOST_WAITING_BYTES = 16 * 1_048_576

export class PortTransport implements MeshTransport {
  /** Messages dropped because the other thread was too slow. */
  dropped = 0
  readonly #port: MessagePort
  readonly #closedThere: (() => void) | undefined
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #underWay = 0
  #closed = false
  #listener: ((bytes: Uint8Array) => void) | undefined

  /** @param closedThere called once, when the other end says that it closes */
  constructor(port: MessagePort, closedThere?: () => void) {
    this.#port = port
    this.#closedThere = closedThere
    port.onmessage = ({ data }: MessageEvent) => this.#hear(data)
  }

  send(bytes: Uint8Array): void {
    if (this.#closed) return
    if (this.#underWay < WINDOW) this.#post(bytes)
    else if (this.#waiting.length < MOST_WAITING && this.#waitingBytes + bytes.length <= MOST_WAITING_BYTES) {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
    } else this.dropped++
  }

  listen(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener
  }

  close(): void {
    if (this.#closed) return
    this.#port.postMessage(false)
    this.#end()
  }

  #post(bytes: Uint8Array): void {
    this.#underWay++
    // A copy: a view of a larger buffer would take all of that along, and `slice` of Node's Buffer is a view.
    const whole = new Uint8Array(bytes)
    this.#port.postMessage(whole, [whole.buffer])
  }

  #hear(data: unknown): void {
    if (this.#closed) return
    if (data instanceof Uint8Array) {
      this.#port.postMessage(true)
      this.#listener?.(data)
    } else if (data === true) {
      this.#underWay = Math.max(0, this.#underWay - 1)
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#waitingBytes -= next.length
      this.#post(next)
    } else if (data === false) {
      this.#end()
      this.#closedThere?.()
    }
  }

  #end(): void {
    this.#closed = true
    this.#waiting = []
    this.#port.close()
  }
}

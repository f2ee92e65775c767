/**
 * What this node says while nobody is there to hear it: kept for a while, since a relay may be on its way back, and since
 * the first words of a node that has just started must not be lost.
 */
const MOST = 256
const MOST_BYTES = 4 * 1_048_576
/** A message is refused as stale after 300 s. */
const MOST_AGE_MS = 60_000

export class Outbox {
  /** Messages nobody got. */
  dropped = 0
  #kept: { readonly bytes: Uint8Array; readonly at: number }[] = []
  #size = 0

  /** The oldest make way. @param at ms */
  keep(bytes: Uint8Array, at: number): void {
    this.#kept.push({ bytes, at })
    this.#size += bytes.length
    while (this.#kept.length > MOST || this.#size > MOST_BYTES) {
      this.#size -= this.#kept.shift()!.bytes.length
      this.dropped++
    }
  }

  /** All that is young enough, in the order it came. @param now ms */
  take(now: number): readonly Uint8Array[] {
    const kept = this.#kept
    this.#kept = []
    this.#size = 0
    const young = kept.filter(({ at }) => now - at <= MOST_AGE_MS)
    this.dropped += kept.length - young.length
    return young.map(({ bytes }) => bytes)
  }
}

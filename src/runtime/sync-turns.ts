/**
 * Whom a node asks when it catches up, and whom it leaves alone. Of many nodes each asks a few: a newcomer some of those
 * that are there, and of those some the newcomer; then one now and then, so that news spread in a number of rounds that
 * grows with the logarithm of the number of nodes.
 */
import type { Did } from '../common/did.ts'

/** Peers asked in one round: in peace, and where something may be lacking. */
export const ONE_PEER = 1
export const FEW_PEERS = 3
/** How long one that does not answer is left alone, ms: one that has answered before, and one that may be of another kind. */
const PAUSE_MS = 20_000
const LONG_PAUSE_MS = 300_000
/** A peer that was asked is not asked again for knowing something else within this time, ms. */
const AGAIN_MS = 20_000

export class SyncTurns {
  /** Until when a peer is left alone. */
  readonly #paused = new Map<string, number>()
  /** Peers that have answered since they were met: they speak of this. */
  readonly #speaking = new Set<string>()
  /** Peers to be asked first, and when each was asked last. */
  readonly #first = new Set<string>()
  readonly #asked = new Map<string, number>()

  /** @param present how many peers there are @returns most peers to ask soon for it; 0: none */
  met(peer: Did, present: number): number {
    const key = `${peer}`
    this.#paused.delete(key)
    this.#speaking.delete(key)
    if (this.#speaking.size === 0) return FEW_PEERS
    if (Math.random() * present >= FEW_PEERS) return 0
    this.#first.add(key)
    return ONE_PEER
  }

  /** A peer knows something that this node does not, or the other way. @returns whether to ask it soon */
  differs(peer: Did): boolean {
    const asked = this.#asked.get(`${peer}`)
    if (asked !== undefined && performance.now() - asked < AGAIN_MS) return false
    this.#first.add(`${peer}`)
    return true
  }

  /** In any order, so that many nodes that miss the same do not all ask the same one. */
  choose(present: readonly Did[], most: number): readonly Did[] {
    const now = performance.now()
    const there = present.filter((peer) => (this.#paused.get(`${peer}`) ?? 0) <= now)
    const rank = (peer: Did) => (this.#first.has(`${peer}`) ? 0 : 1) + Math.random()
    const chosen = there
      .map((peer) => [rank(peer), peer] as const)
      .sort(([a], [b]) => a - b)
      .map(([, peer]) => peer)
      .slice(0, most)
    // Peers that are gone need not be remembered.
    const names = new Set(present.map(String))
    for (const peer of this.#asked.keys()) if (!names.has(peer)) this.#asked.delete(peer)
    for (const peer of this.#speaking) if (!names.has(peer)) this.#speaking.delete(peer)
    this.#first.clear()
    for (const peer of chosen) this.#asked.set(`${peer}`, now)
    return chosen
  }

  answered(peer: Did): void {
    this.#speaking.add(`${peer}`)
  }

  silent(peer: Did): void {
    this.#pause(peer, this.#speaking.has(`${peer}`) ? PAUSE_MS : LONG_PAUSE_MS)
  }

  lied(peer: Did): void {
    this.#pause(peer, LONG_PAUSE_MS)
  }

  /** Everybody may be asked again. */
  forgive(): void {
    this.#paused.clear()
  }

  #pause(peer: Did, ms: number): void {
    const now = performance.now()
    for (const [key, until] of this.#paused) if (until <= now) this.#paused.delete(key)
    this.#paused.set(`${peer}`, now + ms)
  }
}

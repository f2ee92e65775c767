/**
 * Who is there and how they behave. Only what a verified signature names is held against anybody: whoever writes another's
 * name under a message must not be able to harm them.
 */
import type { Did } from '../common/did.ts'
import { Bucket } from './bucket.ts'

/** A peer not heard of for three heartbeats is gone (ref §3.9: one every 15 s). */
export const HEARTBEAT_MS = 15_000
const GONE_MS = 3 * HEARTBEAT_MS
/** Messages of one peer: at once, and per second on average. */
const BURST = 256
const PER_SECOND = 64
/** Each breach of the rules costs a point; at this many the peer is not listened to for a while. */
const MOST_POINTS = 10
const BAN_MS = 600_000
/** Peers remembered at once (ref §3.9). */
const MOST_PEERS = 1_000

interface Peer {
  readonly did: Did
  readonly bucket: Bucket
  seen: number
  online: boolean
  points: number
  bannedUntil: number
}

export class PeerBook {
  readonly #peers = new Map<string, Peer>()
  readonly #changed: (did: Did, state: 'joined' | 'left') => void

  constructor(changed: (did: Did, state: 'joined' | 'left') => void) {
    this.#changed = changed
  }

  /**
   * Notes a verified message.
   * @param asked it answers what was asked for: whoever answers quickly does not send too much
   * @returns false when its sender is banned or sends too much
   */
  hear(did: Did, now: number, asked = false): boolean {
    const peer = this.#peerOf(did, now)
    if (now < peer.bannedUntil) return false
    peer.seen = now
    if (!peer.online) {
      peer.online = true
      this.#changed(did, 'joined')
    }
    if (asked || peer.bucket.take(now)) return true
    this.breach(did, now)
    return false
  }

  leave(did: Did): void {
    const peer = this.#peers.get(did.toString())
    if (peer?.online) {
      peer.online = false
      this.#changed(did, 'left')
    }
  }

  /** A verified message that no honest node sends. */
  breach(did: Did, now: number): void {
    const peer = this.#peerOf(did, now)
    peer.points++
    if (peer.points < MOST_POINTS) return
    peer.points = 0
    peer.bannedUntil = now + BAN_MS
    this.leave(did)
  }

  isOnline(did: Did): boolean {
    return this.#peers.get(did.toString())?.online ?? false
  }

  isBanned(did: Did, now: number): boolean {
    return now < (this.#peers.get(did.toString())?.bannedUntil ?? 0)
  }

  present(now: number): readonly Did[] {
    for (const { did, online, seen } of this.#peers.values())
      if (online && now - seen > GONE_MS) this.leave(did)
    return [...this.#peers.values()].filter(({ online }) => online).map(({ did }) => did)
  }

  #peerOf(did: Did, now: number): Peer {
    const key = did.toString()
    let peer = this.#peers.get(key)
    if (peer === undefined) {
      if (this.#peers.size >= MOST_PEERS) this.#forgetOne(now)
      peer = {
        did,
        bucket: new Bucket(BURST, PER_SECOND, now),
        seen: now,
        online: false,
        points: 0,
        bannedUntil: 0,
      }
      this.#peers.set(key, peer)
    }
    return peer
  }

  /** The one heard of least lately, banned ones last. */
  #forgetOne(now: number): void {
    const [oldest] = [...this.#peers].sort(
      ([, a], [, b]) => Number(now < a.bannedUntil) - Number(now < b.bannedUntil) || a.seen - b.seen,
    )
    if (oldest === undefined) return
    this.leave(oldest[1].did)
    this.#peers.delete(oldest[0])
  }
}

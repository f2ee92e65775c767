/** Range proofs, made and checked by us and by the crate that ICN uses, in turn. Milliseconds of processor time. */
import { littleEndian } from '../../src/common/bytes.ts'
import { verifyRange } from '../../src/zk/range-proof.ts'
import { proveRange } from '../../src/zk/range-prover.ts'
import type { Row } from './suite.ts'
import { measured, median, WARM } from './timing.ts'

/** What `bench/zk/peer` exports, built as WebAssembly. */
export interface RangePeer {
  readonly memory: WebAssembly.Memory
  buffer(): number
  /** 1 when what is in the buffer holds. */
  verify(seed: bigint): number
  /** Into the buffer. */
  prove(value: bigint, blinding: bigint, seed: bigint): void
}

const BYTES = 704

/** Each proof is checked by both, whoever made it. @throws when one of them says other than it must */
export function compareRanges(proofs: number, peer: RangePeer | null): readonly Row[] {
  const [making, checking, refusing] = [newTimes(), newTimes(), newTimes()]
  for (let i = 0; i < proofs + WARM; i++) {
    const value = littleEndian(crypto.getRandomValues(new Uint8Array(8)))
    const blinding = BigInt(i + 1)
    let proof = new Uint8Array(0)
    making.ours.push(
      measured(() => {
        proof = Uint8Array.from(proveRange(value, null, crypto.getRandomValues(new Uint8Array(32))))
      }),
    )
    if (peer !== null) {
      making.theirs.push(measured(() => peer.prove(value, blinding, BigInt(i))))
      // Half of those that are checked are theirs.
      if (i % 2 === 1) proof = bufferOf(peer).slice()
    }
    check(proof, true, checking, peer)
    const wrong = proof.slice()
    // A scalar's low bit: everything is computed before it shows.
    wrong[4 * 32]! ^= 1
    check(wrong, false, refusing, peer)
  }
  return [
    row('a range proof that holds', checking),
    row('one that does not', refusing),
    row('making one', making),
  ]
}

interface Times {
  readonly ours: number[]
  readonly theirs: number[]
}

const newTimes = (): Times => ({ ours: [], theirs: [] })

function row(name: string, { ours, theirs }: Times): Row {
  const of = (times: readonly number[]) => median(times.slice(WARM))
  return { name, ours: of(ours), theirs: theirs.length === 0 ? null : of(theirs) }
}

function check(proof: Uint8Array, expected: boolean, times: Times, peer: RangePeer | null): void {
  let ours = true
  times.ours.push(
    measured(() => {
      try {
        verifyRange(proof)
      } catch {
        ours = false
      }
    }),
  )
  if (ours !== expected) throw new Error(`ours: ${ours}, expected ${expected}.`)
  if (peer === null) return
  bufferOf(peer).set(proof)
  let theirs = 0
  times.theirs.push(
    measured(() => {
      theirs = peer.verify(1n)
    }),
  )
  if ((theirs === 1) !== expected) throw new Error(`the crate: ${theirs === 1}, expected ${expected}.`)
}

function bufferOf(peer: RangePeer): Uint8Array {
  return new Uint8Array(peer.memory.buffer, peer.buffer(), BYTES)
}

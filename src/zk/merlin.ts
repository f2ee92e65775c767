/**
 * Merlin transcripts (merlin.cool, v1.0): a proof's messages go in under labels, challenges come out. Of STROBE-128 v1.0.2
 * only meta-AD, AD and PRF are here, which is all that a transcript uses.
 */
import { keccakP } from '@noble/hashes/sha3.js'
import { u32le, u64le, utf8 } from '../common/bytes.ts'

/** Bytes of the state that operations work on. */
const RATE = 166
const FLAG_I = 1
const FLAG_A = 2
const FLAG_C = 4
const FLAG_M = 16

export class Transcript {
  readonly #words = new Uint32Array(50)
  readonly #state = new Uint8Array(this.#words.buffer)
  #at = 0
  #began = 0

  /** @param label names the protocol, so that no challenge of it is one of another */
  constructor(label: string) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 96])
    this.#state.set(utf8('STROBEv1.0.2'), 6)
    this.#permute()
    this.#begin(FLAG_M | FLAG_A)
    this.#absorb(utf8('Merlin v1.0'))
    this.append('dom-sep', utf8(label))
  }

  append(label: string, message: Uint8Array): void {
    this.#frame(label, message.length)
    this.#begin(FLAG_A)
    this.#absorb(message)
  }

  appendNumber(label: string, number: bigint): void {
    this.append(label, u64le(number))
  }

  /** What follows from all that went in so far; it goes in itself. */
  challenge(label: string, length: number): Uint8Array {
    this.#frame(label, length)
    this.#begin(FLAG_I | FLAG_A | FLAG_C)
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      out[i] = this.#state[this.#at]!
      this.#state[this.#at] = 0
      this.#advance()
    }
    return out
  }

  #frame(label: string, length: number): void {
    this.#begin(FLAG_M | FLAG_A)
    this.#absorb(utf8(label))
    this.#absorb(u32le(length))
  }

  #begin(flags: number): void {
    const before = this.#began
    this.#began = this.#at + 1
    this.#absorb(new Uint8Array([before, flags]))
    if ((flags & FLAG_C) !== 0 && this.#at !== 0) this.#run()
  }

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#state[this.#at]! ^= byte
      this.#advance()
    }
  }

  #advance(): void {
    this.#at++
    if (this.#at === RATE) this.#run()
  }

  #run(): void {
    this.#state[this.#at]! ^= this.#began
    this.#state[this.#at + 1]! ^= 0x04
    this.#state[RATE + 1]! ^= 0x80
    this.#permute()
    this.#at = 0
    this.#began = 0
  }

  /** Keccak-f[1600] works on little-endian words, as every platform with WebAssembly has them. */
  #permute(): void {
    keccakP(this.#words)
  }
}

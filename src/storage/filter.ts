/**
 * A Bloom filter over the keys of a run: says "not here" at once for almost every key that is not, so that asking for
 * something new (a block not stored yet) touches no page. Ten bits a key: one wrong "maybe" in a hundred.
 */
import { decoding, FRAME_HEADER, openFrame, sealFrame } from './frame.ts'
import { MalformedBytes } from './pack.ts'

const BITS_PER_KEY = 10
const PROBES = 7
const HEADER = FRAME_HEADER + 8

export class Filter {
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #bits: number

  private constructor(frame: Uint8Array<ArrayBuffer>) {
    this.#frame = frame
    this.#bits = (frame.length - HEADER) * 8
  }

  get bytes(): number {
    return this.#frame.length
  }

  static forKeys(run: number, count: number): Filter {
    const frame = new Uint8Array(HEADER + Math.ceil((Math.max(count, 8) * BITS_PER_KEY) / 8))
    new DataView(frame.buffer).setFloat64(FRAME_HEADER, run, true)
    return new Filter(frame)
  }

  static decode(run: number, value: unknown): Filter {
    const place = `filter of run ${run}`
    const frame = openFrame('filter', place, value)
    return decoding(place, () => {
      if (frame.length <= HEADER) throw new MalformedBytes('is empty')
      const inside = new DataView(frame.buffer, frame.byteOffset).getFloat64(FRAME_HEADER, true)
      if (inside !== run) throw new MalformedBytes(`belongs to run ${inside}`)
      return new Filter(frame)
    })
  }

  encode(): Uint8Array<ArrayBuffer> {
    return sealFrame('filter', this.#frame)
  }

  add(key: string): void {
    let [hash, step] = hashes(key)
    for (let i = 0; i < PROBES; i++) {
      const bit = (hash >>> 0) % this.#bits
      const at = HEADER + (bit >>> 3)
      this.#frame[at] = this.#frame[at]! | (1 << (bit & 7))
      hash = (hash + step) | 0
      step = (step + i) | 0
    }
  }

  /** False: certainly not. */
  mayHold(key: string): boolean {
    let [hash, step] = hashes(key)
    for (let i = 0; i < PROBES; i++) {
      const bit = (hash >>> 0) % this.#bits
      if ((this.#frame[HEADER + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return false
      hash = (hash + step) | 0
      step = (step + i) | 0
    }
    return true
  }
}

/** Two hashes of 32 bits; the probes lie at enhanced double hashing's distances. */
function hashes(key: string): [hash: number, step: number] {
  let a = 0x811c9dc5
  let b = 0x9e3779b1
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b + unit, 0x85ebca6b) ^ (b >>> 15)
  }
  return [mix(a ^ key.length), mix(b) | 1]
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

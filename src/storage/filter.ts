/**
 * A Bloom filter over the keys of a run: says "not here" at once for almost every key that is not, so that asking for
 * something new (a block not stored yet) touches no page. Ten bits a key: one wrong "maybe" in a hundred. Written by
 * filter-builder.ts.
 */
import { decoding, FRAME_HEADER, openFrame } from './frame.ts'
import { MalformedBytes } from './pack.ts'

export const PROBES = 7
export const FILTER_HEADER = FRAME_HEADER + 8

export class Filter {
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #bits: number

  private constructor(frame: Uint8Array<ArrayBuffer>) {
    this.#frame = frame
    this.#bits = (frame.length - FILTER_HEADER) * 8
  }

  get bytes(): number {
    return this.#frame.length
  }

  static decode(run: number, value: unknown): Filter {
    const place = `filter of run ${run}`
    const frame = openFrame('filter', place, value)
    return decoding(place, () => {
      if (frame.length <= FILTER_HEADER) throw new MalformedBytes('is empty')
      const inside = new DataView(frame.buffer, frame.byteOffset).getFloat64(FRAME_HEADER, true)
      if (inside !== run) throw new MalformedBytes(`belongs to run ${inside}`)
      return new Filter(frame)
    })
  }

  /** False: certainly not. */
  mayHold(key: string): boolean {
    let [hash, step] = hashes(key)
    for (let i = 0; i < PROBES; i++) {
      const bit = (hash >>> 0) % this.#bits
      if ((this.#frame[FILTER_HEADER + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return false
      hash = (hash + step) | 0
      step = (step + i) | 0
    }
    return true
  }
}

/** Two hashes of 32 bits; the probes lie at enhanced double hashing's distances. */
export function hashes(key: string): [hash: number, step: number] {
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

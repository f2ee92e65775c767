/** The filter of a run being written: takes the run's keys one by one. Read back by filter.ts. */
import { FILTER_HEADER, hashes, PROBES } from './filter.ts'
import { FRAME_HEADER, sealFrame } from './frame.ts'

const BITS_PER_KEY = 10

export class FilterBuilder {
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #bits: number

  private constructor(frame: Uint8Array<ArrayBuffer>) {
    this.#frame = frame
    this.#bits = (frame.length - FILTER_HEADER) * 8
  }

  get bytes(): number {
    return this.#frame.length
  }

  static forKeys(run: number, count: number): FilterBuilder {
    const frame = new Uint8Array(FILTER_HEADER + Math.ceil((Math.max(count, 8) * BITS_PER_KEY) / 8))
    new DataView(frame.buffer).setFloat64(FRAME_HEADER, run, true)
    return new FilterBuilder(frame)
  }

  encode(): Uint8Array<ArrayBuffer> {
    return sealFrame('filter', this.#frame)
  }

  add(key: string): void {
    let [hash, step] = hashes(key)
    for (let i = 0; i < PROBES; i++) {
      const bit = (hash >>> 0) % this.#bits
      const at = FILTER_HEADER + (bit >>> 3)
      this.#frame[at] = this.#frame[at]! | (1 << (bit & 7))
      hash = (hash + step) | 0
      step = (step + i) | 0
    }
  }
}

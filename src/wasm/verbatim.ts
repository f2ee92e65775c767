/** Untouched code, copied byte by byte but for two things: locals that have moved, and NaNs that are made canonical. */
import { Type } from './module.ts'
import { NanShape, type NanSites, NO_SITES } from './nan.ts'
import { Op } from './opcodes.ts'
import type { PlaceTable } from './places.ts'
import type { Writer } from './writer.ts'

const F32_NAN = [0x00, 0x00, 0xc0, 0x7f]
const F64_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
/** The canonical NaN, positive, as a constant instruction; by shape. */
const CANONICAL_NAN: readonly (readonly number[])[] = [
  [Op.f32Const, ...F32_NAN],
  [Op.f64Const, ...F64_NAN],
  [Op.prefixSimd, 0x0c, ...F32_NAN, ...F32_NAN, ...F32_NAN, ...F32_NAN],
  [Op.prefixSimd, 0x0c, ...F64_NAN, ...F64_NAN],
]
/** Compare with itself and select; by shape. */
const SELECT_NAN: readonly (readonly number[])[] = [
  [Op.f32Le, Op.i32Eqz, Op.select],
  [Op.f64Le, Op.i32Eqz, Op.select],
  [Op.prefixSimd, 0x41, Op.prefixSimd, 0x52],
  [Op.prefixSimd, 0x47, Op.prefixSimd, 0x52],
]

export class Verbatim {
  readonly #bytes: Uint8Array
  #out!: Writer
  #places!: PlaceTable
  #params = 0
  /** How far declared locals move. */
  #shift = 0
  #nextLocal = 0
  #nanSites: NanSites = NO_SITES
  #nextNan = 0
  /** Spare locals by NaN shape. */
  readonly #nanLocals = [0, 0, 0, 0]

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A body begins. @param shift how many parameters are added behind its own `params` */
  begin(out: Writer, places: PlaceTable, nanSites: NanSites, params: number, shift: number): void {
    this.#out = out
    this.#places = places
    this.#nanSites = nanSites
    this.#params = params
    this.#shift = shift
    this.#nextLocal = 0
    this.#nextNan = 0
  }

  /** Types of the spare locals it needs, which are those from `first` on. */
  locals(first: number): number[] {
    const types: number[] = []
    for (const shape of [NanShape.f32, NanShape.f64, NanShape.f32x4, NanShape.f64x2])
      if (this.#nanSites.has(shape)) {
        this.#nanLocals[shape] = first + types.length
        types.push(shape === NanShape.f32 ? Type.f32 : shape === NanShape.f64 ? Type.f64 : Type.v128)
      }
    return types
  }

  /** Where it is, for code that is copied twice. */
  get cursor(): readonly [local: number, nan: number] {
    return [this.#nextLocal, this.#nextNan]
  }

  set cursor([local, nan]: readonly [local: number, nan: number]) {
    this.#nextLocal = local
    this.#nextNan = nan
  }

  /** Copy untouched code, with NaNs made canonical where they can be seen. */
  copy(from: number, to: number): void {
    let at = from
    const sites = this.#nanSites
    for (; this.#nextNan < sites.count && sites.offset(this.#nextNan) <= to; this.#nextNan++) {
      const offset = sites.offset(this.#nextNan)
      this.#copyShifted(at, offset)
      this.#canonical(sites.shape(this.#nextNan))
      at = offset
    }
    this.#copyShifted(at, to)
  }

  /**
   * `select(nan, x, !(x <= x))`: engines make a branch of it that is hardly ever taken, and `<=` takes one jump where
   * `==` takes two. Of vectors, which have no such choice, `bitselect(x, nan, x == x)` by lanes.
   */
  #canonical(shape: number): void {
    const out = this.#out
    const local = this.#nanLocals[shape]!
    const scalar = shape === NanShape.f32 || shape === NanShape.f64
    out.byte(scalar ? Op.localSet : Op.localTee)
    out.u32(local)
    for (const byte of CANONICAL_NAN[shape]!) out.byte(byte)
    for (let reads = scalar ? 3 : 2; reads > 0; reads--) {
      out.byte(Op.localGet)
      out.u32(local)
    }
    for (const byte of SELECT_NAN[shape]!) out.byte(byte)
  }

  /** Copy with declared locals moved behind the added parameters. */
  #copyShifted(from: number, to: number): void {
    const out = this.#out
    if (this.#shift === 0) {
      out.copy(this.#bytes, from, to)
      return
    }
    const { locals, localCount } = this.#places
    const bytes = this.#bytes
    const limit = this.#params
    let at = from
    let next = this.#nextLocal
    while (next < localCount && locals[next]! < to) {
      const site = locals[next++]! + 1
      let index = bytes[site]!
      let end = site + 1
      if (index >= 0x80) {
        index &= 0x7f
        for (let shift = 7; ; shift += 7) {
          const byte = bytes[end++]!
          index |= (byte & 0x7f) << shift
          if (byte < 0x80) break
        }
      }
      if (index < limit) continue
      out.copy(bytes, at, site)
      out.u32(index + this.#shift)
      at = end
    }
    this.#nextLocal = next
    out.copy(bytes, at, to)
  }
}

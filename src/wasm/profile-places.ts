/**
 * Where profile mode counts: each defined function and each of its loops is a place with two counters, the fuel spent in
 * it and how often it was entered (calls of a function, trips of a loop). The counters are globals behind the meter's
 * own, so a trap leaves them as they are. Which place is which stands in a custom section of the metered module itself;
 * profile.ts reads it.
 */
import { overLimit } from './errors.ts'
import { Op } from './opcodes.ts'
import { METER_EXPORTS } from './types.ts'
import { Writer } from './writer.ts'

/** Counters beyond this many would not be a profile anybody reads; engines stop at a million globals. */
const MOST_PLACES = 200_000

export class ProfilePlaces {
  readonly #firstGlobal: number
  readonly #imported: number
  readonly #functions: number
  /** Offset of each loop and the function it is in, in pairs. */
  readonly #loops: number[] = []

  /**
   * @param firstGlobal index of the first counter
   * @param imported functions before the first that is defined
   */
  constructor(firstGlobal: number, imported: number, functions: number) {
    this.#firstGlobal = firstGlobal
    this.#imported = imported
    this.#functions = functions
    if (functions > MOST_PLACES) this.#tooMany(0)
  }

  get globals(): number {
    return (this.#functions + this.#loops.length / 2) * 2
  }

  function(index: number): number {
    return index - this.#imported
  }

  /** A new place. @param offset of the `loop` instruction in the original module */
  loop(index: number, offset: number): number {
    const place = this.#functions + this.#loops.length / 2
    if (place === MOST_PLACES) this.#tooMany(offset)
    this.#loops.push(index, offset)
    return place
  }

  /** Writes that a place has cost so much more. */
  spend(out: Writer, place: number, units: number): void {
    this.#add(out, this.fuelGlobal(place), units)
  }

  /** Writes that a place is entered once more. */
  enter(out: Writer, place: number): void {
    this.#add(out, this.fuelGlobal(place) + 1, 1)
  }

  fuelGlobal(place: number): number {
    return this.#firstGlobal + place * 2
  }

  /** Body of the function that gives the counter of a number: a tree of comparisons, since globals have no index. */
  writeReader(out: Writer): void {
    const size = out.placeholder()
    out.byte(0)
    if (this.globals === 0) {
      out.byte(Op.i64Const)
      out.byte(0)
    } else this.#readerBranch(out, 0, this.globals)
    out.byte(Op.end)
    out.patch(size)
  }

  /** The section `profile.ts` reads: first function, how many, how many loops, and of each its function and offset. */
  section(): { readonly name: string; readonly contents: Uint8Array } {
    const out = new Writer(32 + 4 * this.#loops.length)
    out.u32(this.#imported)
    out.u32(this.#functions)
    out.u32(this.#loops.length / 2)
    for (const number of this.#loops) out.u32(number)
    return { name: METER_EXPORTS.profile, contents: out.finish() }
  }

  #tooMany(offset: number): never {
    const what = 'a number of functions and loops to profile'
    throw overLimit('profilePlaces', what, MOST_PLACES + 1, MOST_PLACES, 'code', offset)
  }

  #add(out: Writer, global: number, units: number): void {
    out.byte(Op.globalGet)
    out.u32(global)
    out.byte(Op.i64Const)
    out.signed(units)
    out.byte(Op.i64Add)
    out.byte(Op.globalSet)
    out.u32(global)
  }

  #readerBranch(out: Writer, from: number, to: number): void {
    if (to - from === 1) {
      out.byte(Op.globalGet)
      out.u32(this.#firstGlobal + from)
      return
    }
    const middle = (from + to) >>> 1
    out.byte(Op.localGet)
    out.u32(0)
    out.byte(Op.i32Const)
    out.signed(middle)
    out.byte(Op.i32LtU)
    out.byte(Op.if)
    out.byte(0x7e)
    this.#readerBranch(out, from, middle)
    out.byte(Op.else)
    this.#readerBranch(out, middle, to)
    out.byte(Op.end)
  }
}

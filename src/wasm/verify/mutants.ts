/** Mutants of real modules: whatever the bytes, `meter` and `inspect` answer in bounded time, with an IcnError or a valid module. */
import { IcnError } from '../../common/errors.ts'
import { inspect, meter } from '../index.ts'
import { generate } from './generator.ts'
import { Random } from './random.ts'
import { recorded } from './recorded.ts'

/** Most processor time that one mutant may take; the clock on the wall would blame us for what others do. */
export const BOUND_MS = 2_000

export interface Tally {
  accepted: number
  refused: number
  slowest: number
}

/** The recorded corpus, which has every section and operator, and random modules. */
export function corpus(): Uint8Array<ArrayBuffer>[] {
  const real = recorded.modules.flatMap(({ wasm }) =>
    wasm === undefined ? [] : [Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0))],
  )
  return [...real, ...Array.from({ length: 40 }, (_, seed) => generate(seed + 1_000_000).bytes)]
}

const INTERESTING = [
  0x00, 0x01, 0x0b, 0x3f, 0x40, 0x5f, 0x60, 0x6f, 0x70, 0x7b, 0x7f, 0x80, 0xc0, 0xfc, 0xfd, 0xfe, 0xff,
]

export function mutate(all: readonly Uint8Array<ArrayBuffer>[], random: Random): Uint8Array<ArrayBuffer> {
  let bytes = random.pick(all).slice()
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(bytes.length + 1)
    const length = 1 + random.below(random.chance(80) ? 4 : 64)
    const rest = bytes.subarray(Math.min(at + length, bytes.length))
    const start = bytes.subarray(0, at)
    switch (random.below(9)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << random.below(8)
        break
      case 1:
      case 2:
        if (at < bytes.length) bytes[at] = random.pick(INTERESTING)
        break
      case 3:
        if (at < bytes.length) bytes[at] = random.below(256)
        break
      case 4:
        bytes = join(start, rest)
        break
      case 5:
        bytes = join(start, bytes.slice(at, at + length), bytes.subarray(at))
        break
      case 6: {
        const other = random.pick(all)
        const from = random.below(other.length)
        bytes = join(
          start,
          other.subarray(from, from + length),
          random.chance(50) ? rest : bytes.subarray(at),
        )
        break
      }
      case 7:
        // An overlong or gigantic number.
        bytes = join(
          start,
          new Uint8Array(random.below(12)).fill(0xff),
          new Uint8Array([random.pick([0x00, 0x0f, 0x7f, 0x80])]),
          rest,
        )
        break
      default:
        if (random.chance(30)) bytes = bytes.slice(0, at)
    }
  }
  return bytes
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** @throws Error naming the seed, where something other than the two good ends came of it */
export function judgeMutant(all: readonly Uint8Array<ArrayBuffer>[], seed: number, tally: Tally): void {
  const bytes = mutate(all, new Random(seed))
  const before = process.cpuUsage()
  const complain = (what: string, cause?: unknown): never => {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    throw new Error(`mutant ${seed}: ${what}\n${hex}`, { cause })
  }
  for (const read of [inspect, meter]) {
    try {
      const answer = read(bytes)
      if (!('bytes' in answer)) continue
      if (!WebAssembly.validate(bytes)) complain('an invalid module was accepted')
      if (!WebAssembly.validate(answer.bytes)) complain('a valid module was made invalid')
      tally.accepted++
    } catch (error) {
      if (!IcnError.is(error)) {
        if (error instanceof Error && error.message.startsWith('mutant')) throw error
        complain(`${read.name} threw ${String(error)}`, error)
      }
      if (read === meter) tally.refused++
    }
  }
  const { user, system } = process.cpuUsage(before)
  const took = (user + system) / 1000
  tally.slowest = Math.max(tally.slowest, took)
  if (took > BOUND_MS) complain(`took ${took.toFixed(0)} ms`)
}

/**
 * Loops worth writing twice: once with a charge and a comparison on every trip, and once without, charged up front and
 * entered when the fuel is known to last for all trips. Which one runs depends on fuel alone and both behave alike, so
 * nothing is lost in exactness: a run that could be stopped inside such a loop goes through the first.
 *
 * Only loops with a count known here and not small: where it has to be computed at run time, short loops lose more than
 * long ones gain (measured on the kernels: base64 and PRNG won 5 to 10 %, matrices and big integers lost as much).
 */
import { Place, type PlaceTable } from './analysis.ts'
import { enteredLocals, tripCount } from './induction.ts'
import type { Charges } from './optimise.ts'
import type { ParsedModule } from './sections.ts'

export interface LoopVersion {
  readonly endRow: number
  /** Fuel of all trips. */
  readonly cost: number
}

/** Larger bodies gain too little for their size. */
const LARGEST_BODY = 160
/** Shorter loops are left alone. */
const FEWEST_TRIPS = 8

/**
 * Versions by the row of the loop.
 * @param room most bytes of all bodies together
 */
export function findLoopVersions(
  module: ParsedModule,
  table: PlaceTable,
  charges: Charges,
  codeStart: number,
  params: number,
  room: number,
): { versions: ReadonlyMap<number, LoopVersion>; used: number } {
  const versions = new Map<number, LoopVersion>()
  const candidates = findCandidates(table, charges)
  if (candidates.length === 0) return { versions, used: 0 }
  const starts = candidates.map(({ loop }) => table.start(loop))
  const entered = enteredLocals(module.bytes, codeStart, params, starts)
  let used = 0
  candidates.forEach(({ loop, endRow }, i) => {
    const size = table.start(endRow) - table.start(loop)
    if (used + size > room) return
    const trips = tripCount(module, table.end(loop), table.start(endRow - 1), entered[i]!)
    if (trips === null || trips < FEWEST_TRIPS) return
    versions.set(loop, { endRow, cost: trips * charges.header[loop]! })
    used += size
  })
  return { versions, used }
}

/** Innermost loops that charge at the header only, and that only their last instruction repeats and their end leaves. */
function findCandidates(table: PlaceTable, charges: Charges): { loop: number; endRow: number }[] {
  const found: { loop: number; endRow: number }[] = []
  let loop = -1
  let depth = 0
  for (let row = 0; row < table.count; row++) {
    const kind = table.kind(row)
    if (kind === Place.loop) {
      loop = table.argument(row) === 0 && charges.header[row]! > 0 ? row : -1
      depth = 0
      continue
    }
    if (loop < 0) continue
    if (kind === Place.end && depth === 0) {
      const last = row - 1
      const closes = table.kind(last) === Place.brIf && table.argument(last) === 0
      const small = table.start(row) - table.start(loop) <= LARGEST_BODY
      if (closes && small && table.end(last) === table.start(row) && charges.before[row] === 0)
        found.push({ loop, endRow: row })
      loop = -1
    } else if (kind === Place.block || kind === Place.if) depth++
    else if (kind === Place.end) depth--
    else if (kind === Place.br || kind === Place.brIf) {
      const closes = kind === Place.brIf && depth === 0 && table.argument(row) === 0
      if (table.argument(row) >= depth && !closes) loop = -1
    } else if (!HARMLESS.has(kind)) loop = -1
    if (kind !== Place.unreachable && (charges.before[row] !== 0 || charges.split[row] !== 0)) loop = -1
  }
  return found
}

const HARMLESS: ReadonlySet<number> = new Set([
  Place.else,
  Place.unreachable,
  Place.memoryGrow,
  Place.refFunc,
  Place.dead,
])

/**
 * Loops worth writing twice: once with a charge and a comparison on every trip, and once without, charged up front and
 * entered when the fuel is known to last for all trips. Which one runs depends on fuel alone and both behave alike, so
 * nothing is lost in exactness: a run that could be stopped inside such a loop goes through the first.
 *
 * Only loops with a count known here and not small: where it has to be computed at run time, short loops lose more than
 * long ones gain (measured on the kernels: base64 and PRNG won 5 to 10 %, matrices and big integers lost as much).
 */

import { assignedLocals, type KnownLocals, tripCount } from './induction.ts'
import type { ParsedModule } from './module.ts'
import type { Charges } from './optimise.ts'
import { Place, type PlaceTable } from './places.ts'

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
  let used = 0
  for (const { loop, endRow } of findCandidates(table, charges)) {
    const size = table.start(endRow) - table.start(loop)
    if (used + size > room) continue
    const entered = enteredWith(module.bytes, table, loop, codeStart, params)
    const trips = tripCount(module, table.end(loop), table.start(endRow - 1), entered)
    if (trips === null || trips < FEWEST_TRIPS) continue
    versions.set(loop, { endRow, cost: trips * charges.header[loop]! })
    used += size
  }
  return { versions, used }
}

/** What locals hold when a loop is entered, told by the code since control may last have come from elsewhere. */
function enteredWith(
  bytes: Uint8Array,
  table: PlaceTable,
  loop: number,
  codeStart: number,
  params: number,
): KnownLocals {
  let known: KnownLocals | undefined
  // Looked for when it is first asked for: most counts do not hang on it.
  return (local) => {
    known ??= behindLastJoin(bytes, table, loop, codeStart, params)
    return known(local)
  }
}

function behindLastJoin(
  bytes: Uint8Array,
  table: PlaceTable,
  loop: number,
  codeStart: number,
  params: number,
): KnownLocals {
  let row = loop - 1
  while (row >= 0 && !JOINS.has(table.kind(row))) row--
  const from = row < 0 ? codeStart : table.end(row)
  return assignedLocals(bytes, from, table.start(loop), row < 0 ? { params } : null)
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

const JOINS: ReadonlySet<number> = new Set([Place.loop, Place.if, Place.else, Place.end])
const HARMLESS: ReadonlySet<number> = new Set([
  Place.else,
  Place.unreachable,
  Place.memoryGrow,
  Place.refFunc,
  Place.dead,
])

/** The two modules side by side, and how a function of theirs takes part in counting. */
import { type Decoded, type FuncType, I32, I64 } from '../decode.ts'

export interface Costs {
  readonly entry: number
  of(op: number): number
  /** Bytes, or table elements, that one more unit of a bulk operator stands for; 0 for any other operator. */
  unit(op: number): number
}

/** The two modules and what is known of the metered one beside its bodies. */
export interface Pair {
  readonly original: Decoded
  readonly metered: Decoded
  readonly costs: Costs
  /** Indices of the counter's, the depth's and the reason's globals in the metered module. */
  readonly globals: { readonly fuel: number; readonly depth: number; readonly reason: number }
  /** Fuel of functions whose callers charge for them, by function index; null for one that never returns. */
  readonly constant: Map<number, number | null>
  /** A reference to a function has become one to another; called before all of `constant` is known. */
  referred(original: number, metered: number): void
  /** The added function is bounded growth of the memory, or of a table, that counts what it denies. */
  grows(added: number, table: number | null): boolean
}

export class PathError extends Error {}

/** Whether `type` is `plain` with the counter, and with the depth, behind its parameters, and the counter as result. */
export function isCounted(plain: FuncType, type: FuncType, depth: boolean): boolean {
  const params = [...plain.params, I64, ...(depth ? [I32] : [])]
  return String(type.params) === String(params) && String(type.results) === String([...plain.results, I64])
}

/** How a defined function takes part: with its own type its callers charge, else the counter is handed over. */
export function formOf({ original, metered }: Pair, index: number): 'same' | 'fuel' | 'depth' {
  const plain = original.types[original.funcs[index]!]!
  const type = metered.types[metered.funcs[index]!]!
  if (isCounted(plain, type, false)) return 'fuel'
  if (isCounted(plain, type, true)) return 'depth'
  if (String(plain.params) === String(type.params) && String(plain.results) === String(type.results))
    return 'same'
  throw new PathError(`function ${index} has neither its own type nor the counted one`)
}

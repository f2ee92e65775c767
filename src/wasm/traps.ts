/**
 * Which trap an engine's error is. The specification fixes when code traps, not what the error says, so the messages of
 * V8 (Chromium, Node), SpiderMonkey (Firefox) and JavaScriptCore (WebKit) are listed; an unknown one is `trap`.
 */
import type { StopReason } from './types.ts'

/** Checked in order. V8 has one message for a null entry and a wrong type in `call_indirect`: it counts as the latter. */
const MESSAGES: readonly (readonly [RegExp, StopReason])[] = [
  [
    /null function or function signature|indirect call signature|signature that does not match/i,
    'indirectCallTypeMismatch',
  ],
  [/indirect call to null|null table entry|null (pointer|reference)/i, 'nullReference'],
  [
    /table (index|access|element)|element segment|out of bounds (call_indirect|table)|table.*out of bounds/i,
    'tableOutOfBounds',
  ],
  [/trunc operation|invalid conversion|unrepresentable in integer range/i, 'invalidConversion'],
  [/memory access|index out of bounds|data segment|out of bounds memory/i, 'memoryOutOfBounds'],
  [/(divide|remainder|division) by zero/i, 'integerDivideByZero'],
  [/divide result unrepresentable|integer overflow/i, 'integerOverflow'],
  [/unreachable/i, 'unreachable'],
]

/** What is said of each reason, the same in every engine. */
export const TRAP_WORDS: Readonly<Record<StopReason, string>> = {
  outOfFuel: 'it used up its fuel',
  callDepth: 'it reached its call depth',
  memoryLimit: 'it reached its memory limit',
  unreachable: 'it executed an unreachable instruction',
  memoryOutOfBounds: 'it accessed memory out of bounds',
  tableOutOfBounds: 'it accessed a table out of bounds',
  indirectCallTypeMismatch: 'it called through a table a function of another type',
  nullReference: 'it used a null reference',
  integerDivideByZero: 'it divided an integer by zero',
  integerOverflow: 'an integer division overflowed',
  invalidConversion: 'it converted a float that no integer of the type can hold',
  stackOverflow: 'it exhausted the engine’s stack',
  trap: 'it trapped',
}

/** The trap, or null when the error is none and came from elsewhere. */
export function classifyTrap(error: unknown): StopReason | null {
  if (!(error instanceof Error)) return null
  if (/call stack|too much recursion|stack overflow/i.test(error.message)) return 'stackOverflow'
  if (!(error instanceof WebAssembly.RuntimeError)) return null
  return MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'trap'
}

/** Index of the innermost WebAssembly function in the error's stack; V8 and SpiderMonkey write `wasm-function[7]`. */
export function trappedFunction(error: unknown): number | null {
  const stack = error instanceof Error ? error.stack : undefined
  const found = stack === undefined ? null : /wasm-function\[(\d+)\]/.exec(stack)
  return found === null ? null : Number(found[1])
}

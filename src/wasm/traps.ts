/**
 * Which trap an engine's error is. The specification fixes when code traps, not what the error says, so the messages of
 * V8 (Chromium, Node), SpiderMonkey (Firefox) and JavaScriptCore (WebKit) are listed; an unknown one is `trap`.
 *
 * Reasons go into records that must agree, so they are no finer than the least that each engine tells: SpiderMonkey says
 * the same of memory and tables out of bounds, and of a division and a conversion without a result; V8 says the same of
 * an empty table entry and one of the wrong type.
 */
import type { StopReason } from './types.ts'

const MESSAGES: readonly (readonly [RegExp, StopReason])[] = [
  [
    /null function or function signature|indirect call|signature that does not match|null (table|pointer|reference)/i,
    'indirectCallTypeMismatch',
  ],
  [
    /trunc operation|invalid conversion|unrepresentable in integer range|result unrepresentable|integer overflow/i,
    'integerOverflow',
  ],
  [/out of (bounds|range)|data segment|element segment/i, 'outOfBounds'],
  [/(divide|remainder|division) by zero/i, 'integerDivideByZero'],
  [/unreachable/i, 'unreachable'],
]

/** What is said of each reason, the same in every engine. */
export const TRAP_WORDS: Readonly<Record<StopReason, string>> = {
  outOfFuel: 'it used up its fuel',
  callDepth: 'it reached its call depth',
  memoryLimit: 'it reached its memory limit',
  unreachable: 'it executed an unreachable instruction',
  outOfBounds: 'it accessed memory or a table out of bounds',
  indirectCallTypeMismatch: 'it called through a table what is no function of that type',
  integerDivideByZero: 'it divided an integer by zero',
  integerOverflow: 'a division or conversion gave what no integer of the type can hold',
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

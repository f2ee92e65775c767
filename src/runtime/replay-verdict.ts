/** What a replay answers, thrown from wherever it becomes known. */
import type { ReceiptVerification } from '../protocol/api.ts'

/** Longest value a mismatch shows of either side. */
const MOST_SHOWN = 200

export class Verdict extends Error {
  readonly verification: ReceiptVerification
  constructor(verification: ReceiptVerification) {
    super(verification.status)
    this.verification = verification
  }
}

/** @throws Verdict */
export function expectSame(field: string, expected: string, got: string): void {
  if (expected !== got) throw mismatch(field, expected, got)
}

export function mismatch(field: string, expected: string, got: string): Verdict {
  // Long values begin alike more often than not: what is shown begins shortly before they part.
  let at = 0
  while (at < expected.length && expected[at] === got[at]) at++
  const from = Math.max(0, Math.min(at - 20, Math.max(expected.length, got.length) - MOST_SHOWN))
  const cut = (text: string) =>
    text.length <= MOST_SHOWN ? text : `${from > 0 ? '…' : ''}${text.slice(from, from + MOST_SHOWN)}…`
  return new Verdict({ status: 'mismatch', field, expected: cut(expected), got: cut(got) })
}

export function notReplayable(reason: string): Verdict {
  return new Verdict({ status: 'notReplayable', reason })
}

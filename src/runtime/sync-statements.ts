/** Takes in what others kept of governance: each statement by its author's own signature, each on its own. */
import { toHex } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { STATEMENTS } from '../governance/rows.ts'
import type { RuntimeContext } from './context.ts'
import { readKept } from './governance-messages.ts'

export interface Taken {
  /** Statements that said something new. */
  readonly fresh: number
  /** Names that need not be asked for again: refused, or put out of force by what is known here. */
  readonly useless: readonly string[]
  /** Something was not what an honest node keeps. */
  readonly forged: boolean
}

export async function takeStatements(
  context: RuntimeContext,
  items: readonly { readonly name: Uint8Array; readonly data: Uint8Array }[],
): Promise<Taken> {
  let forged = false
  const statements = items.flatMap(({ name, data }) => {
    try {
      return [{ name: toHex(name), take: readKept(context, data) }]
    } catch (error) {
      if (!IcnError.is(error)) throw error
      forged = true
      return []
    }
  })
  const done = await context.store.transact((tx) => {
    let fresh = 0
    const useless: string[] = []
    for (const { name, take } of statements) {
      try {
        const told = take(tx)
        if (told) fresh++
        // A vote whose proposal comes later waits; what changed nothing and is not kept says nothing to this node.
        else if (!tx.has(STATEMENTS, name)) useless.push(name)
      } catch (error) {
        // A rule that refuses has written nothing. Where there is no room now, there may be later.
        if (!IcnError.is(error)) throw error
        if (!IcnError.is(error, 'ResourceLimitExceeded')) useless.push(name)
      }
    }
    return { fresh, useless }
  })
  return { ...done, forged }
}

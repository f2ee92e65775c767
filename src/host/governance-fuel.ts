/** What governance calls charge inside: work that grows with the members and with the votings that have ended. */
import { lentBy, MOST_LENT } from '../governance/electorate.ts'
import { timeKey } from '../governance/keys.ts'
import { governanceState } from '../governance/members.ts'
import { CLOSED } from '../governance/rows.ts'
import type { HostContext } from './context.ts'

/** Fuel of reading each member's row, delegation and vote. */
const MEMBER_FUEL = 800
const PAGE = 1_000

/** To be called before work that looks at every member, `times` over. */
export function chargeCount({ tx, charge }: HostContext, times = 1): void {
  charge(times * MEMBER_FUEL * governanceState(tx).members)
}

/** To be called before a change of who votes for whom: votings that have ended by then are counted anew. */
export function chargeRecount(context: HostContext, from: bigint): void {
  for (let after = timeKey(from); ; ) {
    const page = context.tx.list(CLOSED, { after, limit: PAGE })
    chargeCount(context, page.length)
    if (page.length < PAGE) return
    after = page.at(-1)![0]
  }
}

/** Lending a vote and taking it back: of very many changes the first is forgotten, and may have counted at any time. */
export function chargeLending(context: HostContext): void {
  const { tx, identity, now } = context
  chargeRecount(context, lentBy(tx, `${identity}`).length < MOST_LENT ? now : 0n)
}

import { expect, it } from 'vitest'
import { MOST_LENT } from '../governance/electorate.ts'
import { signerOf } from '../runtime/fixtures/world.ts'
import { openVillage } from './fixtures/valid-calls.ts'
import { invoke } from './invoke.ts'
import { findServed } from './served.ts'

const [bob, carol] = [`${signerOf(2).did}`, `${signerOf(3).did}`]

it('a vote that is lent is charged for the votings it may count anew, each by its members', async () => {
  const village = await openVillage()
  const context = village.open()
  const me = `${context.identity}`
  let charged = 0
  const charge = (units: number) => {
    charged += units
  }
  const lend = (to: string, seconds = 0n) => {
    charged = 0
    const now = context.now + seconds
    invoke(findServed('host_delegate_vote')!, { ...context, now, charge }, [me, to])
    return charged
  }
  // Three votings ended in this very second, and there are three members.
  expect(lend(bob)).toBe(3 * 3 * 800)
  expect(lend(bob), 'it is lent to them already').toBe(0)
  expect(lend(carol, 1n), 'no voting has ended since').toBe(0)
  for (let i = 0; i < MOST_LENT; i++) lend(i % 2 === 0 ? bob : carol, BigInt(i + 2))
  expect(lend(me === bob ? carol : bob, 100n), 'the oldest change is forgotten').toBe(3 * 3 * 800)
})

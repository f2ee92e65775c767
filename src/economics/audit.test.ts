/** The ledger against a model: whatever is done in whatever order, the journal rebuilds it and mana is conserved. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { MapTransaction } from '../dag/fixtures/map-transaction.ts'
import { auditLedger, LedgerAuditor, type LedgerSlice, lookAtLedger } from './audit.ts'
import { holdEscrow, refundEscrow, settleEscrow } from './escrow.ts'
import { balanceOf, creditMana, ledgerTotals, spendMana } from './ledger.ts'
import { regenerate } from './regeneration.ts'
import { ACCOUNTS, JOURNAL, LEDGER } from './rows.ts'

const dids = ['did:key:zA', 'did:key:zB', 'did:key:zC'].map((text) => Did.parse(text))
const at = 1n

const step = fc.oneof(
  fc.record({ do: fc.constant('credit' as const), who: fc.nat(2), amount: fc.bigInt(0n, 100n) }),
  fc.record({ do: fc.constant('spend' as const), who: fc.nat(2), amount: fc.bigInt(0n, 100n) }),
  fc.record({ do: fc.constant('hold' as const), who: fc.nat(2), amount: fc.bigInt(0n, 60n), id: fc.nat(5) }),
  fc.record({
    do: fc.constant('settle' as const),
    who: fc.nat(2),
    amount: fc.bigInt(0n, 60n),
    id: fc.nat(5),
  }),
  fc.record({ do: fc.constant('refund' as const), id: fc.nat(5) }),
  fc.record({ do: fc.constant('regenerate' as const), amount: fc.bigInt(0n, 20n), cap: fc.bigInt(0n, 200n) }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function act(tx: MapTransaction, action: Step): void {
  switch (action.do) {
    case 'credit':
      creditMana(tx, dids[action.who]!, action.amount, { cause: 'credit', at })
      break
    case 'spend':
      spendMana(tx, dids[action.who]!, action.amount, { cause: 'spend', at })
      break
    case 'hold':
      holdEscrow(tx, `job${action.id}`, dids[action.who]!, action.amount, { at })
      break
    case 'settle':
      settleEscrow(tx, `job${action.id}`, dids[action.who]!, action.amount, { at })
      break
    case 'refund':
      refundEscrow(tx, `job${action.id}`, { at })
      break
    case 'regenerate':
      regenerate(tx, { amount: action.amount, intervalMs: 1, cap: action.cap }, 1n, 0)
  }
}

/** What the same steps do to a few plain numbers. */
class Model {
  readonly balances = new Map<number, bigint>()
  readonly held = new Map<number, { owner: number; amount: bigint; over: boolean }>()
  burned = 0n
  born = 0n

  act(action: Step): boolean {
    const has = (who: number) => this.balances.get(who) ?? 0n
    const add = (who: number, amount: bigint) => this.balances.set(who, has(who) + amount)
    switch (action.do) {
      case 'credit':
        add(action.who, action.amount)
        this.born += action.amount
        return true
      case 'spend':
        if (has(action.who) < action.amount) return false
        if (action.amount > 0n) add(action.who, -action.amount)
        this.burned += action.amount
        return true
      case 'hold':
        if (this.held.has(action.id) || has(action.who) < action.amount) return false
        if (action.amount > 0n) add(action.who, -action.amount)
        this.held.set(action.id, { owner: action.who, amount: action.amount, over: false })
        return true
      case 'settle': {
        const escrow = this.held.get(action.id)
        if (escrow === undefined || escrow.over || action.amount > escrow.amount) return false
        if (action.amount > 0n) add(action.who, action.amount)
        if (escrow.amount > action.amount) add(escrow.owner, escrow.amount - action.amount)
        escrow.over = true
        return true
      }
      case 'refund': {
        const escrow = this.held.get(action.id)
        if (escrow === undefined || escrow.over) return false
        if (escrow.amount > 0n) add(escrow.owner, escrow.amount)
        escrow.over = true
        return true
      }
      case 'regenerate':
        for (const [who, balance] of this.balances) {
          const room = action.cap > balance ? action.cap - balance : 0n
          const due = action.amount < room ? action.amount : room
          this.balances.set(who, balance + due)
          this.born += due
        }
        return true
    }
  }
}

describe('the journal', () => {
  it('rebuilds every balance after any steps, refused ones among them, and mana is conserved', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tx = new MapTransaction()
        const model = new Model()
        for (const action of steps) {
          const expected = model.act(action)
          let done = true
          try {
            tx.attempt((inner) => act(inner, action))
          } catch (error) {
            if (!IcnError.is(error)) throw error
            done = false
          }
          expect(done).toBe(expected)
        }
        dids.forEach((did, who) => {
          expect(balanceOf(tx, did)).toBe(model.balances.get(who) ?? 0n)
        })
        const { minted, regenerated, balances, escrow, burned } = ledgerTotals(tx)
        expect(minted + regenerated).toBe(model.born)
        expect(burned).toBe(model.burned)
        expect(minted + regenerated).toBe(balances + escrow + burned)
        expect(auditLedger(tx).faults).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('names what somebody changed by hand', () => {
    const made = () => {
      const tx = new MapTransaction()
      for (const did of dids) creditMana(tx, did, 100n, { cause: 'initial', at })
      spendMana(tx, dids[1]!, 30n, { cause: 'spend', at })
      holdEscrow(tx, 'job', dids[2]!, 10n, { at })
      return tx
    }
    const faults = (change: (tx: MapTransaction) => void) => {
      const tx = made()
      change(tx)
      return auditLedger(tx).faults.map(({ did = 'total', reason }) => `${did}: ${reason}`)
    }
    expect(faults(() => {})).toEqual([])
    expect(faults((tx) => tx.put(ACCOUNTS, 'did:key:zB', { balance: 71n }))).toEqual([
      'did:key:zB: The account holds 71 mana, its journal makes 70.',
    ])
    expect(faults((tx) => tx.put(ACCOUNTS, 'did:key:zX', { balance: 5n }))).toEqual([
      'did:key:zX: The account holds 5 mana and has no journal.',
    ])
    expect(faults((tx) => tx.delete(ACCOUNTS, 'did:key:zA'))).toEqual([
      'did:key:zA: The account holds 0 mana, its journal makes 100.',
    ])
    const [key, entry] = made().list(JOURNAL, { prefix: 'did:key:zB', limit: 1 })[0]!
    expect(faults((tx) => tx.put(JOURNAL, key, { ...entry, amount: 90n }))).toContain(
      'did:key:zB: Entry 1 says the balance is 100, the entries up to it make 90.',
    )
    expect(faults((tx) => tx.delete(JOURNAL, key))).toContain(
      'total: The journal has 4 entries, the ledger counts 5.',
    )
    const totals = ledgerTotals(made())
    expect(faults((tx) => tx.put(LEDGER, 'totals', { ...totals, burned: 0n }))).toEqual([
      expect.stringContaining('Mana is not conserved'),
    ])
    expect(faults((tx) => tx.put(LEDGER, 'totals', { ...totals, escrow: 0n, burned: 40n }))).toEqual([
      'total: The escrows hold 10 mana, the ledger says 0.',
    ])
  })

  it('is sound in slices while the ledger goes on changing', () => {
    const tx = new MapTransaction()
    const many = Array.from({ length: 40 }, (_, i) => Did.parse(`did:key:z${String(i).padStart(3, '0')}`))
    for (const did of many) creditMana(tx, did, 1_000n, { cause: 'initial', at })
    for (let i = 0; i < 1_500; i++) spendMana(tx, many[i % 7]!, 1n, { cause: 'spend', at })
    const auditor = new LedgerAuditor(ledgerTotals(tx))
    let next: LedgerSlice['next'] = { part: 'journal' }
    for (let i = 0; next !== undefined; i++) {
      const slice: LedgerSlice = lookAtLedger(tx, next)
      auditor.take(slice)
      next = slice.next
      for (const did of [many[i % 40]!, many[39]!, Did.parse(`did:key:z9${i}`)]) {
        creditMana(tx, did, 5n, { cause: 'credit', at })
      }
    }
    const audit = auditor.finish()
    expect(audit.faults).toEqual([])
    expect(audit.entries).toBeGreaterThanOrEqual(1_540)
  })
})

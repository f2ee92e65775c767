/** One rule, run on an overlay until it has all it needs: what it misses in memory is read, and it runs again. */
import { IcnError } from '../common/errors.ts'
import type { Cell } from './cell.ts'
import { damaged } from './frame.ts'
import { Overlay } from './overlay.ts'
import type { Want } from './pages.ts'
import type { Replica } from './replica.ts'
import type { SortedMap } from './sorted-map.ts'
import type { Transaction } from './types.ts'

export type Rule = (tx: Transaction) => unknown

export interface RuleLimits {
  /** How often one rule may find something missing in memory and run again. */
  readonly maxMisses: number
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The state moved while a group was being run: everything in it runs again. */
export const MOVED = Symbol('moved')

/** @param below writes of the transactions before it in the same commit; undefined: a read */
export async function runRule(
  replica: Replica,
  rule: Rule,
  { maxMisses }: RuleLimits,
  below: SortedMap<Cell> | undefined,
  accept: (run: Overlay) => void,
): Promise<Outcome | typeof MOVED> {
  const holder = {}
  let asked = ''
  replica.pages.hold(holder)
  try {
    for (let misses = 0; misses <= maxMisses; misses++) {
      const { epoch } = replica
      const run = new Overlay(replica, below)
      try {
        const value = rule(run)
        if (!run.isVoid) {
          accept(run)
          return { value }
        }
      } catch (error) {
        if (!run.isVoid) return { error }
      } finally {
        run.end()
      }
      try {
        if (run.wants.length > 0) {
          // Asked for again although nothing has moved: it is not where the manifest says.
          const asking = `${epoch} ${replica.manifest.version} ${nameOf(run.wants[0]!)}`
          if (asking === asked) throw damaged(nameOf(run.wants[0]!), 'is missing')
          asked = asking
          await replica.fetch(run.wants)
          replica.fetchFilters()
        }
      } catch (error) {
        return { error }
      }
      if (replica.epoch !== epoch && below) return MOVED
    }
    const error = new IcnError(
      'ResourceLimitExceeded',
      `A rule asked ${maxMisses} times for rows that were not in memory and was given up. Read fewer rows in one transaction, or list them.`,
      { data: { reason: 'tooManyMisses', limit: maxMisses } },
    )
    return { error }
  } finally {
    replica.pages.release(holder)
  }
}

function nameOf(want: Want): string {
  if (want.kind === 'large') return `large row ${JSON.stringify(want.key)}`
  if (want.kind === 'filter') return `filter of run ${want.run.id}`
  const { kind, run } = want
  return `page of run ${run.id} ${kind === 'page' ? `from ${JSON.stringify(want.from)}` : `up to ${JSON.stringify(want.to)}`}`
}

/**
 * The queue of transactions: those that wait together run in order, are sealed at the same time and are committed as one
 * record. When another tab was in between, they run again on the newer state, and for a while the tabs take turns.
 */
import { IcnError } from '../common/errors.ts'
import { measure } from '../common/measure.ts'
import { Group, type GroupLimits, type Sealed } from './group.ts'
import type { Materialiser } from './materialise.ts'
import type { Replica } from './replica.ts'
import { MOVED } from './rule.ts'
import type { Store } from './store.ts'

/** Most transactions in one commit. */
const GROUP_COUNT = 512
/** Failures of unknown outcome (a lost connection) in a row after which a commit is given up. */
const MAX_FAILURES = 3
/** After a conflict, tabs take turns by a lock for this long. */
const CROWDED_MS = 1000

export interface Waiting extends Sealed {
  readonly relaxed: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class Commits {
  readonly #store: Store
  readonly #replica: Replica
  readonly #materialiser: Materialiser
  readonly #limits: GroupLimits
  #waiting: Waiting[] = []
  #crowdedUntil = 0
  #failures = 0
  /** While anybody waits. */
  draining: Promise<void> | undefined

  constructor(store: Store, replica: Replica, materialiser: Materialiser, limits: GroupLimits) {
    this.#store = store
    this.#replica = replica
    this.#materialiser = materialiser
    this.#limits = limits
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.draining ??= this.#drain()
  }

  /** Two tabs were in each other's way. */
  takeTurns(): void {
    this.#crowdedUntil = Date.now() + CROWDED_MS
  }

  async #drain(): Promise<void> {
    // The first caller of an idle store is joined by those of the same turn.
    await null
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_COUNT)
      try {
        await this.#materialiser.pressure()
        if (Date.now() < this.#crowdedUntil) {
          await this.#store.lock('turn', async () => {
            await this.#replica.catchUp()
            await this.#commit(group)
          })
        } else {
          await this.#commit(group)
        }
      } catch (error) {
        for (const waiting of group) waiting.reject(error)
      }
    }
    // In the same turn as the last look at the queue: who comes later starts a new drain.
    this.draining = undefined
  }

  /** Runs and commits a group once; whatever is not settled by that goes back to the head of the queue. */
  async #commit(group: Waiting[]): Promise<void> {
    const before = this.#replica.epoch
    const made = new Group(this.#replica, this.#limits)
    const failed = await made.run(group)
    if (failed === MOVED) return this.#again(group)
    const { writes, events, outcomes } = made
    if (group.length > outcomes.length) this.#waiting.unshift(...group.splice(outcomes.length))
    if (failed !== undefined) {
      const [waiting] = group.splice(failed.at, 1)
      this.#waiting.unshift(...group.splice(0))
      waiting!.reject(failed.error)
      return
    }
    if (writes.size > 0 || events.length > 0) {
      let landed = false
      const measured = measure('commit')
      try {
        landed = await this.#replica.append(
          writes,
          events,
          group.every(({ relaxed }) => relaxed),
        )
      } catch (error) {
        if (!isInterruption(error) || ++this.#failures > MAX_FAILURES) throw error
      } finally {
        measured()
      }
      // A commit whose end was not told may have been made all the same: the log knows.
      if (!landed && this.#failures > 0) landed = await this.#replica.landedUntold(before)
      if (!landed) return this.#again(group)
      this.#failures = 0
    }
    group.forEach((waiting, i) => {
      const outcome = outcomes[i]!
      if ('error' in outcome) waiting.reject(outcome.error)
      else waiting.resolve(outcome.value)
    })
  }

  /** Another tab was in between: tell everyone to take turns, and run the group on the newer state. */
  async #again(group: Waiting[]): Promise<void> {
    this.#waiting.unshift(...group.splice(0))
    this.takeTurns()
    this.#store.announce({ epoch: this.#replica.epoch, crowded: true })
    await this.#replica.catchUp()
  }
}

function isInterruption(error: unknown): boolean {
  return IcnError.is(error, 'StorageUnavailable') && error.data.reason === 'interrupted'
}

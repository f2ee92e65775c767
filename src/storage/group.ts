/**
 * One commit in the making: rules run in order on one overlay; what they want sealed is sealed meanwhile, all at once, and
 * put in after the last of them.
 */
import { IcnError } from '../common/errors.ts'
import type { Cell } from './cell.ts'
import type { Overlay } from './overlay.ts'
import { type PackedEvent, packEvent } from './record.ts'
import type { Replica } from './replica.ts'
import { MOVED, type Outcome, type Rule, type RuleLimits, runRule } from './rule.ts'
import { SortedMap } from './sorted-map.ts'

/** How long the rules of a commit may take, and the packed size at which it is closed. */
const GROUP_MS = 100
const GROUP_BYTES = 2 * 1024 * 1024

export interface GroupLimits extends RuleLimits {
  /** How long the seals of a commit may take; then the first that is missing is given up, so that it holds up no others. */
  readonly sealMs: number
}

export interface Sealed {
  readonly change: Rule
  readonly seal?: ((value: unknown) => Promise<Rule>) | undefined
}

/** Others have been run on what this one changed: they are to run again without it. */
export interface Failure {
  readonly at: number
  readonly error: unknown
}

export class Group {
  readonly writes = new SortedMap<Cell>()
  readonly events: PackedEvent[] = []
  /** Of as many as found room. */
  readonly outcomes: Outcome[] = []
  readonly #replica: Replica
  readonly #limits: GroupLimits
  readonly #epoch: number
  readonly #seals: [at: number, made: Promise<Rule>][] = []
  #bytes = 0

  constructor(replica: Replica, limits: GroupLimits) {
    this.#replica = replica
    this.#limits = limits
    this.#epoch = replica.epoch
  }

  async run(rules: readonly Sealed[]): Promise<Failure | typeof MOVED | undefined> {
    const began = performance.now()
    for (const { change, seal } of rules) {
      const outcome = await this.#run(change)
      if (outcome === MOVED) return MOVED
      const at = this.outcomes.push(outcome) - 1
      if (seal !== undefined && 'value' in outcome) {
        const made = seal(outcome.value)
        // Looked at when its turn comes, or never when the state moves.
        made.catch(() => {})
        this.#seals.push([at, made])
      }
      if (this.#bytes >= GROUP_BYTES || performance.now() - began >= GROUP_MS) break
    }
    return this.#seals.length === 0 ? undefined : this.#seal()
  }

  async #seal(): Promise<Failure | typeof MOVED | undefined> {
    const limit = this.#limits.sealMs
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      const message = `A transaction's seal took longer than ${limit} ms and was given up.`
      const error = () => new IcnError('ExecutionTimeout', message, { data: { reason: 'seal', limit } })
      timer = setTimeout(() => reject(error()), limit)
    })
    let at = 0
    let made: Promise<Rule>
    try {
      for ([at, made] of this.#seals) {
        const outcome = await this.#run(await Promise.race([made, late]))
        if (outcome === MOVED) return MOVED
        if ('error' in outcome) throw outcome.error
      }
      return undefined
    } catch (error) {
      return this.#moved ? MOVED : { at, error }
    } finally {
      clearTimeout(timer)
    }
  }

  async #run(rule: Rule): Promise<Outcome | typeof MOVED> {
    const outcome = await runRule(this.#replica, rule, this.#limits, this.writes, (run) => this.#accept(run))
    return this.#moved ? MOVED : outcome
  }

  get #moved(): boolean {
    return this.#replica.epoch !== this.#epoch
  }

  /** Everything that can be refused is packed first: a refused row takes only its own transaction down. */
  #accept(run: Overlay): void {
    let size = 0
    for (const [key, cell] of run.writes.entries()) size += key.length + cell.seal()
    const said = run.events.map(packEvent)
    for (const [key, cell] of run.writes.entries()) this.writes.set(key, cell)
    this.events.push(...said)
    this.#bytes += size
  }
}

/**
 * Jobs on their way: as many at once as there are slots, so that their commits share a transaction, yet each run in its
 * turn. What may have ended a worker is run alone, so that no other job is blamed with it.
 */

export interface Turn {
  /** Every job launched before has handed its end to the store. */
  readonly mine: Promise<unknown>
  /** Every job launched before is over. */
  readonly clear: Promise<unknown>
  /** Lets the next have its turn. */
  pass(): void
}

interface Entry<Job> {
  readonly job: Job
  readonly alone: boolean
}

export class JobQueue<Job> {
  readonly #slots: number
  readonly #run: (job: Job, turn: Turn) => Promise<void>
  readonly #waiting: Entry<Job>[] = []
  #flying = 0
  #reserved = 0
  #alone = false
  #mine: Promise<unknown> = Promise.resolve()
  #clear: Promise<unknown> = Promise.resolve()

  /** @param run does one job; it never rejects */
  constructor(slots: number, run: (job: Job, turn: Turn) => Promise<void>) {
    this.#slots = slots
    this.#run = run
  }

  /** Takes a slot for a job that is not submitted yet, unless it would have to wait. Ends with `launch` or `release`. */
  reserve(): boolean {
    if (this.#waiting.length > 0 || this.#alone || this.#busy >= this.#slots) return false
    this.#reserved++
    return true
  }

  release(): void {
    this.#reserved--
    this.#fill()
  }

  /** The job a slot was reserved for. */
  launch(job: Job): void {
    this.#reserved--
    this.#launch({ job, alone: false })
  }

  /** To the end of the queue. */
  add(job: Job, alone = false): void {
    this.#waiting.push({ job, alone })
    this.#fill()
  }

  /** Takes out what has not begun. */
  clear(): readonly Job[] {
    return this.#waiting.splice(0).map(({ job }) => job)
  }

  /** Resolves when all that has begun is over. */
  async idle(): Promise<void> {
    await this.#clear
  }

  get #busy(): number {
    return this.#flying + this.#reserved
  }

  #fill(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone ? this.#busy > 0 : this.#busy >= this.#slots)) return
      this.#waiting.shift()
      this.#launch(next)
    }
  }

  #launch({ job, alone }: Entry<Job>): void {
    const { promise: passed, resolve } = withResolvers()
    const turn: Turn = { mine: this.#mine, clear: this.#clear, pass: resolve }
    this.#flying++
    this.#alone = alone
    this.#mine = Promise.all([this.#mine, passed])
    const over = this.#run(job, turn).finally(() => {
      resolve()
      this.#flying--
      this.#alone &&= !alone
      this.#fill()
    })
    this.#clear = Promise.all([this.#clear, over])
  }
}

/** `Promise.withResolvers` is younger than the engines we run in. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/**
 * What happened to a job, step by step: from the blocks that tell of it, from the journal of mana, and from the job's own
 * first and last state, which are always there.
 */
import type { JobHistoryEntry, JobStatus, ManaEntry } from '../index.ts'
import { number, short, signed } from './format.ts'
import { cause, JOB_STATES } from './words.ts'

export interface Step {
  readonly what: string
  /** Seconds since the epoch; undefined for what is so now. */
  readonly at: number | undefined
  /** A change of state, rather than something on the way. */
  readonly main: boolean
  /** The block that tells of it. */
  readonly cid?: string
}

type Ranked = Step & { readonly rank: number }

export function jobSteps(
  job: JobStatus,
  history: readonly JobHistoryEntry[],
  changes: readonly ManaEntry[],
): readonly Step[] {
  const told = history.flatMap(stepOf)
  const has = (kind: JobHistoryEntry['kind']) => history.some((entry) => entry.kind === kind)
  const end = job.finishedAt ?? job.submittedAt
  const waits = job.state === 'Pending' || job.state === 'Assigned'
  const steps: Ranked[] = [
    ...(has('submitted') ? [] : [{ what: 'Asked for', at: job.submittedAt, main: true, rank: 0 }]),
    ...changes.map(({ at, amount, cause: why }) => ({
      what: `${cause(why)}: ${signed(amount)} mana`,
      at,
      main: false,
      rank: amount < 0n ? 1 : 8,
    })),
    ...told,
    ...(job.receiptCid === undefined || has('receipt')
      ? []
      : [{ what: 'Receipt signed and anchored', at: end, main: false, cid: job.receiptCid, rank: 6 }]),
    { what: JOB_STATES[job.state], at: waits ? undefined : end, main: true, rank: 7 },
  ]
  const time = ({ at }: Step) => at ?? Number.POSITIVE_INFINITY
  steps.sort((a, b) => (time(a) === time(b) ? a.rank - b.rank : time(a) - time(b)))
  return steps.map(({ rank: _rank, ...step }) => step)
}

function stepOf(entry: JobHistoryEntry): readonly Ranked[] {
  const { kind, cid, at, by, priceMana, executor, stage, percent } = entry
  const mana = priceMana === undefined ? '' : ` for ${number(priceMana)} mana`
  switch (kind) {
    case 'submitted':
      return [{ what: 'Asked for', at, cid, main: true, rank: 0 }]
    case 'bid':
      return [{ what: `${short(by)} would do it${mana}`, at, cid, main: false, rank: 2 }]
    case 'assignment':
      return [{ what: `Given to ${short(executor ?? by)}${mana}`, at, cid, main: true, rank: 3 }]
    case 'checkpoint': {
      const done = percent === undefined ? 'On the way' : `${number(percent)} % done`
      return [{ what: stage ? `${done}: ${stage}` : done, at, cid, main: false, rank: 4 }]
    }
    case 'receipt':
      return [{ what: 'Receipt signed and anchored', at, cid, main: false, rank: 6 }]
    default:
      return [] // the states themselves are told by what caused them
  }
}

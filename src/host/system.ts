/** Caller, time, log and the last refusal. */
import type { HostContext, HostFunction } from './context.ts'
import { errorNumber, refusal } from './errors.ts'

/** Greatest number whose square is an i32. */
const MOST_VOTES = 46_340
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export const systemFunctions = {
  /** The level is 0 debug, 1 info, 2 warn, 3 error; info when the shape has none. */
  host_log(context: HostContext, first: number | string, text?: string): undefined {
    const level = typeof first === 'number' ? first : 1
    const message = typeof first === 'number' ? (text ?? '') : first
    const name = LEVELS[level]
    if (name === undefined) {
      throw refusal('InvalidParameters', `Log level must be 0 to 3, got ${level}.`, { level })
    }
    context.log({ level: name, message })
  },

  host_get_current_time: (context: HostContext): bigint => context.now,

  host_get_caller: (context: HostContext): string => context.creator.toString(),

  /** The square of the votes (ref §1.7). */
  host_quadratic_vote_cost(_context: HostContext, votes: number): number {
    if (votes < 0 || votes > MOST_VOTES) {
      throw refusal('InvalidParameters', `Votes must be 0 to ${MOST_VOTES}, got ${votes}.`, { votes })
    }
    return votes * votes
  },

  host_last_error_code: (context: HostContext): number => errorNumber(context.lastError),

  host_last_error: (context: HostContext): string => context.lastError?.message ?? '',
} satisfies Record<string, HostFunction>

/**
 * A loop written twice, whose trips are charged together before it is entered: the one thing no sum along a path shows.
 * One trip is walked, the trips are counted, and behind the loop what they consumed is set against the charge.
 */
import { I64 } from '../decode.ts'
import type { HandOver } from './hand-over.ts'
import { CALL, GET, IF, LOOP, SET } from './operators.ts'
import type { Cover, Sides, State } from './sides.ts'
import { countTrips } from './trips.ts'

/**
 * `if` the counter is above `cost`: a loop charged for all trips; else the loop charged trip by trip.
 * @returns both ways
 */
export function passGuard(
  sides: Sides,
  hand: HandOver,
  state: State,
  cost: number,
): readonly [together: State, apart: State] {
  const { code, others } = sides.metered
  const [branch, get, set] = code.slice(state.q, state.q + 3)
  if (branch?.op !== IF || sides.original.code[state.p]!.op !== LOOP || state.cover !== null)
    sides.fail(state, 'fuel is looked at where no loop begins')
  if (get?.op !== GET || set?.op !== SET || set.a !== sides.fuel || hand.wide === null)
    sides.fail(state, 'a loop is not charged for all trips')
  if (get.a < sides.firstOwn || sides.typeOfLocal(get.a) !== I64)
    sides.fail(state, 'the counter is set to something else')
  // The condition must be on the very value the counter becomes.
  if (cost !== hand.wide) sides.fail(state, `looked for ${cost}, charged ${hand.wide}`)
  const cover: Cover = { header: -1, cost, before: state.pending, trip: -1 }
  return [
    { ...state, q: state.q + 3, cover },
    { ...state, q: others[state.q]! },
  ]
}

/** Where a path in such a loop has come to; `state` is moved on past the header when it enters. */
export function placeIn(sides: Sides, cover: Cover, state: State): 'inside' | 'round' | 'behind' {
  const { code, ends } = sides.original
  if (state.p >= 0 && code[state.p]!.op === LOOP) {
    if (cover.header < 0) {
      cover.header = state.p
      state.pending = 0
      Object.assign(state, sides.advance({ ...state, p: state.p + 1 }))
      return 'inside'
    }
    if (state.p === cover.header) {
      if (cover.trip >= 0 && cover.trip !== state.pending)
        sides.fail(state, `a trip costs ${state.pending} on one path and ${cover.trip} on another`)
      cover.trip = state.pending
      return 'round'
    }
  }
  return state.p > cover.header && state.p < ends[cover.header]! ? 'inside' : 'behind'
}

/** Behind such a loop, with what all trips consumed less what was charged for them. */
export function leaveCover(sides: Sides, state: State): State {
  const { header, cost, before, trip } = state.cover!
  if (trip < 0) sides.fail(state, 'a loop charged for all trips that never comes back')
  const { original } = sides.pair
  const trips = countTrips(
    sides.original,
    header,
    sides.type.params.length,
    sides.body.locals,
    ({ op, a }) => (op === CALL ? original.types[original.funcs[a]!] : undefined),
  )
  if (trips === null) sides.fail(state, 'a loop is charged for all trips, but their number is not constant')
  // The last header is passed with this much uncharged, had nothing been charged up front.
  if (before + (trips - 1) * trip > cost)
    sides.fail(state, `${cost} does not cover ${trips} trips of ${trip} with ${before} before them`)
  const pending = before - cost + (trips - 1) * trip + state.pending
  return { ...state, pending, cover: null }
}

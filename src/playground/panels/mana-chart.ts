/**
 * The balance over time as a line of steps, a mark for each time mana came back, and dashed what comes back next if
 * nothing is spent. The history under it tells every change in words.
 */
import type { ManaEntry } from '../../index.ts'
import { h, svg } from '../dom.ts'
import { number, when } from '../format.ts'
import type { Regeneration } from '../regeneration.ts'

const WIDTH = 400
const HEIGHT = 120
const FOOT = 8

export interface Point {
  /** Seconds since the epoch. */
  readonly at: number
  readonly balance: number
}

/** Oldest first; of several changes within one second only the last could have been seen. */
export function seen(entries: readonly ManaEntry[]): readonly Point[] {
  return entries
    .filter((entry, index) => entries[index - 1]?.at !== entry.at)
    .map((entry) => ({ at: entry.at, balance: Number(entry.balance) }))
    .reverse()
}

/** The next times mana comes back, until `end`, up to the cap. */
export function coming(
  from: Point,
  lastTick: number,
  { amount, intervalMs, cap }: Regeneration,
  end: number,
): readonly Point[] {
  const points: Point[] = []
  const every = intervalMs / 1000
  let { balance } = from
  let at = lastTick / 1000 + every
  while (at <= from.at) at += every
  for (; at <= end && balance < Number(cap) && points.length < 200; at += every) {
    balance = Math.min(Number(cap), balance + Number(amount))
    points.push({ at, balance })
  }
  return points
}

/** @param entries newest first */
export function manaChart(
  entries: readonly ManaEntry[],
  now: number,
  lastTick: number,
  regeneration: Regeneration,
): HTMLElement {
  const points = seen(entries)
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return h('div', { class: 'chart' })
  const past = Math.max(1, now - first.at)
  const end = now + Math.max((1.2 * regeneration.intervalMs) / 1000, past / 5)
  const next = coming({ at: now, balance: last.balance }, lastTick, regeneration, end)
  const all = [...points, ...next].map((point) => point.balance)
  const highest = Math.max(...all)
  const lowest = Math.min(...all)
  // A little room below the lowest point; a flat line lies in the middle.
  const floor = Math.max(0, lowest - Math.max(1, (highest - lowest) * 0.25))
  const x = (at: number) => (((at - first.at) / (end - first.at)) * WIDTH).toFixed(1)
  const y = (balance: number) =>
    (HEIGHT - FOOT - ((balance - floor) / Math.max(1, highest - floor)) * (HEIGHT - FOOT - 8)).toFixed(1)
  const steps = (from: Point, rest: readonly Point[]) =>
    `M${x(from.at)} ${y(from.balance)}${rest.map((point) => `H${x(point.at)}V${y(point.balance)}`).join('')}`

  const line = `${steps(first, points.slice(1))}H${x(now)}`
  const dashed = `${steps({ at: now, balance: last.balance }, next)}H${WIDTH}`
  const cameBack = entries.filter(({ cause }) => cause === 'regeneration')
  const marks = cameBack.map(({ at }) => `M${x(at)} ${HEIGHT - 5}V${HEIGHT}`).join('')
  const steady = { 'vector-effect': 'non-scaling-stroke' }
  const [top, bottom] = [number(highest), number(Math.round(floor))]
  // Drawing may round; words may not.
  const amounts = entries.map(({ balance }) => balance).sort((a, b) => (a < b ? -1 : 1))
  const [least = 0n, most = 0n] = [amounts[0], amounts.at(-1)]
  const current = entries[0]?.balance ?? 0n
  const frame = h(
    'div',
    { class: Math.max(top.length, bottom.length) > LONG ? 'chart-frame chart-long' : 'chart-frame' },
    h('p', { class: 'chart-high' }, top),
    h('p', { class: 'chart-low' }, bottom),
    svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `The balance from ${when(first.at)} to now: it went between ${number(least)} and ${number(most)} and is ${number(current)}.`,
      },
      svg('path', { class: 'chart-area', d: `${line}V${HEIGHT}H0Z` }),
      svg('path', { class: 'chart-line', d: line, ...steady }),
      svg('path', { class: 'chart-coming', d: dashed, ...steady }),
      svg('path', { class: 'chart-now', d: `M${x(now)} 0V${HEIGHT}`, ...steady }),
      svg('path', { class: 'chart-marks', d: marks, ...steady }),
    ),
    h(
      'p',
      { class: 'chart-times' },
      h('span', {}, when(first.at)),
      h('span', {}, end - now < 5_400 ? `in ${minutes(end - now)}` : when(end)),
    ),
  )
  const today = h('p', { class: 'chart-today' }, 'now')
  // The word keeps clear of both edges, whatever the width.
  today.style.setProperty('--share', (Number(x(now)) / WIDTH).toFixed(3))
  frame.append(today)
  return h(
    'figure',
    { class: 'chart' },
    frame,
    h(
      'figcaption',
      { class: 'chart-label' },
      'Dashed: what comes back if nothing is spent. A mark below: mana came back then.',
    ),
  )
}

/** Amounts with more characters than that stand above and below the picture, not beside it. */
const LONG = 8

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

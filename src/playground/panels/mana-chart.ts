/** The balance over time as a line of steps. The history beside it says the same in words, so it is hidden from screen readers. */
import type { ManaEntry } from '../../index.ts'
import { h, svg } from '../dom.ts'
import { number, when } from '../format.ts'

const WIDTH = 400
const HEIGHT = 120

/** @param entries newest first */
export function manaChart(entries: readonly ManaEntry[], nowSeconds: number): HTMLElement {
  // What a run held and got back within one second is not a change anybody could have seen.
  const settled = entries.filter((entry, index) => entries[index - 1]?.at !== entry.at)
  const points = settled.map((entry) => ({ at: entry.at, balance: Number(entry.balance) })).reverse()
  const first = points[0]
  if (!first || points.length < 2) return h('div', { class: 'chart' })
  const highest = Math.max(...points.map((point) => point.balance))
  const lowest = Math.min(...points.map((point) => point.balance))
  // A little room below the lowest point; a flat line lies in the middle.
  const floor = Math.max(0, lowest - Math.max(1, (highest - lowest) * 0.25))
  const span = Math.max(1, nowSeconds - first.at)
  const x = (at: number) => ((at - first.at) / span) * WIDTH
  const y = (balance: number) =>
    HEIGHT - 4 - ((balance - floor) / Math.max(1, highest - floor)) * (HEIGHT - 12)

  let line = `M0 ${y(first.balance).toFixed(1)}`
  for (const point of points.slice(1)) line += `H${x(point.at).toFixed(1)}V${y(point.balance).toFixed(1)}`
  line += `H${WIDTH}`
  return h(
    'div',
    { class: 'chart', 'aria-hidden': 'true' },
    svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none' },
      svg('path', { class: 'chart-area', d: `${line}V${HEIGHT}H0Z` }),
      svg('path', { class: 'chart-line', d: line, 'vector-effect': 'non-scaling-stroke' }),
    ),
    h(
      'p',
      { class: 'chart-label' },
      `From ${when(first.at)} to now: highest ${number(highest)}, lowest ${number(lowest)}`,
    ),
  )
}

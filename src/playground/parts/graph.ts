/**
 * Blocks and their links as a picture that can be walked: every box is a link to its block, arrow keys follow the lines.
 * What leads to more than the next row is drawn along the left edge, so that no line crosses a box.
 */

import { KINDS } from '../block-kind.ts'
import { h, svg } from '../dom.ts'
import type { Relative } from '../family.ts'
import { short } from '../format.ts'
import { href } from '../router.ts'

const WIDTH = 360
const GUTTER = 26
const BOX = 46
const ROW = 78
const GAP = 12
const TOP = 4

interface Place extends Relative {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** @param current the block whose page this is on */
export function graph(relatives: readonly Relative[], current?: string): HTMLElement {
  const places = arrange(relatives)
  const by = new Map(places.map((place) => [place.cid, place]))
  const boxes = new Map(places.map((place) => [place.cid, box(place, by, place.cid === current)]))
  const told = h(
    'p',
    { class: 'quiet graph-words' },
    'Each box is a block. Arrow keys follow the lines, Enter opens a block.',
  )
  const height = Math.max(...places.map(({ y }) => y)) + BOX + TOP
  const picture = svg(
    'svg',
    {
      class: 'graph',
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'group',
      'aria-label': 'Blocks and where they lead',
    },
    ...places.flatMap((place) =>
      place.leadsTo.flatMap((cid) => {
        const target = by.get(cid)
        return target ? [line(place, target)] : []
      }),
    ),
    ...boxes.values(),
  )
  const focused = () => places.find(({ cid }) => boxes.get(cid) === document.activeElement)
  picture.addEventListener('keydown', (event) => {
    const from = focused()
    const to = from && step(from, places, event.key)
    if (!to) return
    event.preventDefault()
    ;(boxes.get(to.cid) as SVGAElement | undefined)?.focus()
  })
  picture.addEventListener('focusin', () => {
    const on = focused()
    if (on) told.textContent = KINDS[on.kind][1]
  })
  return h('div', { class: 'graph-place' }, picture, told)
}

/** Where an arrow key leads: down and up along the lines, sideways within a row. */
export function step<T extends Relative>(from: T, all: readonly T[], key: string): T | undefined {
  const beside = all.filter(({ depth }) => depth === from.depth)
  switch (key) {
    case 'ArrowDown':
      return nearest(
        all.filter(({ cid }) => from.leadsTo.includes(cid)),
        from.depth,
      )
    case 'ArrowUp':
      return nearest(
        all.filter(({ leadsTo }) => leadsTo.includes(from.cid)),
        from.depth,
      )
    case 'ArrowLeft':
      return beside[beside.indexOf(from) - 1]
    case 'ArrowRight':
      return beside[beside.indexOf(from) + 1]
    default:
      return undefined
  }
}

function nearest<T extends Relative>(some: readonly T[], depth: number): T | undefined {
  return [...some].sort((a, b) => Math.abs(a.depth - depth) - Math.abs(b.depth - depth))[0]
}

function arrange(relatives: readonly Relative[]): readonly Place[] {
  const room = WIDTH - GUTTER - 2
  return relatives.map((one) => {
    const row = relatives.filter(({ depth }) => depth === one.depth)
    const width = (room - GAP * (row.length - 1)) / row.length
    return { ...one, width, x: GUTTER + row.indexOf(one) * (width + GAP), y: TOP + one.depth * ROW }
  })
}

function box(place: Place, by: ReadonlyMap<string, Place>, current: boolean): SVGElement {
  const { cid, kind, x, y, width } = place
  const [name, words] = KINDS[kind]
  const leads = place.leadsTo.map((one) => by.get(one)).filter((one) => one !== undefined)
  const where = leads.length === 0 ? '' : ` Leads to ${leads.map((one) => KINDS[one.kind][0]).join(', ')}.`
  const middle = x + width / 2
  // A long id in a narrow box would run over its edge.
  const id = width < 140 ? `${cid.slice(0, 5)}…${cid.slice(-4)}` : short(cid)
  return svg(
    'a',
    {
      class: `graph-box graph-${kind}`,
      href: href('blocks', cid),
      'aria-description': `${words}${where}`,
      'aria-current': current ? 'true' : null,
    },
    svg('rect', { x, y, width, height: BOX, rx: 6 }),
    label('graph-name', middle, y + 19, current ? `${name} (this one)` : name),
    label('graph-id', middle, y + 36, id),
  )
}

function label(kind: string, x: number, y: number, text: string): SVGElement {
  const element = svg('text', { class: kind, x, y, 'text-anchor': 'middle' })
  element.textContent = text
  return element
}

function line(from: Place, to: Place): SVGElement {
  const bottom = from.y + BOX
  if (to.depth === from.depth + 1) {
    const [x1, x2] = [from.x + from.width / 2, to.x + to.width / 2]
    const half = (bottom + to.y) / 2
    return arrow(
      `M${x1} ${bottom}C${x1} ${half} ${x2} ${half} ${x2} ${to.y - 5}`,
      `M${x2 - 5} ${to.y - 8}l5 7l5 -7`,
    )
  }
  const [y1, y2] = [from.y + BOX / 2, to.y + BOX / 2]
  const edge = 8
  return arrow(
    `M${from.x} ${y1}H${edge + 8}Q${edge} ${y1} ${edge} ${y1 + 8}V${y2 - 8}Q${edge} ${y2} ${edge + 8} ${y2}H${to.x - 5}`,
    `M${to.x - 8} ${y2 - 5}l7 5l-7 5`,
  )
}

function arrow(path: string, head: string): SVGElement {
  return svg('path', { class: 'graph-line', d: path + head })
}

/** Where the fuel of a run went: a picture whose widths are fuel, and the same as a table, exact to the unit. */
import type { RunResult } from '../../index.ts'
import { h, svg } from '../dom.ts'
import { number, plural } from '../format.ts'

type Profile = NonNullable<RunResult['profile']>
type FunctionPart = Profile['functions'][number]

export interface Part {
  readonly name: string
  readonly fuel: bigint
  /** Of all fuel, 0 to 1. */
  readonly share: number
  readonly note: string
  /** Its loops and its code outside them; their fuel adds up to the part's. */
  readonly inner: readonly { readonly name: string; readonly fuel: bigint; readonly note: string }[]
}

/** Functions by fuel, most first, and what the host took outside of all of them: together the whole profile. */
export function parts({ fuel, outside, functions }: Profile): readonly Part[] {
  const share = (part: bigint) => (fuel > 0n ? Number((part * 1_000_000n) / fuel) / 1_000_000 : 0)
  const all: Part[] = functions.map((one) => ({
    name: one.name,
    fuel: one.fuel,
    share: share(one.fuel),
    note: plural(one.calls, 'call'),
    inner: inside(one),
  }))
  if (outside > 0n)
    all.push({ name: 'the runtime itself', fuel: outside, share: share(outside), note: '', inner: [] })
  return all.sort((a, b) => (a.fuel === b.fuel ? 0 : a.fuel > b.fuel ? -1 : 1))
}

function inside({ fuel, loops }: FunctionPart): Part['inner'] {
  if (loops.length === 0) return []
  const looped = loops.reduce((sum, loop) => sum + loop.fuel, 0n)
  const inner = loops.map((loop) => ({
    name: `loop at byte ${number(loop.offset)}`,
    fuel: loop.fuel,
    note: `${number(loop.trips)} times`,
  }))
  inner.sort((a, b) => (a.fuel === b.fuel ? 0 : a.fuel > b.fuel ? -1 : 1))
  return [...inner, { name: 'outside its loops', fuel: fuel - looped, note: '' }]
}

const MOST_ROWS = 100

export function profileView(profile: Profile): HTMLElement {
  const all = parts(profile)
  const rest = all.length - MOST_ROWS
  return h(
    'div',
    { class: 'profile' },
    picture(all, profile.fuel),
    h(
      'div',
      { class: 'profile-scroll', tabindex: '0', role: 'region', 'aria-label': 'Fuel by function' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Function'),
            h('th', { scope: 'col' }, 'Fuel'),
            h('th', { scope: 'col' }, 'Share'),
          ),
        ),
        h('tbody', {}, all.slice(0, MOST_ROWS).map(rowsOf)),
        h(
          'tfoot',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, 'All together'),
            h('td', {}, number(profile.fuel)),
            h('td', {}, '100%'),
          ),
        ),
      ),
    ),
    rest > 0 && h('p', { class: 'quiet' }, `${plural(rest, 'more function')} used less than those.`),
    profile.beyond !== 0n &&
      h(
        'p',
        { class: 'quiet' },
        profile.beyond > 0n
          ? `The last stretch went ${number(profile.beyond)} beyond what the run is charged for.`
          : `The run was charged for ${number(-profile.beyond)} more, of code that was paid for before it trapped.`,
      ),
  )
}

function rowsOf(part: Part): readonly HTMLElement[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`
  return [
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h('code', {}, part.name),
        part.note && h('span', { class: 'quiet' }, ` ${part.note}`),
      ),
      h('td', {}, number(part.fuel)),
      h('td', {}, percent(part.share)),
    ),
    ...part.inner.map((inner) =>
      h(
        'tr',
        { class: 'profile-inner' },
        h('th', { scope: 'row' }, inner.name, inner.note && h('span', { class: 'quiet' }, ` ${inner.note}`)),
        h('td', {}, number(inner.fuel)),
        h('td', {}, ''),
      ),
    ),
  ]
}

const WIDTH = 1_000
const ROW = 28

/** An icicle: the run, its functions under it, their loops under those. The table says the same in words. */
function picture(all: readonly Part[], total: bigint): SVGElement | null {
  if (total === 0n) return null
  const width = (fuel: bigint) => (Number((fuel * 1_000_000n) / total) / 1_000_000) * WIDTH
  const looped = all.some((part) => part.inner.length > 0)
  const boxes: SVGElement[] = [box(0, 0, WIDTH, 'profile-all', `The whole run: ${number(total)} fuel`)]
  let left = 0
  for (const [at, part] of all.entries()) {
    const tone = `profile-tone-${at % 4}`
    boxes.push(box(left, 1, width(part.fuel), tone, `${part.name}: ${number(part.fuel)} fuel`))
    let inner = left
    for (const each of part.inner) {
      if (each.name !== 'outside its loops')
        boxes.push(
          box(
            inner,
            2,
            width(each.fuel),
            `${tone} profile-loop`,
            `${part.name}, ${each.name}: ${number(each.fuel)} fuel`,
          ),
        )
      inner += width(each.fuel)
    }
    left += width(part.fuel)
  }
  return svg(
    'svg',
    {
      class: looped ? 'profile-picture' : 'profile-picture profile-flat',
      viewBox: `0 0 ${WIDTH} ${(looped ? 3 : 2) * ROW}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    ...boxes,
  )
}

function box(left: number, row: number, width: number, tone: string, words: string): SVGElement {
  const title = svg('title')
  title.textContent = words
  return svg(
    'rect',
    {
      class: tone,
      x: left.toFixed(3),
      y: row * ROW + 1,
      width: Math.max(width, 0.5).toFixed(3),
      height: ROW - 2,
    },
    title,
  )
}

/** Where the fuel of a run went: a picture whose widths are fuel, and the same as a table, exact to the unit. */
import type { RunResult } from '../../index.ts'
import { h } from '../dom.ts'
import { number, plural } from '../format.ts'
import { icicle, tone } from './icicle.ts'
import '../style/profile.css'

type Profile = NonNullable<RunResult['profile']>
type FunctionPart = Profile['functions'][number]

export interface Part {
  readonly name: string
  readonly fuel: bigint
  /** Of all fuel, 0 to 1. */
  readonly share: number
  readonly note: string
  /** Its loops and its code outside them; their fuel adds up to the part's. */
  readonly inner: readonly {
    readonly name: string
    readonly fuel: bigint
    readonly note: string
    readonly loop: boolean
  }[]
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
    loop: true,
  }))
  inner.sort((a, b) => (a.fuel === b.fuel ? 0 : a.fuel > b.fuel ? -1 : 1))
  return [...inner, { name: 'outside its loops', fuel: fuel - looped, note: '', loop: false }]
}

const MOST_ROWS = 100

export function profileView(profile: Profile): HTMLElement {
  const all = parts(profile)
  const rest = all.slice(MOST_ROWS)
  const looped = all.some((part) => part.inner.length > 0)
  return h(
    'div',
    { class: 'profile' },
    h(
      'p',
      { class: 'quiet' },
      looped
        ? 'Each function is as wide as the fuel it used itself; its loops are under it.'
        : 'Each function is as wide as the fuel it used itself.',
    ),
    icicle(all, profile.fuel),
    h(
      'table',
      { 'aria-label': 'Fuel by function' },
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
      h('tbody', {}, all.slice(0, MOST_ROWS).map(rowsOf), rest.length > 0 && restRow(rest)),
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

/** All the others as one, so that the rows add up to the total. */
function restRow(rest: readonly Part[]): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, `${plural(rest.length, 'more function')}, each with less`),
    h('td', {}, number(rest.reduce((sum, part) => sum + part.fuel, 0n))),
    h('td', {}, percent(rest.reduce((sum, part) => sum + part.share, 0))),
  )
}

/** Never rounded to none or all of it. */
function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '< 0.1%'
  return share < 1 && share > 0.9995 ? '> 99.9%' : `${(share * 100).toFixed(1)}%`
}

function rowsOf(part: Part, at: number): readonly HTMLElement[] {
  return [
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h(
          'div',
          { class: 'profile-name' },
          h('span', { class: `swatch ${tone(at)}`, 'aria-hidden': 'true' }),
          h(
            'span',
            {},
            h('code', {}, part.name),
            part.note && h('span', { class: 'quiet' }, ` ${part.note}`),
          ),
        ),
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

/** Elements from data. Text goes in as text nodes, never as markup; no style attributes, so the strict CSP holds. */

export type Child = Node | string | number | bigint | null | undefined | false | readonly Child[]

type Listener = (event: Event) => void
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>

/** `onclick` and the like take a function; booleans toggle the attribute; null and undefined leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  setProps(element, props)
  append(element, children)
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

export function svg(tag: string, props: Props = {}, ...children: SVGElement[]): SVGElement {
  const element = document.createElementNS(SVG, tag)
  setProps(element, props)
  element.append(...children)
  return element
}

function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) append(parent, child)
    else if (child instanceof Node) parent.append(child)
    else parent.append(String(child))
  }
}

/** Puts these in place of everything inside. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren()
  append(parent, children)
}

let ids = 0
/** An id for wiring a label or description to its element. */
export function freshId(prefix: string): string {
  ids += 1
  return `${prefix}-${ids}`
}

/** A line drawing, 20 × 20, hidden from screen readers: the words beside it say what it means. */
export function icon(name: keyof typeof PATHS): SVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: PATHS[name] }),
  )
}

const PATHS = {
  check: 'M4 10.5l4 4 8-9',
  cross: 'M5 5l10 10M15 5L5 15',
  stop: 'M5.5 5.5h9v9h-9z',
  play: 'M6 4l10 6-10 6z',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  sun: 'M10 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4',
  moon: 'M16.5 12.2A7 7 0 017.8 3.5a7 7 0 108.7 8.7z',
  warning: 'M10 3l8 14H2zM10 8v4M10 14.5v.1',
  arrow: 'M4 10h11M11 5.5l4.5 4.5-4.5 4.5',
} as const

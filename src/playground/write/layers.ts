/**
 * What lies behind and beside the letters of the editor: colours, marks under mistakes, line numbers. Only the rows in
 * sight and some around them are in the document, so that a source of a hundred thousand lines is typed in as quickly
 * as one of ten.
 */
import { fill, h } from '../dom.ts'
import type { SourceError } from './assembler.ts'
import { type Token, tokens } from './wat-tokens.ts'

export interface Layers {
  /** Behind the field, with its letters. */
  readonly behind: HTMLElement
  /** The line numbers. */
  readonly beside: HTMLElement
  show(text: string, coloured: boolean): void
  mark(errors: readonly SourceError[]): void
  /** Puts the rows where the field's own are. */
  follow(): void
}

/** Beyond this, finding the colours takes longer than the pause between two keys. */
const MOST_COLOURED = 200_000
/** Rows on either side of those in sight, so that most scrolling moves the layers without building them anew. */
const SPARE = 40
const MOST_MARKED = 200

interface Rows {
  readonly from: number
  readonly to: number
}

export function layers(field: HTMLTextAreaElement): Layers {
  const colours = h('pre', { class: 'code-colours' })
  const marks = h('div', { class: 'code-marks' })
  const behind = h('div', { class: 'code-moved', 'aria-hidden': 'true' }, colours, marks)
  const beside = h('pre', { class: 'code-numbers', 'aria-hidden': 'true' })
  let text = ''
  let coloured: readonly Token[] | undefined
  let starts: readonly number[] = [0]
  let errors: readonly SourceError[] = []
  let built: Rows = { from: 0, to: 0 }

  function inSight(): Rows {
    const row = Number.parseFloat(getComputedStyle(field).lineHeight) || 20
    const from = Math.max(0, Math.floor(field.scrollTop / row) - 1)
    return { from, to: Math.min(starts.length, from + Math.ceil(field.clientHeight / row) + 2) }
  }

  function build(): void {
    const { from, to } = inSight()
    built = { from: Math.max(0, from - SPARE), to: Math.min(starts.length, to + SPARE) }
    const start = starts[built.from] ?? 0
    const end = starts[built.to] ?? text.length
    fill(
      colours,
      coloured
        ? between(coloured, start, end).map(({ kind, text: piece }) =>
            kind === 'plain' ? piece : h('span', { class: `wat-${kind}` }, piece),
          )
        : text.slice(start, end),
      '\n',
    )
    const wrong = new Set(errors.map(({ line }) => line - 1))
    fill(
      beside,
      Array.from({ length: built.to - built.from }, (_row, at) => {
        const line = built.from + at
        return h('span', { class: wrong.has(line) ? 'wrong' : null }, `${line + 1}\n`)
      }),
    )
    beside.style.setProperty('--digits', String(String(starts.length).length))
    fill(
      marks,
      errors
        .filter(({ line }) => line > built.from && line <= built.to)
        .slice(0, MOST_MARKED)
        .map(markAt),
    )
  }

  function markAt({ line, column, length }: SourceError): HTMLElement {
    const piece = h('span', { class: 'code-mark' })
    const start = starts[line - 1] ?? 0
    // Tabs are two columns wide here.
    const before = text.slice(start, start + column - 1).replace(/\t/g, '  ').length
    piece.style.setProperty('--row-at', String(line - 1 - built.from))
    piece.style.setProperty('--column', String(before))
    piece.style.setProperty('--length', String(Math.max(1, length)))
    return piece
  }

  /** Set through CSSOM, which the strict content policy allows. */
  function place(): void {
    const down = `calc(${built.from} * var(--row) - ${field.scrollTop}px)`
    behind.style.setProperty('transform', `translate(${-field.scrollLeft}px, ${down})`)
    beside.style.setProperty('transform', `translateY(${down})`)
  }

  function follow(): void {
    const { from, to } = inSight()
    if (from < built.from || to > built.to) build()
    place()
  }

  new ResizeObserver(follow).observe(field)
  return {
    behind,
    beside,
    follow,
    show(shown, withColours) {
      text = shown
      coloured = withColours && text.length <= MOST_COLOURED ? tokens(text) : undefined
      starts = lineStarts(text)
      errors = []
      build()
      place()
    },
    mark(found) {
      errors = found
      build()
      place()
    },
  }
}

export function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The part of the tokens that lies between two places of the text, cut at both. */
export function between(all: readonly Token[], start: number, end: number): readonly Token[] {
  const found: Token[] = []
  let at = 0
  for (const { kind, text } of all) {
    const next = at + text.length
    if (next > start && at < end)
      found.push({ kind, text: text.slice(Math.max(0, start - at), Math.max(0, end - at)) })
    if (next >= end) break
    at = next
  }
  return found
}

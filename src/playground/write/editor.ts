/**
 * A text field with colours. The field itself is a plain textarea, so typing, undo, selection, screen readers and touch
 * keyboards work as everywhere; the colours lie in a layer behind its transparent letters. Tab moves on as in any form.
 */
import { fill, freshId, h } from '../dom.ts'
import type { SourceError } from './assembler.ts'
import { tokens } from './wat-tokens.ts'

export interface Editor {
  readonly element: HTMLElement
  readonly text: string
  show(text: string, options: { readonly readOnly: boolean; readonly coloured: boolean }): void
  mark(errors: readonly SourceError[]): void
  /** Focus, with the place selected. */
  go(error: SourceError): void
  focus(): void
}

export interface EditorHandlers {
  changed(text: string): void
  /** Control or Command with Enter. */
  run(): void
  leave(): void
}

/** Beyond this, colours cost more than they give. */
const MOST_COLOURED = 200_000

export function editor(label: string, handlers: EditorHandlers): Editor {
  const note = freshId('editor-note')
  const field = h('textarea', {
    class: 'code-field',
    'aria-label': label,
    'aria-describedby': note,
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    wrap: 'off',
    rows: '1',
  })
  const colours = h('pre', { class: 'code-colours' })
  const marks = h('div', { class: 'code-marks' })
  const moved = h('div', { class: 'code-moved', 'aria-hidden': 'true' }, colours, marks)
  const numbers = h('pre', { class: 'code-numbers', 'aria-hidden': 'true' })
  let coloured = true

  function paint(): void {
    const text = field.value
    if (coloured && text.length <= MOST_COLOURED)
      fill(
        colours,
        tokens(text).map(({ kind, text: piece }) =>
          kind === 'plain' ? piece : h('span', { class: `wat-${kind}` }, piece),
        ),
        '\n',
      )
    else fill(colours, text, '\n')
    const lines = text.split('\n').length
    if (numbers.childElementCount !== lines)
      fill(
        numbers,
        Array.from({ length: lines }, (_line, at) => h('span', {}, `${at + 1}\n`)),
      )
  }

  /** The layers follow the field. Set through CSSOM, which the strict content policy allows. */
  function follow(): void {
    moved.style.setProperty('transform', `translate(${-field.scrollLeft}px, ${-field.scrollTop}px)`)
    numbers.style.setProperty('transform', `translateY(${-field.scrollTop}px)`)
  }

  function mark(errors: readonly SourceError[]): void {
    field.setAttribute('aria-invalid', String(errors.length > 0))
    const wrong = new Set(errors.map(({ line }) => line - 1))
    for (const [at, row] of [...numbers.children].entries()) row.classList.toggle('wrong', wrong.has(at))
    const lines = field.value.split('\n')
    fill(
      marks,
      errors.map(({ line, column, length }) => {
        const piece = h('span', { class: 'code-mark' })
        // Tabs are two columns wide here.
        const before = (lines[line - 1] ?? '').slice(0, column - 1).replace(/\t/g, '  ').length
        piece.style.setProperty('--line', String(line - 1))
        piece.style.setProperty('--column', String(before))
        piece.style.setProperty('--length', String(Math.max(1, length)))
        return piece
      }),
    )
  }

  field.addEventListener('input', () => {
    paint()
    mark([])
    follow()
    handlers.changed(field.value)
  })
  field.addEventListener('scroll', follow)
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') handlers.leave()
    if (event.key !== 'Enter' || event.isComposing) return
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      handlers.run()
    } else if (!field.readOnly && !event.shiftKey) indent(event)
  })

  /** A new line starts where the one before it does. */
  function indent(event: KeyboardEvent): void {
    const before = field.value.slice(0, field.selectionStart)
    const blank = /[ \t]*/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0] ?? ''
    if (!blank) return
    event.preventDefault()
    // Deprecated, and still the only way of changing a field that its undo knows of.
    if (!document.execCommand('insertText', false, `\n${blank}`)) field.setRangeText(`\n${blank}`)
  }

  return {
    element: h(
      'div',
      { class: 'code' },
      h(
        'div',
        { class: 'code-frame' },
        h('div', { class: 'code-gutter' }, numbers),
        h('div', { class: 'code-text' }, moved, field),
      ),
      h('p', { id: note, class: 'quiet' }, 'Control and Enter runs it. Tab and Escape leave the editor.'),
    ),
    get text() {
      return field.value
    },
    show(text, options) {
      coloured = options.coloured
      field.value = text
      field.readOnly = options.readOnly
      field.setSelectionRange(0, 0)
      field.scrollTo(0, 0)
      paint()
      mark([])
      follow()
    },
    mark,
    go({ line, column, length }) {
      const start = offset(field.value, line) + column - 1
      field.focus()
      field.setSelectionRange(start, start + length)
      const height = Number.parseFloat(getComputedStyle(field).lineHeight) || 20
      field.scrollTop = Math.max(0, (line - 4) * height)
    },
    focus: () => field.focus(),
  }
}

function offset(text: string, line: number): number {
  let at = 0
  for (let left = line - 1; left > 0; left -= 1) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return at
}

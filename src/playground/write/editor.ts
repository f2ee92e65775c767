/**
 * A text field with colours. The field itself is a plain textarea, so typing, undo, selection, screen readers and touch
 * keyboards work as everywhere; the colours lie in a layer behind its transparent letters. Tab moves on as in any form.
 */
import { freshId, h } from '../dom.ts'
import type { SourceError } from './assembler.ts'
import { layers, lineStarts } from './layers.ts'

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
  const behind = layers(field)
  let coloured = true

  function mark(errors: readonly SourceError[]): void {
    field.setAttribute('aria-invalid', String(errors.length > 0))
    behind.mark(errors)
  }

  function paint(): void {
    field.setAttribute('aria-invalid', 'false')
    behind.show(field.value, coloured)
  }

  field.addEventListener('input', () => {
    paint()
    handlers.changed(field.value)
  })
  field.addEventListener('scroll', () => behind.follow())
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
        h('div', { class: 'code-gutter' }, behind.beside),
        h('div', { class: 'code-text' }, behind.behind, field),
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
    },
    mark,
    go({ line, column, length }) {
      const start = (lineStarts(field.value)[line - 1] ?? field.value.length) + column - 1
      field.focus()
      field.setSelectionRange(start, start + length)
      const style = getComputedStyle(field)
      field.scrollTop = Math.max(0, (line - 4) * (Number.parseFloat(style.lineHeight) || 20))
      // Letters of the monospaced fonts are three fifths as wide as high; browsers scroll down to a selection, not across.
      const across = column * 0.6 * (Number.parseFloat(style.fontSize) || 13)
      field.scrollLeft = across < field.clientWidth * 0.7 ? 0 : across - field.clientWidth / 2
    },
    focus: () => field.focus(),
  }
}

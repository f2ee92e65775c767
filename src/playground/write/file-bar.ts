/** The row over the editor: which file is open, its name, and what can be done with it and with the whole workspace. */
import { announce } from '../announce.ts'
import { fill, h } from '../dom.ts'
import { plural } from '../format.ts'
import { saveAs } from '../parts/save.ts'
import type { Sample } from '../samples.ts'
import { importFiles, listFiles, packWorkspace, unpackWorkspace, type WorkspaceFile } from './workspace.ts'

export interface FileBar {
  readonly element: HTMLElement
  show(files: readonly WorkspaceFile[], open: { readonly name: string; readonly readOnly: boolean }): void
  focus(): void
}

export interface FileBarHandlers {
  open(name: string): void
  openSample(id: string): void
  create(): void
  rename(name: string): void
  remove(): void
  /** Bytes of what was assembled last, when that is what the text says. */
  download(): Uint8Array | undefined
  imported(): void
  trouble(error: unknown): void
  samples(): readonly Sample[]
}

export function fileBar(handlers: FileBarHandlers): FileBar {
  const select = h('select', { id: 'write-file' })
  select.addEventListener('change', () => {
    const [kind, name = ''] = select.value.split(/:(.*)/s)
    if (kind === 'file') handlers.open(name)
    else if (kind === 'sample') handlers.openSample(name)
  })
  const name = h('input', {
    id: 'write-name',
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 100,
  })
  // A save that ends meanwhile shows the files anew, and must not take back what is being typed.
  let typing = false
  name.addEventListener('input', () => {
    typing = true
  })
  name.addEventListener('change', () => {
    typing = false
    if (name.value.trim()) handlers.rename(name.value.trim())
  })
  name.addEventListener('blur', () => {
    typing = false
  })
  const button = (label: string, act: () => void) =>
    h('button', { type: 'button', class: 'button', onclick: act }, label)
  const remove = button('Delete', handlers.remove)
  const picker = h('input', {
    type: 'file',
    accept: '.json,application/json',
    id: 'workspace-file',
    class: 'visually-hidden',
  })
  picker.addEventListener('change', () => {
    const file = picker.files?.[0]
    if (file) void take(file)
    picker.value = ''
  })

  async function take(file: File): Promise<void> {
    try {
      const added = await importFiles(unpackWorkspace(await file.text()))
      announce(`${plural(added, 'new file')} in the workspace.`)
      handlers.imported()
    } catch (error) {
      handlers.trouble(error)
    }
  }

  async function give(): Promise<void> {
    try {
      saveAs('icn-workspace.json', 'application/json', packWorkspace(await listFiles()))
    } catch (error) {
      handlers.trouble(error)
    }
  }

  function download(): void {
    const built = handlers.download()
    if (built) saveAs(name.value.replace(/(\.wat|\.wasm)?$/i, '.wasm'), 'application/wasm', built)
    else handlers.trouble(new Error('There is no module to save: the source has not been assembled.'))
  }

  return {
    element: h(
      'div',
      { class: 'file-bar' },
      h('div', { class: 'field' }, h('label', { for: 'write-file' }, 'Open'), select),
      h('div', { class: 'field' }, h('label', { for: 'write-name' }, 'Name'), name),
      h('div', { class: 'actions' }, button('New', handlers.create), remove),
      h(
        'details',
        { class: 'detail' },
        h('summary', {}, 'Files'),
        h(
          'div',
          { class: 'actions picker' },
          button('Save as .wasm', download),
          button('Export the workspace', () => void give()),
          picker,
          h('label', { class: 'button', for: 'workspace-file' }, 'Import a workspace'),
        ),
      ),
    ),
    show(files, open) {
      const kept = files.some((file) => file.name === open.name)
      const value = (kind: string, one: string) => `${kind}:${one}`
      const readable = handlers.samples()
      fill(
        select,
        !kept && h('option', { value: '', selected: true }, `${open.name}, not kept yet`),
        files.length > 0 &&
          h(
            'optgroup',
            { label: 'Your files' },
            files.map((file) =>
              h('option', { value: value('file', file.name), selected: file.name === open.name }, file.name),
            ),
          ),
        h(
          'optgroup',
          { label: 'Samples' },
          readable.map((sample) =>
            h('option', { value: value('sample', sample.id) }, `${sample.title}, ${sample.language}`),
          ),
        ),
      )
      if (!typing) name.value = open.name
      name.readOnly = open.readOnly
      remove.setAttribute('aria-disabled', String(!kept))
    },
    focus: () => select.focus(),
  }
}

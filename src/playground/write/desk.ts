/**
 * The editor at work: which text is open, when it is saved and when it is assembled. Texts of the workspace are saved as
 * they change; a sample or a link becomes a file of the workspace with its first change.
 */
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { bytes, parseFuel, plural } from '../format.ts'
import { problemAlert } from '../parts/problem.ts'
import { href, parseRoute } from '../router.ts'
import { sampleUrl } from '../samples.ts'
import type { Source } from '../store.ts'
import { problem } from '../words.ts'
import { assemble, disassemble, MOST_SHOWN, type SourceError } from './assembler.ts'
import { editor } from './editor.ts'
import { fileBar } from './file-bar.ts'
import { TEMPLATE } from './template.ts'
import {
  cleanName,
  deleteFile,
  freeName,
  listFiles,
  readFile,
  saveFile,
  type WorkspaceFile,
} from './workspace.ts'

/** What is open. */
interface Paper {
  readonly name: string
  /** It is a file of the workspace; otherwise it becomes one when it is changed. */
  readonly kept: boolean
  /** Why it can only be read; undefined for what can be changed. */
  readonly reading: string | undefined
}

/** How it is opened, where it is no new text. */
interface Opened {
  readonly kept?: boolean
  /** Why it can only be read. */
  readonly reading?: string | undefined
  /** What the address names, so that a reload opens it again. */
  readonly address?: string
  /** Chooses the module of what can only be read. */
  choose?(): Promise<void>
}

const OTHER_LANGUAGE =
  'For reading: only WebAssembly text is built in this page. The module beside it was built from this source.'
const AS_TEXT = 'A kept module as text, for reading. “Read it as text”, beside it, makes a copy to change.'
const NO_TEXT = 'A kept module, without its text here. “Delete” removes it.'

const SAVE_MS = 400
const ASSEMBLE_MS = 250
/** A long source takes longer to assemble, so it waits for a longer pause: a second more for so many characters. */
const ASSEMBLED_PER_MS = 500
export function desk(context: Context, wanted: string | undefined, signal: AbortSignal): HTMLElement {
  const { store, actions } = context
  let paper: Paper = { name: '', kept: false, reading: undefined }
  let saving: ReturnType<typeof setTimeout> | undefined
  let assembling: ReturnType<typeof setTimeout> | undefined
  let saved: Promise<void> = Promise.resolve()
  let building: Promise<readonly SourceError[]> = Promise.resolve([])
  let turn = 0
  let asked = 0
  const status = h('div', { class: 'write-status' })
  const trouble = h('div')
  const code = editor('Source of the contract', {
    changed: () => {
      clearTimeout(saving)
      clearTimeout(assembling)
      saving = setTimeout(() => void save(), SAVE_MS)
      assembling = setTimeout(() => void build(), ASSEMBLE_MS + code.text.length / ASSEMBLED_PER_MS)
      actions.outdate(build)
    },
    run: () => void buildAndRun(),
    leave: () => bar.focus(),
  })
  const bar = fileBar({
    open: (name) => guarded(() => openFile(name)),
    openSample: (id) => guarded(() => openSample(id)),
    create: () => guarded(() => open(asking(), { name: 'contract.wat', text: TEMPLATE })),
    rename: (name) => guarded(() => rename(name)),
    remove: () => guarded(remove),
    download: () => {
      const { choice } = store.get()
      if (!choice || typeof choice.source === 'string') return undefined
      return choice.text !== undefined || choice.name === paper.name ? choice.source : undefined
    },
    imported: () => guarded(refreshList),
    trouble: (error) => fill(trouble, problemAlert(error)),
    samples: () => store.get().samples,
  })

  /** What fails here is told under the bar; the text stays. */
  async function guarded(work: () => Promise<void>): Promise<void> {
    fill(trouble)
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error, { dismiss: () => fill(trouble) }))
    }
  }

  async function refreshList(): Promise<void> {
    showFiles(await listFiles())
  }

  function showFiles(files: readonly WorkspaceFile[]): void {
    bar.show(files, { name: paper.name, readOnly: paper.reading !== undefined })
  }

  /** What is asked for last is opened, however long it takes what was asked for before to arrive. */
  function asking(): () => boolean {
    asked += 1
    const mine = asked
    return () => mine === asked && !signal.aborted
  }

  /** The text and its module change at once: Run never means the one before. */
  async function open(wanted: () => boolean, source: Source, opened: Opened = {}): Promise<void> {
    await flush()
    if (!wanted()) return
    const { kept = false, reading, choose } = opened
    paper = { name: source.name, kept, reading }
    const readOnly = reading !== undefined
    code.show(source.text, { readOnly, coloured: /\.(wat|wasm)$/i.test(source.name) })
    if (choose) void choose()
    else actions.outdate(build)
    const built = build()
    if (opened.address !== undefined) address(opened.address)
    showFiles(await listFiles().catch(() => []))
    await built
  }

  async function openFile(name: string): Promise<void> {
    const wanted = asking()
    const file = await readFile(name)
    if (!file) throw new Error(`The workspace has no file named ${name}.`)
    const { content } = file
    if (typeof content === 'string')
      return open(wanted, { name, text: content }, { kept: true, address: name })
    await openModule(wanted, name, content)
  }

  /** A kept module, as text to read. What turns out to be no module is opened too, so that it can be deleted. */
  async function openModule(wanted: () => boolean, name: string, module: Uint8Array): Promise<void> {
    let text = ''
    try {
      if (module.length <= MOST_SHOWN) text = await disassemble(module)
    } finally {
      const choose = () => actions.takeModule({ name, bytes: module })
      const reading = text ? AS_TEXT : NO_TEXT
      await open(wanted, { name, text }, { kept: true, reading, address: name, choose })
    }
  }

  function address(name: string): void {
    if (!signal.aborted && parseRoute(location.hash).name === 'write')
      history.replaceState(null, '', href('write', name))
  }

  async function openSample(id: string): Promise<void> {
    const wanted = asking()
    const sample = store.get().samples.find((item) => item.id === id)
    if (!sample) throw new Error(`There is no file and no sample named ${id}.`)
    const response = await fetch(sampleUrl(sample.source), { signal })
    if (!response.ok)
      throw new Error(`${sample.source} could not be loaded: the server answered ${response.status}.`)
    const text = await response.text()
    const name = sample.source.replace(/^.*\//, '')
    if (/\.wat$/i.test(name)) return open(wanted, { name, text }, { address: id })
    const choose = () => actions.chooseSample(sample)
    await open(wanted, { name, text }, { reading: OTHER_LANGUAGE, address: id, choose })
  }

  function save(): Promise<void> {
    clearTimeout(saving)
    saving = undefined
    if (!paper.reading) saved = saved.then(() => guarded(keep))
    return saved
  }

  async function keep(): Promise<void> {
    if (!paper.kept) {
      const taken = new Set((await listFiles()).map((file) => file.name))
      paper = { ...paper, name: freeName(paper.name, taken), kept: true }
      address(paper.name)
    }
    await saveFile(paper.name, code.text)
    await refreshList()
  }

  /** What was typed a moment ago is saved before anything else is opened, also what is typed meanwhile. */
  async function flush(): Promise<void> {
    do await (saving === undefined ? saved : save())
    while (saving !== undefined)
  }

  async function rename(wantedName: string): Promise<void> {
    const clean = cleanName(wantedName)
    if (clean === paper.name) return
    await flush()
    const taken = new Set((await listFiles()).map((file) => file.name))
    const name = freeName(/\.wat$/i.test(clean) ? clean : `${clean}.wat`, taken)
    await saveFile(name, code.text)
    if (paper.kept) await deleteFile(paper.name)
    paper = { ...paper, name, kept: true }
    address(name)
    await refreshList()
    await build()
  }

  async function remove(): Promise<void> {
    if (!paper.kept) return
    await flush()
    const file = await readFile(paper.name)
    await deleteFile(paper.name)
    await openNewest()
    if (file) fill(trouble, undo(file))
    announce(`${file?.name ?? 'The file'} was deleted. It can be brought back, above the editor.`)
  }

  /** Until something else is done: work of hours may have gone by one press. */
  function undo({ name, content }: WorkspaceFile): HTMLElement {
    const back = async () => {
      const free = freeName(name, new Set((await listFiles()).map((file) => file.name)))
      await saveFile(free, content)
      await openFile(free)
      bar.focus()
    }
    return h(
      'p',
      { class: 'write-undo' },
      `${name} was deleted. `,
      h(
        'button',
        { type: 'button', class: 'link-button', onclick: () => void guarded(back) },
        'Bring it back',
      ),
    )
  }

  async function openNewest(): Promise<void> {
    const newest = (await listFiles()).find((file) => typeof file.content === 'string')
    if (newest) await openFile(newest.name)
    else await open(asking(), { name: 'contract.wat', text: TEMPLATE })
  }

  function build(): Promise<readonly SourceError[]> {
    clearTimeout(assembling)
    turn += 1
    building = make(turn)
    return building
  }

  /** @returns its mistakes; those of the text that it became meanwhile, when it did */
  async function make(mine: number): Promise<readonly SourceError[]> {
    if (paper.reading) {
      fill(status, h('p', { class: 'quiet' }, paper.reading))
      return []
    }
    const text = code.text
    const made = await assemble(text)
    if (signal.aborted) return []
    if (mine !== turn) return building
    if ('errors' in made) {
      const { errors } = made
      code.mark(errors)
      fill(status, errorList(errors))
      actions.withdraw('The source has to be put right first: its mistakes are listed under it.')
      return errors
    }
    code.mark([])
    fill(status, h('p', { class: 'quiet' }, `Assembled: ${bytes(made.bytes.length)}.`))
    await actions.takeAssembled({ name: paper.name.replace(/\.wat$/i, ''), bytes: made.bytes }, text)
    return []
  }

  function errorList(errors: readonly SourceError[]): HTMLElement {
    return h(
      'div',
      { class: 'write-errors' },
      h('p', { class: 'problem-title' }, plural(errors.length, 'mistake')),
      h(
        'ul',
        {},
        errors
          .slice(0, 50)
          .map((error) =>
            h(
              'li',
              {},
              h(
                'button',
                { type: 'button', class: 'link-button', onclick: () => code.go(error) },
                `Line ${error.line}, column ${error.column}`,
              ),
              ` ${error.message}`,
            ),
          ),
      ),
    )
  }

  async function buildAndRun(): Promise<void> {
    await guarded(async () => {
      const [first, ...others] = await build()
      if (!first) {
        // The same as for the button: a budget that is none is to be put right first.
        if (parseFuel(store.get().fuel) === undefined) return document.getElementById('fuel')?.focus()
        return actions.run()
      }
      const more = others.length === 0 ? '' : ` ${plural(others.length, 'more mistake')} after it.`
      announce(`Line ${first.line}, column ${first.column}: ${first.message}${more}`, 'assertive')
    })
  }

  async function begin(): Promise<void> {
    if (wanted === undefined) return openNewest()
    if (await readFile(wanted)) return openFile(wanted)
    await openSample(wanted)
  }

  let received = false
  store.watch(
    ['incoming'],
    ({ incoming }) => {
      if (!incoming) return
      received = true
      store.set({ incoming: null })
      void guarded(() => open(asking(), { ...incoming, name: cleanName(incoming.name) }))
    },
    signal,
  )
  if (!received)
    void guarded(async () => {
      try {
        await begin()
      } catch (error) {
        // An editor is there whatever the address says, and also where this browser keeps nothing.
        await open(asking(), { name: 'contract.wat', text: TEMPLATE })
        throw new Error(problem(error).message, { cause: error })
      }
    })
  signal.addEventListener('abort', () => {
    clearTimeout(assembling)
    void flush()
  })

  return h(
    'section',
    { class: 'write', 'aria-labelledby': 'write-title' },
    h('h2', { id: 'write-title', class: 'visually-hidden' }, 'Source'),
    bar.element,
    trouble,
    code.element,
    status,
  )
}

/** Ways a module reaches the page: dropped anywhere, picked as a file, pasted as a file or as text, named in the address. */
import { h } from './dom.ts'
import { parseRoute } from './router.ts'
import type { Source } from './store.ts'

export interface Intake {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface IntakeHandlers {
  take(module: Intake): void
  /** WebAssembly as text, for the editor. */
  write(source: Source): void
  refuse(name: string, error: Error): void
}

/** Larger files are not read into memory at all; the runtime's own limit is far below. */
const MOST_BYTES = 256 * 1024 * 1024

export function listenForModules(handlers: IntakeHandlers): void {
  const veil = h('div', { class: 'drop-veil', hidden: true }, h('p', {}, 'Drop the .wasm file to open it'))
  document.body.append(veil)
  let depth = 0
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
  const show = (change: number) => {
    depth = Math.max(0, change === 0 ? 0 : depth + change)
    veil.hidden = depth === 0
  }
  window.addEventListener('dragenter', (event) => carriesFiles(event) && show(1))
  window.addEventListener('dragleave', (event) => carriesFiles(event) && show(-1))
  window.addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault())
  window.addEventListener('drop', (event) => {
    show(0)
    const file = event.dataTransfer?.files[0]
    if (!file) return
    event.preventDefault()
    void readFile(file, handlers)
  })
  window.addEventListener('paste', (event) => {
    if (event.target instanceof HTMLElement && event.target.matches('input, textarea')) return
    const file = event.clipboardData?.files[0]
    if (file) return void readFile(file, handlers)
    const text = event.clipboardData?.getData('text/plain').trim() ?? ''
    if (!text) return
    const bytes = bytesFromText(text)
    if (bytes) handlers.take({ name: 'Pasted module', bytes })
    else if (/^\(module\b|^\(;|^;;/.test(text)) handlers.write({ name: 'pasted.wat', text })
    // Elsewhere it was hardly meant for the runtime, and nobody is to be taken away from where they are.
    else if (['run', 'write'].includes(parseRoute(location.hash).name))
      handlers.refuse('Pasted text', new Error(explainText()))
  })
}

export async function readFile(file: File, handlers: IntakeHandlers): Promise<void> {
  if (file.size > MOST_BYTES)
    return handlers.refuse(
      file.name,
      new Error(`The file has ${file.size} bytes; at most ${MOST_BYTES} are read.`),
    )
  try {
    if (/\.wat$/i.test(file.name)) handlers.write({ name: file.name, text: await file.text() })
    else handlers.take({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
  } catch (cause) {
    handlers.refuse(file.name, new Error(`The browser could not read ${file.name}.`, { cause }))
  }
}

/** Hex or base64 of something that starts like a wasm module; undefined for other text. */
export function bytesFromText(text: string): Uint8Array | undefined {
  const compact = text.replace(/\s+/g, '')
  if (/^0061736d([0-9a-f]{2})*$/i.test(compact))
    return Uint8Array.from(compact.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  if (!/^AGFzb[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined
  try {
    return Uint8Array.from(atob(compact), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

function explainText(): string {
  return 'The pasted text is no module. Paste a .wasm file, its bytes as hex (0061736d…) or base64 (AGFzb…), or WebAssembly text that starts with (module.'
}

/**
 * The module that the page's address names: `?module=samples/hello.wasm`, or a `.wat`. The content policy lets the page
 * load from its own site only.
 */
export async function readAddress(handlers: IntakeHandlers): Promise<void> {
  const wanted = new URLSearchParams(location.search).get('module')
  if (wanted === null) return
  const name = wanted.replace(/^.*\//, '').slice(-100) || 'The module'
  try {
    const url = new URL(wanted, document.baseURI)
    if (url.origin !== location.origin)
      throw new Error(
        `It is on another site, ${url.host || url.protocol}, and this page loads from its own site only. Download it and drop it here.`,
      )
    const response = await fetch(url)
    if (!response.ok) throw new Error(`The server answered ${response.status} for ${url.pathname}.`)
    await readFile(new File([await response.blob()], name), handlers)
  } catch (error) {
    handlers.refuse(name, error instanceof Error ? error : new Error(String(error)))
  }
}

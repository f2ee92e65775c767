/** Ways a module reaches the page: dropped anywhere, picked as a file, pasted as a file or as hex or base64 text. */
import { h } from './dom.ts'

export interface Intake {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface IntakeHandlers {
  take(module: Intake): void
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
    else handlers.refuse('Pasted text', new Error(explainText(text)))
  })
}

export async function readFile(file: File, handlers: IntakeHandlers): Promise<void> {
  if (file.size > MOST_BYTES)
    return handlers.refuse(
      file.name,
      new Error(`The file has ${file.size} bytes; at most ${MOST_BYTES} are read.`),
    )
  try {
    handlers.take({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
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

function explainText(text: string): string {
  return text.startsWith('(module')
    ? 'This is WebAssembly text. Build it to a .wasm file first (wat2wasm does that), then open the file here.'
    : 'The pasted text is not a module. Paste a .wasm file, or its bytes as hex (0061736d…) or base64 (AGFzb…).'
}

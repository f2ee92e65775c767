/** Gives a person a file, by the download of the browser. */
import { h } from '../dom.ts'

export function saveAs(name: string, type: string, content: string | Uint8Array | Blob): void {
  const blob = content instanceof Blob ? content : new Blob([content as BlobPart], { type })
  const url = URL.createObjectURL(blob)
  const link = h('a', { href: url, download: name })
  link.click()
  // The download has its own hold on the blob by then; browsers want the address for a moment longer.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

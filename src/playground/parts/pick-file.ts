/** Asks for a file by the browser's own dialog; undefined when the person thinks better of it. */
import { h } from '../dom.ts'

export function pickFile(accept?: string): Promise<File | undefined> {
  return new Promise((resolve) => {
    const input = h('input', { type: 'file', hidden: true, ...(accept === undefined ? {} : { accept }) })
    const end = (file?: File) => {
      input.remove()
      resolve(file)
    }
    input.addEventListener('change', () => end(input.files?.[0]))
    input.addEventListener('cancel', () => end())
    document.body.append(input) // some browsers forget an input that stands nowhere
    input.click()
  })
}

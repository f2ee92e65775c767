/** A sentence in which what stands between backticks is code, as the docs of the host functions write it. */
import { h } from '../dom.ts'

export function withCode(text: string): readonly (Node | string)[] {
  return text.split('`').map((piece, at) => (at % 2 === 1 ? h('code', {}, piece) : piece))
}

/** WAT cut into tokens for colouring. Never fails: what is not understood is plain text. */

export type TokenKind =
  | 'comment'
  | 'string'
  | 'number'
  | 'name'
  | 'instruction'
  | 'keyword'
  | 'type'
  | 'plain'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const TYPES = /^(i32|i64|f32|f64|v128|funcref|externref)$/
/** Words that shape a module; every other word is an instruction. */
const KEYWORDS = new Set(
  'module func param result local type import export memory data table elem global mut start offset item declare then align'.split(
    ' ',
  ),
)

/** Line comment, block comment as far as it closes, string, $name, number, word, bracket, blank, anything else. */
const TOKEN =
  /(?<comment>;;[^\n]*|\(;[\s\S]*?(?:;\)|$))|(?<string>"(?:\\[\s\S]|[^"\\\n])*"?)|(?<name>\$[^\s"(),;[\]{}]+)|(?<number>[+-]?(?:0x[\da-f_]+(?:\.[\da-f_]*)?(?:p[+-]?\d+)?|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d+)?|inf|nan(?::\S+)?)(?![^\s()";]))|(?<word>[^\s"(),;[\]{}$]+)|[\s\S]/giy

/** In order and without gaps: the texts joined are the source. */
export function tokens(source: string): readonly Token[] {
  const found: Token[] = []
  let plain = ''
  const push = (kind: TokenKind, text: string) => {
    if (kind === 'plain') {
      plain += text
      return
    }
    if (plain) found.push({ kind: 'plain', text: plain })
    plain = ''
    found.push({ kind, text })
  }
  for (const { 0: text, groups = {} } of source.matchAll(TOKEN)) {
    if (groups.comment !== undefined) push('comment', text)
    else if (groups.string !== undefined) push('string', text)
    else if (groups.name !== undefined) push('name', text)
    else if (groups.number !== undefined) push('number', text)
    else if (groups.word !== undefined)
      push(TYPES.test(text) ? 'type' : KEYWORDS.has(text) ? 'keyword' : 'instruction', text)
    else push('plain', text)
  }
  if (plain) found.push({ kind: 'plain', text: plain })
  return found
}

export interface Piece {
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
}
export function fenced(markdown: string, file: string): Piece[]
export function examples(source: string, file: string): Piece[]
export function checkDocumentedCode(): Promise<string>

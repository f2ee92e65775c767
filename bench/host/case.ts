/** One host call whose price is measured, and the pieces such calls are written with. */
export interface Case {
  readonly name: string
  /** What is special about it, where a function has several. */
  readonly of?: string
  readonly type: string
  /** One call, its result dropped; the text is at address 0. */
  readonly call: (length: number) => string
  readonly text?: string
  readonly times: number
}

export const OUT = '(i32.const 65536) (i32.const 65536)'
export const WRITTEN = '(param i32 i32 i32 i32) (result i32)'
export const text = (length: number) => `(i32.const 0) (i32.const ${length})`
export const drop = (args: string) => `(drop (call $f ${args}))`

/** Strings of compiled contracts one after another: their text, and code that writes their lengths and pushes their places. */
export function strings(...words: readonly string[]): { data: string; at: string } {
  let data = ''
  const places = words.map((word) => {
    const pointer = data.length
    data += `\0\0\0\0${word}`
    return { pointer, length: word.length }
  })
  const writes = places.map(
    ({ pointer, length }) => `(i32.store (i32.const ${pointer}) (i32.const ${length}))`,
  )
  return { data, at: [...writes, ...places.map(({ pointer }) => `(i32.const ${pointer})`)].join(' ') }
}

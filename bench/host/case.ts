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

/** Four letters that say the loop's number, in base 16. */
export function count(at: number): string {
  const digit = (n: number) =>
    `(i32.shl (i32.and (i32.shr_u (local.get $i) (i32.const ${4 * n})) (i32.const 15)) (i32.const ${8 * n}))`
  const digits = `(i32.or (i32.or ${digit(0)} ${digit(1)}) ${digit(2)})`
  return `(i32.store (i32.const ${at}) (i32.add (i32.const 0x61616161) ${digits}))`
}

/** A call with strings of compiled contracts: before them what changes the text, behind them the arguments that are none. */
export function worded(
  name: string,
  type: string,
  words: readonly string[],
  { more = '', before = '', times = 30 }: { more?: string; before?: string; times?: number } = {},
): Case {
  const { data, at } = strings(...words)
  return { name, type, text: data, call: () => `${before} ${at} ${more} (drop (call $f))`, times }
}

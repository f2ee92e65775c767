/** Writes module bytes: the few helpers the generator needs. */
import type { FuncType, Type } from './decode.ts'

export function uleb(value: number): number[] {
  const out: number[] = []
  let rest = value
  do {
    const byte = rest % 128
    rest = Math.floor(rest / 128)
    out.push(rest > 0 ? byte | 0x80 : byte)
  } while (rest > 0)
  return out
}
export function sleb(value: bigint): number[] {
  const out: number[] = []
  for (let rest = value; ; ) {
    const byte = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && !(byte & 0x40)) || (rest === -1n && byte & 0x40)) {
      out.push(byte)
      return out
    }
    out.push(byte | 0x80)
  }
}
export const list = (items: readonly (readonly number[])[]): number[] => [
  ...uleb(items.length),
  ...items.flat(),
]
export const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)]
  return [...uleb(bytes.length), ...bytes]
}
export const section = (id: number, body: readonly number[]): number[] => [id, ...uleb(body.length), ...body]
export const functionType = (type: FuncType): number[] => [
  0x60,
  ...uleb(type.params.length),
  ...type.params,
  ...uleb(type.results.length),
  ...type.results,
]
/** Locals run-length encoded, as compilers do. */
export function localGroups(types: readonly Type[]): number[] {
  const groups: [number, Type][] = []
  for (const type of types) {
    const last = groups.at(-1)
    if (last && last[1] === type) last[0]++
    else groups.push([1, type])
  }
  return list(groups.map(([count, type]) => [...uleb(count), type]))
}

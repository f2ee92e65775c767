/**
 * A decoder of valid modules for the reference interpreter, written from the specification's chapter 5 and nothing
 * else. It shares no code with the reader it helps to judge, and trusts `WebAssembly.validate` to have gone before.
 */

export type Type = number
export const I32 = 0x7f
export const I64 = 0x7e
export const F32 = 0x7d
export const F64 = 0x7c
export const V128 = 0x7b
export const FUNCREF = 0x70
export const EXTERNREF = 0x6f

export interface FuncType {
  readonly params: readonly Type[]
  readonly results: readonly Type[]
}
export interface Limits {
  readonly min: number
  readonly max: number | undefined
}
/** One instruction; `a` and `b` are immediates, `x` whatever else it carries. */
export interface Instr {
  readonly op: number
  /** Its byte in the module. */
  readonly at: number
  a: number
  b: number
  readonly x: unknown
}
export interface Body {
  readonly locals: readonly Type[]
  readonly code: readonly Instr[]
}
export interface Elem {
  readonly mode: 'active' | 'passive' | 'declarative'
  readonly table: number
  readonly offset: readonly Instr[]
  readonly items: readonly (readonly Instr[])[]
}
export interface Data {
  readonly active: boolean
  readonly offset: readonly Instr[]
  readonly bytes: Uint8Array
}
export interface Decoded {
  readonly types: FuncType[]
  readonly imports: { module: string; name: string; type: number }[]
  /** Type indices of imported and own functions together. */
  readonly funcs: number[]
  readonly tables: { type: Type; limits: Limits }[]
  readonly memories: Limits[]
  readonly globals: { type: Type; mutable: boolean; init: Instr[] }[]
  readonly exports: { name: string; kind: number; index: number }[]
  readonly elems: Elem[]
  readonly datas: Data[]
  readonly bodies: Body[]
  start: number | undefined
}

/** Prefixed operators become 0xfc00 + n and 0xfd00 + n. */
export const PREFIX_FC = 0xfc00
export const PREFIX_FD = 0xfd00

class Bytes {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  u8(): number {
    return this.bytes[this.at++]!
  }
  u32(): number {
    let result = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8()
      result += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return result
    }
  }
  s64(): bigint {
    let result = 0n
    for (let shift = 0n; ; ) {
      const byte = this.u8()
      result |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte < 0x80) return BigInt.asIntN(64, byte & 0x40 ? result - (1n << shift) : result)
    }
  }
  s32(): number {
    return Number(BigInt.asIntN(32, this.s64()))
  }
  take(count: number): Uint8Array {
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }
  name(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.take(this.u32()))
  }
  list<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read)
  }
  limits(): Limits {
    const flag = this.u8()
    return { min: this.u32(), max: flag & 1 ? this.u32() : undefined }
  }
}

/** Immediates by operator: '' none, others as read in `instruction`. */
function instruction(from: Bytes): Instr {
  const { at } = from
  let op = from.u8()
  if (op === 0xfc || op === 0xfd) op = (op << 8) + from.u32()
  let a = 0
  let b = 0
  let x: unknown
  if (op >= 0x02 && op <= 0x04) a = from.s32()
  else if (op === 0x0c || op === 0x0d || op === 0x10 || op === 0x12 || op === 0xd2) a = from.u32()
  else if (op === 0x0e) {
    x = from.list(() => from.u32())
    a = from.u32()
  } else if (op === 0x11 || op === 0x13) {
    a = from.u32()
    b = from.u32()
  } else if (op === 0x1c) x = from.list(() => from.u8())
  else if (op >= 0x20 && op <= 0x26) a = from.u32()
  else if (op >= 0x28 && op <= 0x3e) {
    from.u32()
    a = from.u32()
  } else if (op === 0x3f || op === 0x40 || op === 0xd0) a = from.u8()
  else if (op === 0x41) a = from.s32()
  else if (op === 0x42) x = from.s64()
  else if (op === 0x43) {
    a = from.view.getUint32(from.at, true)
    from.at += 4
  } else if (op === 0x44) {
    x = from.view.getBigUint64(from.at, true)
    from.at += 8
  } else if (op >= PREFIX_FC + 8 && op <= PREFIX_FC + 17) {
    a = from.u32()
    const two = [8, 10, 12, 14].includes(op - PREFIX_FC)
    if (two) b = from.u32()
  } else if (op >= PREFIX_FD) {
    const sub = op - PREFIX_FD
    if (sub <= 11 || sub === 92 || sub === 93) {
      from.u32()
      a = from.u32()
    } else if (sub === 12 || sub === 13) x = from.take(16).slice()
    else if (sub >= 21 && sub <= 34) b = from.u8()
    else if (sub >= 84 && sub <= 91) {
      from.u32()
      a = from.u32()
      b = from.u8()
    }
  }
  return { op, at, a, b, x }
}

/** Instructions to the matching `end`, which is included. */
function expression(from: Bytes): Instr[] {
  const code: Instr[] = []
  for (let depth = 1; depth > 0; ) {
    const one = instruction(from)
    if (one.op >= 0x02 && one.op <= 0x04) depth++
    else if (one.op === 0x0b) depth--
    code.push(one)
  }
  return code
}

function element(from: Bytes): Elem {
  const flag = from.u32()
  const active = (flag & 1) === 0
  const table = active && flag & 2 ? from.u32() : 0
  const offset = active ? expression(from) : []
  const expressions = (flag & 4) !== 0
  // Kind or reference type; absent only in the two short active forms.
  if (flag & 3) from.u8()
  const items = expressions
    ? from.list(() => expression(from))
    : from.list((): Instr[] => [
        { op: 0xd2, at: from.at, a: from.u32(), b: 0, x: undefined },
        { op: 0x0b, at: from.at, a: 0, b: 0, x: undefined },
      ])
  return { mode: active ? 'active' : flag & 2 ? 'declarative' : 'passive', table, offset, items }
}

export function decodeModule(bytes: Uint8Array): Decoded {
  const from = new Bytes(bytes)
  from.at = 8
  const out: Decoded = {
    types: [],
    imports: [],
    funcs: [],
    tables: [],
    memories: [],
    globals: [],
    exports: [],
    elems: [],
    datas: [],
    bodies: [],
    start: undefined,
  }
  while (from.at < bytes.length) {
    const id = from.u8()
    const size = from.u32()
    const end = from.at + size
    if (id === 1)
      out.types.push(
        ...from.list(() => {
          from.u8()
          return { params: from.list(() => from.u8()), results: from.list(() => from.u8()) }
        }),
      )
    else if (id === 2)
      for (const item of from.list(() => {
        const module = from.name()
        const name = from.name()
        if (from.u8() !== 0) throw new Error('only functions may be imported')
        return { module, name, type: from.u32() }
      })) {
        out.imports.push(item)
        out.funcs.push(item.type)
      }
    else if (id === 3) out.funcs.push(...from.list(() => from.u32()))
    else if (id === 4) out.tables.push(...from.list(() => ({ type: from.u8(), limits: from.limits() })))
    else if (id === 5) out.memories.push(...from.list(() => from.limits()))
    else if (id === 6)
      out.globals.push(
        ...from.list(() => ({ type: from.u8(), mutable: from.u8() === 1, init: expression(from) })),
      )
    else if (id === 7)
      out.exports.push(...from.list(() => ({ name: from.name(), kind: from.u8(), index: from.u32() })))
    else if (id === 8) out.start = from.u32()
    else if (id === 9) out.elems.push(...from.list(() => element(from)))
    else if (id === 10)
      out.bodies.push(
        ...from.list(() => {
          from.u32()
          const locals: Type[] = []
          for (let groups = from.u32(); groups > 0; groups--) {
            const count = from.u32()
            const type = from.u8()
            for (let i = 0; i < count; i++) locals.push(type)
          }
          return { locals, code: expression(from) }
        }),
      )
    else if (id === 11)
      out.datas.push(
        ...from.list(() => {
          const flag = from.u32()
          if (flag === 2) from.u32()
          const offset = flag === 1 ? [] : expression(from)
          return { active: flag !== 1, offset, bytes: from.take(from.u32()) }
        }),
      )
    from.at = end
  }
  return out
}

/**
 * The little language in which the ABI table writes an import's shape: `text, u64 -> flag`. A parameter kind says how
 * many wasm parameters it takes and what they mean; a result kind says how the host's answer is put into the one wasm
 * result. From one such line come the declared type the linker compares, the decoding, and the docs.
 */
import { u64FromLe } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import type { FunctionType, ValueType } from '../wasm/types.ts'

const PARAM_TYPES = {
  /** UTF-8 text in: pointer, length. */
  text: ['i32', 'i32'],
  /** Bytes in, of any content: pointer, length. */
  bytes: ['i32', 'i32'],
  /** Text in as compiled contracts hold it (ref §1.7): pointer to `[u32 LE length][UTF-8]`. */
  string: ['i32'],
  /** Room for the answer: pointer, length. */
  out: ['i32', 'i32'],
  /** Unsigned 64-bit amount. */
  u64: ['i64'],
  /** Signed 64-bit number. */
  i64: ['i64'],
  /** 64-bit handle of a job this run submitted. */
  job: ['i64'],
  i32: ['i32'],
} as const satisfies Record<string, readonly ValueType[]>

const RESULT_TYPES = {
  /** Unsigned or signed 64-bit value. */
  u64: 'i64',
  i64: 'i64',
  i32: 'i32',
  /** First 8 bytes of the CID's hash, little-endian. */
  handle: 'i64',
  /** First 4 bytes of the CID's hash, little-endian. */
  handle32: 'i32',
  /** 1 for done or true, 0 for false or refused. */
  flag: 'i32',
  /** Bytes written to `out`; negative: the length it would have needed, and nothing was written. */
  written: 'i32',
  /** Pointer to `[u32 LE length][bytes]` in a page the host adds to the guest's memory. */
  string: 'i32',
  /** Pointer to a compiled contract's array of such strings: `[u32 LE count][u32 LE count][u64 LE pointer]*`. */
  strings: 'i32',
} as const satisfies Record<string, ValueType>

/** What a parameter of a host function means; docs/host-abi.md lists them. */
export type ParamKind = keyof typeof PARAM_TYPES
/** What the result of a host function means; docs/host-abi.md lists them. */
export type ResultKind = keyof typeof RESULT_TYPES

/** One way to import a host function. */
export interface Shape {
  readonly params: readonly ParamKind[]
  readonly result: ResultKind | null
  readonly type: FunctionType
}

/** Reads one line of the language. The table is ours: a mistake in it is a programming error. */
export function parseShape(line: string): Shape {
  const [left = '', right = ''] = line.split('->').map((part) => part.trim())
  const params = left === '' ? [] : (left.split(',').map((kind) => kind.trim()) as ParamKind[])
  const result = right === '' ? null : (right as ResultKind)
  return {
    params,
    result,
    type: {
      params: params.flatMap((kind) => [...PARAM_TYPES[kind]]),
      results: result === null ? [] : [RESULT_TYPES[result]],
    },
  }
}

/** Whether a pointer goes in or out, so that a guest without a memory cannot call it. */
export function usesMemory({ params, result }: Shape): boolean {
  const pointers: readonly unknown[] = ['text', 'bytes', 'string', 'strings', 'out']
  return [...params, result].some((kind) => pointers.includes(kind))
}

export function sameType(a: FunctionType, b: FunctionType): boolean {
  return showType(a) === showType(b)
}

/** `(i32, i32) -> i64`, as error messages and the docs print it. */
export function showType(type: FunctionType): string {
  return `(${type.params.join(', ')}) -> ${type.results.length === 0 ? '()' : type.results.join(', ')}`
}

/** A CID as a guest's 64-bit number: the first 8 bytes of its hash, little-endian (decision 1). */
export function handleOf(cid: Cid): bigint {
  return u64FromLe(cid.hashBytes)
}

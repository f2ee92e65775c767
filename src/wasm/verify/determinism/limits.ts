/** Modules that run into the call depth and the memory limits, for the place where they are stopped to be compared. */
import { F64, FUNCREF, I32, I64 } from '../decode.ts'
import { functionType, list, localGroups, section, sleb, text, uleb } from '../encode.ts'

interface Built {
  readonly types?: readonly (readonly number[])[]
  readonly functions: readonly { readonly type: number; readonly code: readonly number[] }[]
  readonly exports: Readonly<Record<string, number>>
  readonly memory?: readonly number[]
  readonly table?: readonly number[]
  readonly elements?: readonly number[]
}

/** Type 0 is `() -> i32`, type 1 `(i32) -> i32`; global 0 an exported counter of calls. */
function build({ functions, exports, memory, table, elements }: Built): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list([functionType({ params: [], results: [I32] }), functionType({ params: [I32], results: [I32] })]),
    ),
    ...section(3, list(functions.map(({ type }) => [type]))),
    ...(table ? section(4, list([[FUNCREF, ...table]])) : []),
    ...(memory ? section(5, list([memory])) : []),
    ...section(6, list([[I32, 1, 0x41, 0, 0x0b]])),
    ...section(
      7,
      list([
        [...text('count'), 3, 0],
        ...Object.entries(exports).map(([name, index]) => [...text(name), 0, index]),
      ]),
    ),
    ...(elements ? section(9, list([[0, 0x41, 0, 0x0b, ...list(elements.map((index) => [index]))]])) : []),
    ...section(10, list(functions.map(({ code }) => [...uleb(code.length), ...code]))),
  ])
}

/** One more call counted. */
const COUNT = [0x23, 0, 0x41, 1, 0x6a, 0x24, 0]
const one = [...localGroups([]), ...COUNT]
/** Calls itself with so many live locals: a larger frame is a heavier one. */
const wide = (locals: number): number[] => [
  ...localGroups(Array.from({ length: locals }, (_, i) => [I32, I64, F64][i % 3]!)),
  ...COUNT,
  ...[0x20, 0, 0x10, 0],
  // Locals of i32 are used behind the call, so that they have to be kept.
  ...Array.from({ length: Math.floor(locals / 3) }, (_, i) => [0x20, ...uleb(1 + 3 * i), 0x6a]).flat(),
  0x0b,
]

export interface LimitProgram {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly calls: readonly (readonly [name: string, ...args: number[]])[]
}

export const LIMIT_PROGRAMS: readonly LimitProgram[] = [
  {
    name: 'recursion',
    bytes: build({ functions: [{ type: 0, code: [...one, 0x10, 0, 0x0b] }], exports: { run: 0 } }),
    calls: [['run']],
  },
  {
    name: 'recursion, mutual, in three',
    bytes: build({
      functions: [
        { type: 0, code: [...one, 0x10, 1, 0x0b] },
        { type: 0, code: [...one, 0x10, 2, 0x41, 1, 0x6a, 0x0b] },
        { type: 0, code: [...one, 0x10, 0, 0x41, 2, 0x6a, 0x0b] },
      ],
      exports: { run: 0, other: 2 },
    }),
    calls: [['run'], ['other']],
  },
  ...[30, 120, 900].map((locals) => ({
    name: `recursion, ${locals} locals`,
    bytes: build({ functions: [{ type: 1, code: wide(locals) }], exports: { run: 0 } }),
    calls: [['run', 1]] as [string, number][],
  })),
  {
    name: 'recursion through a table',
    bytes: build({
      functions: [{ type: 0, code: [...one, 0x41, 0, 0x11, 0, 0, 0x0b] }],
      table: [0, 1],
      elements: [0],
      exports: { run: 0 },
    }),
    calls: [['run']],
  },
  {
    name: 'a chain behind a recursion',
    bytes: build({
      functions: [
        { type: 0, code: [...one, 0x10, 1, 0x1a, 0x10, 0, 0x0b] },
        { type: 0, code: [...one, 0x10, 2, 0x0b] },
        { type: 0, code: [...one, 0x41, 7, 0x0b] },
      ],
      exports: { run: 0 },
    }),
    calls: [['run']],
  },
  {
    name: 'tail calls',
    bytes: build({ functions: [{ type: 0, code: [...one, 0x12, 0, 0x0b] }], exports: { run: 0 } }),
    calls: [['run']],
  },
  {
    name: 'memory, page by page',
    bytes: build({
      functions: [
        {
          type: 0,
          code: [
            ...localGroups([]),
            ...[0x03, 0x40, ...COUNT, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b],
            ...[0x3f, 0, 0x0b],
          ],
        },
        { type: 1, code: [...localGroups([]), 0x20, 0, 0x40, 0, 0x0b] },
      ],
      memory: [0, 1],
      exports: { run: 0, grow: 1 },
    }),
    calls: [['grow', 0], ['grow', 40], ['grow', 200], ['grow', -1], ['run'], ['grow', 1], ['grow', 0]],
  },
  {
    name: 'memory with a maximum of its own',
    bytes: build({
      functions: [{ type: 1, code: [...localGroups([]), 0x20, 0, 0x40, 0, 0x0b] }],
      memory: [1, 1, 5],
      exports: { grow: 0 },
    }),
    calls: [
      ['grow', 3],
      ['grow', 2],
      ['grow', 1],
      ['grow', 1],
    ],
  },
  {
    name: 'table',
    bytes: build({
      functions: [
        { type: 1, code: [...localGroups([]), 0xd0, FUNCREF, 0x20, 0, 0xfc, 15, 0, 0x0b] },
        { type: 0, code: [...localGroups([]), 0xfc, 16, 0, 0x0b] },
      ],
      table: [0, 1],
      exports: { grow: 0, size: 1 },
    }),
    calls: [
      ['grow', 100],
      ['grow', 9_000],
      ['grow', 900],
      ['grow', 898],
      ['grow', 1],
      ['size'],
      ['grow', -1],
    ],
  },
  {
    name: 'stores beyond the end',
    bytes: build({
      functions: [
        { type: 1, code: [...localGroups([]), 0x20, 0, 0x41, ...sleb(-1n), 0x36, 2, 0, 0x20, 0, 0x0b] },
      ],
      memory: [0, 1],
      exports: { run: 0 },
    }),
    calls: [
      ['run', 65_532],
      ['run', 65_533],
    ],
  },
]

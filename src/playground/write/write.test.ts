import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { assemble, disassemble, type SourceError } from './assembler.ts'
import { between, lineStarts } from './layers.ts'
import { tokens } from './wat-tokens.ts'
import { cleanName, freeName, packWorkspace, unpackWorkspace } from './workspace.ts'

const samples = readdirSync('public/samples').filter((name) => name.endsWith('.wat'))
const source = (name: string) => readFileSync(`public/samples/${name}`, 'utf8')

async function errors(text: string): Promise<readonly SourceError[]> {
  const made = await assemble(text)
  if ('bytes' in made) throw new Error('It was assembled.')
  return made.errors
}

describe('assembling', () => {
  test.each(samples)('%s gives a module with the interface of the one that is shipped', async (name) => {
    const made = await assemble(source(name))
    if ('errors' in made) throw new Error(made.errors[0]?.message)
    const ours = new WebAssembly.Module(made.bytes as Uint8Array<ArrayBuffer>)
    const shipped = new WebAssembly.Module(readFileSync(`public/samples/${name.replace('.wat', '.wasm')}`))
    expect(WebAssembly.Module.exports(ours)).toEqual(WebAssembly.Module.exports(shipped))
    expect(WebAssembly.Module.imports(ours)).toEqual(WebAssembly.Module.imports(shipped))
  })

  test('names of functions are kept, and come back as text', async () => {
    const made = await assemble(
      '(module (func $add_hours (result i64) i64.const 40) (export "run" (func $add_hours)))',
    )
    if ('errors' in made) throw new Error(made.errors[0]?.message)
    expect(await disassemble(made.bytes)).toContain('$add_hours')
  })

  test.each([
    [
      'a word that is none',
      '(module\n  (func $a (result i64)\n    i64.cnst 1))',
      3,
      5,
      8,
      /unexpected token i64\.cnst/i,
    ],
    [
      'a wrong type',
      '(module (func (result i64)\n  i32.const 1))',
      2,
      3,
      9,
      /expected \[i64\] but got \[i32\]/,
    ],
    ['after letters of several bytes', '(module (func (drop (; é ü 投 ;) i32.cons)))', 1, 33, 8, /i32\.cons/],
    ['an open bracket', '(module', 1, 8, 1, /EOF/],
    ['a name that is not there', '(module (func (call $nobody)))', 1, 21, 7, /\$nobody/],
  ])('%s is told with its place', async (_what, text, line, column, length, message) => {
    const [first] = await errors(text)
    expect(first).toMatchObject({ line, column, length })
    expect(first?.message).toMatch(message)
    expect(first?.message).toMatch(/^[A-Z].*\.$/)
  })

  test('every mistake is told, not the first alone', async () => {
    const found = await errors('(module\n (func (result i64) i32.const 1)\n (func (result f32) i64.const 1))')
    expect(found.map(({ line }) => line)).toEqual([2, 3])
  })

  test('a source of several megabytes is refused before it is read', async () => {
    expect((await errors(' '.repeat(2_000_001)))[0]?.message).toBe(
      'The source has 2000001 characters; at most 2000000 are assembled here.',
    )
  })

  test('text in strings is kept as UTF-8', async () => {
    const made = await assemble('(module (memory 1) (data (i32.const 0) "é投"))')
    if ('errors' in made) throw new Error(made.errors[0]?.message)
    expect(new TextDecoder('latin1').decode(made.bytes)).toContain(
      new TextDecoder('latin1').decode(new TextEncoder().encode('é投')),
    )
  })

  test('bytes that are no module do not become text', async () => {
    await expect(disassemble(Uint8Array.of(1, 2, 3))).rejects.toThrow()
  })
})

describe('colouring', () => {
  test.each([...samples.map(source), '(module (; open', '"no end', '((((;;', '\u0000$', ''])(
    'loses nothing (%#)',
    (text) => {
      expect(
        tokens(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text)
    },
  )

  test('tells words apart', () => {
    const kinds = tokens(
      '(func $a (param i64) ;; why\n i64.const -0x1f "text\\"" local.get 1e3 (; x ;) nan:0x7 inf)',
    )
      .filter(({ kind }) => kind !== 'plain')
      .map(({ kind, text }) => `${kind} ${text}`)
    expect(kinds).toEqual([
      'keyword func',
      'name $a',
      'keyword param',
      'type i64',
      'comment ;; why',
      'instruction i64.const',
      'number -0x1f',
      'string "text\\""',
      'instruction local.get',
      'number 1e3',
      'comment (; x ;)',
      'number nan:0x7',
      'number inf',
    ])
  })

  test.each(['(', '(;', '"\\', '0x', '-', '1e'])(
    'the time grows with the length, not its square: %s',
    (piece) => {
      const time = (count: number) => {
        const text = piece.repeat(count)
        const started = performance.now()
        tokens(text)
        return performance.now() - started
      }
      time(1_000)
      // A hundred times the length; a square would be ten thousand times the work.
      expect(time(100_000)).toBeLessThan(2_000)
    },
  )
})

describe('a workspace as a file', () => {
  const files = [
    { name: 'hours.wat', content: '(module) ;; 投', changed: 1_700_000_000_000 },
    { name: 'vote.wasm', content: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), changed: 5 },
  ]

  test('comes back as it was', () => {
    expect(unpackWorkspace(packWorkspace(files))).toEqual(files)
  })

  const format = 'icn-playground-workspace'
  test.each([
    ['text', 'hello', /not JSON/],
    ['another JSON', '[]', /its format must be/],
    [
      'a newer version',
      JSON.stringify({ format, version: 2, files: [] }),
      /has version 2; this playground reads version 1/,
    ],
    ['no list', JSON.stringify({ format, version: 1, files: {} }), /list of files/],
    [
      'too many files',
      JSON.stringify({ format, version: 1, files: Array(1_001).fill(0) }),
      /has 1001 files; at most 1000/,
    ],
    ['a file that is null', JSON.stringify({ format, version: 1, files: [null] }), /Its file 1 has no name/],
    [
      'a path for a name',
      JSON.stringify({ format, version: 1, files: [{ name: '../a', changed: 1, text: '' }] }),
      /has no name that could be kept/,
    ],
    [
      'no date',
      JSON.stringify({ format, version: 1, files: [{ name: 'a', text: '' }] }),
      /when it was changed/,
    ],
    [
      'nothing in it',
      JSON.stringify({ format, version: 1, files: [{ name: 'a', changed: 1 }] }),
      /neither text nor bytes/,
    ],
    [
      'bad base64',
      JSON.stringify({ format, version: 1, files: [{ name: 'a', changed: 1, base64: '*' }] }),
      /not base64/,
    ],
  ])('is not %s', (_what, json, message) => {
    expect(() => unpackWorkspace(json)).toThrow(message)
  })

  test('names are made so that each is kept apart', () => {
    const taken = new Set(['a.wat', 'a-2.wat', 'b'])
    expect([freeName('a.wat', taken), freeName('b', taken), freeName('c.wat', taken)]).toEqual([
      'a-3.wat',
      'b-2',
      'c.wat',
    ])
    expect(cleanName(' ../x:y\u0000.wat ')).toBe('..-x-y-.wat')
    expect(cleanName('')).toBe('contract.wat')
  })
})

describe('the rows in sight', () => {
  const text = '(module\n  ;; a line\n  (func $f (; over\n two ;) (result i64)\n    i64.const 1))\n'

  test('every row has its start, the empty one at the end too', () => {
    expect(lineStarts(text).map((start) => text.slice(start).split('\n')[0])).toEqual(text.split('\n'))
    expect(lineStarts('')).toEqual([0])
  })

  test('a part of the tokens is that part of the text, coloured as it is in the whole', () => {
    const all = tokens(text)
    for (let start = 0; start <= text.length; start += 3)
      for (let end = start; end <= text.length; end += 5)
        expect(
          between(all, start, end)
            .map((token) => token.text)
            .join(''),
        ).toBe(text.slice(start, end))
    const inside = text.indexOf('two')
    expect(between(all, inside, inside + 3)).toEqual([{ kind: 'comment', text: 'two' }])
  })
})

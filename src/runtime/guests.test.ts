import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guests, ROOT } from '../../scripts/build-guests.mjs'
import { HOST_ABI } from '../host/abi.ts'
import { parseShape, showType } from '../host/shapes.ts'
import { inspect } from '../wasm/index.ts'
import type { FunctionType } from '../wasm/types.ts'

describe('every built guest is what its source says', () => {
  for (const guest of guests()) {
    const name = relative(ROOT, guest.out)
    test.skipIf(guest.missing !== undefined)(
      guest.missing ? `${name} (${guest.missing})` : name,
      async () => {
        const bytes = await guest.build()
        expect(Buffer.from(bytes).equals(readFileSync(guest.out)), `run node scripts/build-guests.mjs`).toBe(
          true,
        )
      },
    )
  }
})

/** What is wrong with importing `name` as this type, for the message of a failing test; undefined when it links. */
function mistake(name: string, type: FunctionType): string | undefined {
  const entry = HOST_ABI.find((candidate) => candidate.name === name || candidate.aliases.includes(name))
  if (entry === undefined || entry.shapes.length === 0) return `${name} is not served`
  const accepted = entry.shapes.map((shape) => showType(parseShape(shape).type))
  return accepted.includes(showType(type))
    ? undefined
    : `${name} is declared ${showType(type)}, served as ${accepted}`
}

const WASM_TYPES: Readonly<Record<string, 'i32' | 'i64'>> = {
  usize: 'i32',
  i32: 'i32',
  i64: 'i64',
  int32_t: 'i32',
  int64_t: 'i64',
}

/** Reads `type` of a C, AssemblyScript or Rust parameter or result. */
function wasmTypes(list: string): ('i32' | 'i64')[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'void')
    .map((part) => {
      if (part.includes('*')) return 'i32'
      const word = part.includes(':') ? part.split(':')[1]!.trim() : part.split(' ')[0]!
      const type = WASM_TYPES[word]
      if (type === undefined) throw new Error(`unknown type in ${JSON.stringify(part)}`)
      return type
    })
}

describe('the bindings declare what the host serves', () => {
  const HOST = /@external\("icn", "(\w+)"\)\s*export declare function (\w+)\(([^)]*)\): (\w+)/g
  const declared = [...readFileSync(join(ROOT, 'guest/assemblyscript/host.ts'), 'utf8').matchAll(HOST)]

  test('guest/assemblyscript/host.ts', () => {
    const text = readFileSync(join(ROOT, 'guest/assemblyscript/host.ts'), 'utf8')
    expect(declared).toHaveLength(text.split('@external').length - 1)
    const wrong = declared.map(([, name, , params, result]) =>
      mistake(name!, { params: wasmTypes(params!), results: wasmTypes(result!) }),
    )
    expect(wrong.filter(Boolean)).toEqual([])
  })

  /** The import names of the declarations that guest/assemblyscript/icn.ts takes. */
  function boundByAssemblyScript(): readonly string[] {
    const text = readFileSync(join(ROOT, 'guest/assemblyscript/icn.ts'), 'utf8')
    const taken = /import \{([^}]*)\} from "\.\/host"/.exec(text)![1]!.match(/\w+/g)!
    return taken.map((name) => declared.find(([, , as]) => as === name)![1]!)
  }

  const inC = [
    ...readFileSync(join(ROOT, 'guest/c/icn_host.h'), 'utf8').matchAll(
      /^ICN_HOST\("(\w+)"\) (\w+) (\w+)\(([^)]*)\);/gm,
    ),
  ]

  test('guest/c/icn_host.h', () => {
    const text = readFileSync(join(ROOT, 'guest/c/icn_host.h'), 'utf8')
    expect(inC).toHaveLength(text.match(/^ICN_HOST\(/gm)!.length)
    const wrong = inC.map(([, name, result, , params]) =>
      mistake(name!, { params: wasmTypes(params!), results: wasmTypes(result!) }),
    )
    expect(wrong.filter(Boolean)).toEqual([])
  })

  /** The import names of the functions of icn_host.h that guest/c/icn.h gives a name to. */
  const boundByC = () =>
    [...readFileSync(join(ROOT, 'guest/c/icn.h'), 'utf8').matchAll(/^#define icn_\w+ (host_\w+)$/gm)].map(
      ([, as]) => inC.find(([, , , name]) => name === as)![1]!,
    )

  const rust = readFileSync(join(ROOT, 'guest/rust/icn_host.rs'), 'utf8')
  const inRust = [
    ...rust.matchAll(/(?:#\[link_name = "(\w+)"\]\n)? +pub fn (\w+)\(([^)]*)\)(?: -> (\w+))?;/gm),
  ].map(([, imported, as, params, result]) => ({ imported: imported ?? as!, as: as!, params, result }))

  test('guest/rust/icn_host.rs', () => {
    expect(inRust).toHaveLength(rust.match(/^ +pub fn /gm)!.length)
    const wrong = inRust.map(({ imported, params, result }) =>
      mistake(imported, { params: wasmTypes(params!), results: wasmTypes(result ?? '') }),
    )
    expect(wrong.filter(Boolean)).toEqual([])
  })

  /** The import names of the functions of icn_host.rs that guest/rust/icn.rs calls. */
  const boundByRust = () =>
    [...readFileSync(join(ROOT, 'guest/rust/icn.rs'), 'utf8').matchAll(/host::(\w+)\(/g)].map(
      ([, as]) => inRust.find((declared) => declared.as === as)!.imported,
    )

  // One import name has one type in a module: two bindings of one name could not be used together.
  test.each([
    ['guest/assemblyscript/icn.ts', boundByAssemblyScript],
    ['guest/c/icn.h', boundByC],
    ['guest/rust/icn.rs', boundByRust],
  ])('%s binds each name once', (_file, bound) => {
    const names = bound()
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  test('and all speak of the same functions', () => {
    expect([...boundByAssemblyScript()].sort()).toEqual([...boundByC()].sort())
    expect([...boundByRust()].sort()).toEqual([...boundByC()].sort())
  })

  test('the samples import nothing else', () => {
    const { samples } = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8')) as {
      samples: { wasm: string; ends: string }[]
    }
    // A module over the memory limit is not even inspected.
    const wrong = samples
      .filter(({ ends }) => ends !== 'memoryLimit')
      .flatMap(({ wasm }) =>
        inspect(new Uint8Array(readFileSync(join(ROOT, 'public', wasm)))).imports.map((entry) =>
          entry.module === 'icn' && entry.type !== undefined
            ? mistake(entry.name, entry.type)
            : `${wasm} imports ${entry.module}.${entry.name}`,
        ),
      )
    expect(wrong.filter(Boolean)).toEqual([])
  })
})

describe('the samples as a person sees them', () => {
  const index = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8')) as {
    samples: Record<string, string>[]
  }

  test('come from four languages, hello first', () => {
    expect([...new Set(index.samples.map((sample) => sample.language))].sort()).toEqual([
      'AssemblyScript',
      'C',
      'Rust',
      'WAT',
    ])
    expect(index.samples[0]!.id).toBe('hello')
  })

  test.each(index.samples)('$id is a whole entry', (sample) => {
    expect(sample.summary).toMatch(/^[A-Z].*\.$/)
    expect(sample.wasm).toBe(`samples/${sample.id}.wasm`)
    expect(['completes', 'outOfFuel', 'memoryLimit', 'trap']).toContain(sample.ends)
    // Small enough to read: nothing a person downloads is padded with a runtime.
    expect(readFileSync(join(ROOT, 'public', sample.wasm!)).length).toBeLessThan(8_192)
    expect(readFileSync(join(ROOT, 'public', sample.source!), 'utf8')).toMatch(/^(;;|\/\/) [A-Z]/)
  })
})

/**
 * Contracts whose records must be the same in every engine: the samples, every metering kernel on a small input, every
 * float operator over operands with NaNs of all kinds and their bits returned, memory that grows, and recursion.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime } from '../src/runtime/create.ts'
import { fromWat, toWat } from '../src/wasm/fixtures/wat.ts'
import { OPERATORS, OUTPUT, operatorModule } from '../src/wasm/verify/determinism/floats.ts'
import { RECORD_OPTIONS, runCorpus, type Seen } from './pages/run-corpus.ts'

export interface Contract {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What is known of its result beforehand. */
  readonly result?: bigint
}

const root = join(import.meta.dirname, '..')
const fileIn = (...path: string[]) => new Uint8Array(readFileSync(join(root, ...path)))

const WRITTEN = {
  nan: `(module (func (export "run") (result i64)
    (i64.xor
      (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0)))
      (i64.add
        (i64.reinterpret_f64 (f64.sqrt (f64.const -1)))
        (i64.extend_i32_u (i32.reinterpret_f32 (f32.sub (f32.const inf) (f32.const inf))))))))`,
  'nan payload': `(module (func (export "run") (result i64)
    (i64.reinterpret_f64 (f64.add (f64.const nan:0x123456) (f64.const 1)))))`,
  'memory growth': `(module (memory (export "memory") 1) (func (export "run") (result i64) (local i32)
    (loop (br_if 0 (i32.ne (memory.grow (i32.const 7)) (i32.const -1))))
    (i64.extend_i32_u (memory.size))))`,
  recursion: `(module (func $f (param i64) (result i64) (i64.add (call $f (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
    (func (export "run") (result i64) (call $f (i64.const 0))))`,
  'deep recursion that ends': `(module
    (func $f (param i64) (result i64) (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 0))
      (else (i64.add (i64.const 1) (call $f (i64.sub (local.get 0) (i64.const 1)))))))
    (func (export "run") (result i64) (call $f (i64.const 300))))`,
} as const

/** A module with one more function, `main`, which is what is run. */
function driven(
  bytes: Uint8Array,
  main: (called: (name: string) => string) => string,
): Uint8Array<ArrayBuffer> {
  const text = toWat(bytes)
  const called = (name: string) => {
    const found = text.split('\n').find((line) => line.includes(`(export "${name}" (func `))
    return /\(func ([^)]+)\)/.exec(found!)![1]!
  }
  return fromWat(`${text.trimEnd().slice(0, -1)}${main(called)})`) as Uint8Array<ArrayBuffer>
}

function kernels(): Contract[] {
  const known = JSON.parse(readFileSync(join(root, 'bench/kernels/kernels.json'), 'utf8')) as {
    name: string
    small: number
    smallResult: string
  }[]
  return known.map(({ name, small, smallResult }) => {
    const bytes = fileIn('bench/kernels', `${name}.wasm`)
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as {
      run(n: number): unknown
    }
    const wide = typeof run(small) === 'bigint'
    return {
      name: `kernel ${name}`,
      bytes: driven(bytes, (called) => {
        const call = `(call ${called('run')} (i32.const ${small}))`
        return `(func (export "main") (result i64) ${wide ? call : `(i64.extend_i32_s ${call})`})`
      }),
      result: BigInt(smallResult),
    }
  })
}

/** Every float operator over every operand, and FNV-1a over all the bits that came out. */
function operators(): Contract[] {
  return OPERATORS.map((group, n) => {
    const { bytes, operators } = operatorModule(group)
    const main = (called: (name: string) => string) => `(func (export "main") (result i64)
      (local $at i32) (local $end i32) (local $hash i64)
      (local.set $hash (i64.const 0xcbf29ce484222325))
      ${operators
        .map(
          (name) => `(local.set $end (call ${called(name)}))
      (local.set $at (i32.const ${OUTPUT}))
      (loop
        (local.set $hash (i64.mul (i64.const 0x100000001b3)
          (i64.xor (local.get $hash) (i64.load32_u (local.get $at)))))
        (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))`,
        )
        .join('\n')}
      (local.get $hash))`
    return { name: `float operators ${n}`, bytes: driven(bytes, main) }
  })
}

export function recordCorpus(): Contract[] {
  const samples = readdirSync(join(root, 'public/samples')).filter((name) => name.endsWith('.wasm'))
  return [
    ...samples
      .filter((name) => name !== 'too-big.wasm')
      .map((name) => ({ name, bytes: fileIn('public/samples', name) })),
    ...Object.entries(WRITTEN).map(([name, wat]) => ({
      name,
      bytes: fromWat(wat) as Uint8Array<ArrayBuffer>,
    })),
    ...kernels(),
    ...operators(),
  ]
}

/** What Node's runtime makes of the corpus, with what is known beforehand checked. */
export async function recordsInNode(): Promise<{ corpus: readonly Contract[]; seen: readonly Seen[] }> {
  const corpus = recordCorpus()
  const node = await createRuntime(RECORD_OPTIONS)
  const seen = await runCorpus(node, corpus)
  await node.close()
  for (const [n, { name, result }] of corpus.entries()) {
    if (result !== undefined && seen[n]![2] !== String(result))
      throw new Error(`${name} gave ${seen[n]![2]}.`)
  }
  return { corpus, seen }
}

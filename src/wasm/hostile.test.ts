import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { fromWat } from './fixtures/wat.ts'
import { instantiate, meter } from './index.ts'

/** Each file is named after what it tries; its first line says how it ends: `;; ends: <reason>` or `;; ends: done`. */
const corpus = new URL('./fixtures/hostile/', import.meta.url)

function ending(wat: string): unknown {
  try {
    const module = new WebAssembly.Module(meter(fromWat(wat)).bytes)
    const run = instantiate(module, {}, { fuel: 1_000_000n })
    run.call('run', [])
    return 'done'
  } catch (error) {
    if (IcnError.is(error)) return error.data.limitName ?? error.data.feature ?? error.data.reason
    throw error
  }
}

describe('hostile modules end as they should, within a second', () => {
  it.each(readdirSync(corpus).filter((name) => name.endsWith('.wat')))('%s', (name) => {
    const wat = readFileSync(new URL(name, corpus), 'utf8')
    const expected = /^;; ends: (\S+)/.exec(wat)?.[1]
    const begun = process.cpuUsage()
    expect(ending(wat)).toBe(expected)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1e6).toBeLessThan(1)
  })
})

describe('hostile shapes', () => {
  const many = (count: number, text: string) => text.repeat(count)

  it('50,000 locals are refused before anything is allocated for them', () => {
    const bytes = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
      ...[10, 8, 1, 6, 1, 0xd0, 0x86, 0x03, 0x7f, 0x0b],
    ])
    expect(() => meter(bytes)).toThrow(/a number of locals of 50000; the limit is 5000/)
  })

  it('heavy frames use up call depth as light ones do not', () => {
    const deep = (locals: number) => `(module (func $f (param i32) ${many(locals, '(local i64)')}
      (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "run") (call $f (i32.const 100))))`
    expect(ending(deep(0))).toBe('done')
    expect(ending(deep(4_000))).toBe('callDepth')
  })

  it('a br_table of 9,000 targets over 990 nested blocks meters within a second', () => {
    const depth = 990
    const number = (value: number) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7])
    const wide = (value: number) => [(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14]
    const targets = Array.from({ length: 9_001 }, (_, i) => number(i % depth)).flat()
    const body = [
      0,
      ...Array.from({ length: depth }, () => [0x02, 0x40, 0x41, 1, 0x1a]).flat(),
      ...[0x41, 0, 0x0e, ...number(9_000), ...targets],
      ...Array.from({ length: depth + 1 }, () => 0x0b),
    ]
    const bytes = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
      ...[10, ...wide(body.length + 4), 1, ...wide(body.length), ...body],
    ])
    const begun = process.cpuUsage()
    expect(WebAssembly.validate(meter(bytes).bytes)).toBe(true)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1e6).toBeLessThan(1)
  })
})

describe('call depth', () => {
  const wat = `(module (func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "run") (param i32) (call $f (local.get 0))))`
  const module = new WebAssembly.Module(meter(fromWat(wat)).bytes)
  const run = (frames: number) =>
    instantiate(module, {}, { fuel: 1_000_000n, callDepth: 10 }).call('run', [frames - 2])

  it('at the limit passes, one deeper stops', () => {
    expect(() => run(10)).not.toThrow()
    expect(() => run(11)).toThrow(/call depth of 10\./)
  })

  it('is counted anew on every call', () => {
    const instance = instantiate(module, {}, { fuel: 1_000_000n, callDepth: 10 })
    for (let i = 0; i < 20; i++) instance.call('run', [8])
    expect(() => instance.call('run', [9])).toThrow(/call depth/)
    expect(() => instance.call('run', [8])).not.toThrow()
  })
})

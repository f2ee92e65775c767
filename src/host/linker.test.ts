import { describe, expect, it } from 'vitest'
import { fromWat } from '../wasm/fixtures/wat.ts'
import { inspect } from '../wasm/inspect.ts'
import type { FunctionType } from '../wasm/types.ts'
import { HOST_ABI } from './abi.ts'
import { caller, testContext, wat } from './fixtures/guest.ts'
import { resolveImports } from './linker.ts'
import { parseShape, showType } from './shapes.ts'

const load = (source: string) => resolveImports(inspect(fromWat(source)).imports)

const spellings = HOST_ABI.flatMap(({ name, aliases, shapes }) =>
  [name, ...aliases].flatMap((spelling) =>
    shapes.map((line) => ({ spelling, type: parseShape(line).type, shown: showType(parseShape(line).type) })),
  ),
)

describe('every import shape under every spelling links', () => {
  it.each(spellings)('$spelling $shown', ({ spelling, type }) => {
    expect(load(wat(spelling, type))).toMatchObject([{ name: spelling, shape: { type } }])
  })
})

/** ref §1.3, every row; spellings and types as guests declare them. */
const REFERENCE: readonly (readonly [string, FunctionType['params'], FunctionType['results']])[] = [
  ['host_submit_mesh_job', ['i32', 'i32'], ['i64']],
  ['host_submit_mesh_job', ['i32', 'i32'], ['i32']],
  ['host_submit_mesh_job', ['i32', 'i32'], []],
  ['wasm_host_submit_mesh_job', ['i32', 'i32', 'i32', 'i32'], ['i32']],
  ['host_anchor_receipt', ['i32', 'i32'], ['i32']],
  ['host_anchor_receipt', ['i32', 'i32'], []],
  ['wasm_host_anchor_receipt', ['i32', 'i32', 'i32', 'i32'], ['i32']],
  ['host_account_get_mana', [], ['i64']],
  ['host_account_get_mana', ['i32', 'i32'], ['i64']],
  ['wasm_host_account_get_mana', ['i32', 'i32'], ['i64']],
  ['wasm_host_account_spend_mana', ['i32', 'i32', 'i64'], []],
  ['wasm_host_get_pending_mesh_jobs', ['i32', 'i32'], ['i32']],
  ['host_get_reputation', [], ['i64']],
  ['host_verify_zk_proof', ['i32', 'i32'], ['i32']],
  ['wasm_host_verify_zk_proof', ['i32', 'i32'], ['i32']],
  ['wasm_host_verify_zk_revocation_proof', ['i32', 'i32'], ['i32']],
  ['wasm_host_generate_zk_proof', ['i32', 'i32', 'i32', 'i32'], ['i32']],
  ['host_get_mana_balance', ['i32', 'i32'], ['i64']],
]

describe('the imports of ref §1.3 link', () => {
  it.each(REFERENCE)('%s %j %j', (name, params, results) => {
    expect(load(wat(name, { params, results }))).toHaveLength(1)
  })
})

describe('names that are not served', () => {
  const unserved = HOST_ABI.filter(({ shapes }) => shapes.length === 0).map(({ name }) => name)

  it.each([...unserved, 'host_open_the_pod_bay_doors', 'constructor', '__proto__', 'toString'])(
    '%s links and traps naming itself when called',
    (name) => {
      const guest = caller(wat(name, { params: ['i32', 'i64'], results: ['i32'] }), testContext())
      expect(() => guest.call(1, 2n)).toThrow(
        expect.objectContaining({
          code: 'InvalidSystemApiCall',
          message: `Invalid system API call: the contract called icn.${name}, which this runtime does not serve.`,
        }),
      )
    },
  )
})

describe('imports that are refused at load', () => {
  it('another module, by name', () => {
    expect(() => load('(module (import "env" "abort" (func)))')).toThrow(
      'The module imports func "abort" from "env"; only imports from "icn" are served.',
    )
  })

  it('a known name with a type none of its shapes has, listing those it has', () => {
    expect(() => load(wat('host_account_get_mana', { params: ['i64'], results: ['i64'] }))).toThrow(
      'The module imports icn.host_account_get_mana as (i64) -> i64; accepted are () -> i64 and (i32, i32) -> i64.',
    )
  })

  it('one name with two types', () => {
    const source = `(module (import "icn" "host_account_get_mana" (func (result i64)))
      (import "icn" "host_account_get_mana" (func (param i32 i32) (result i64))))`
    expect(() => load(source)).toThrow('twice with different types, () -> i64 and (i32, i32) -> i64.')
  })
})

describe('answers', () => {
  const text = (guest: ReturnType<typeof caller>, at: number, words: string): [number, number] => {
    const bytes = new TextEncoder().encode(words)
    guest.memory.set(bytes, at)
    return [at, bytes.length]
  }
  const shape = (line: string) => parseShape(line).type

  it('memory_marshalling read_string_safe_empty: length 0 reads as empty', () => {
    const context = testContext()
    caller(wat('host_log', shape('text ->')), context).call(-1, 0)
    expect(context.logs).toEqual([{ level: 'info', message: '' }])
  })

  it('output that does not fit: nothing is written and the needed length comes back negative', () => {
    const guest = caller(wat('host_get_caller', shape('out -> written')), testContext())
    const did = 'did:icn:test:creator'
    expect(guest.call(8, did.length - 1)).toBe(-did.length)
    expect(guest.memory.every((byte) => byte === 0)).toBe(true)
    expect(guest.call(8, did.length)).toBe(did.length)
    expect(new TextDecoder().decode(guest.memory.slice(8, 8 + did.length))).toBe(did)
  })

  it('a string by pointer comes in a page of the host, and keeps to the page limit', () => {
    const guest = caller(wat('host_get_caller', shape('-> string')), testContext())
    const at = guest.call() as number
    expect(at).toBe(65_536)
    const [length] = new Uint32Array(guest.memory.slice(at, at + 4).buffer)
    expect(new TextDecoder().decode(guest.memory.slice(at + 4, at + 4 + length!))).toBe(
      'did:icn:test:creator',
    )
    expect(guest.call()).toBe(65_536 + 24)
    const full = caller(
      wat('host_get_caller', shape('-> string'), '(memory (export "memory") 1 1)'),
      testContext(),
    )
    expect(full.call()).toBe(0)
    expect(full.trace.at(-1)?.error).toMatch(/may not grow$/)
  })

  it('a refusal gives 0 and is told by code and sentence until the next call', () => {
    const source = `(module
      (import "icn" "host_account_get_mana" (func $mana (param i32 i32) (result i64)))
      (import "icn" "host_last_error_code" (func $code (result i32)))
      (import "icn" "host_last_error" (func $error (param i32 i32) (result i32)))
      (import "icn" "host_get_current_time" (func $time (result i64)))
      (memory (export "memory") 1)
      (func (export "mana") (param i32 i32) (result i64) (call $mana (local.get 0) (local.get 1)))
      (func (export "code") (result i32) (call $code))
      (func (export "error") (result i32) (call $error (i32.const 0) (i32.const 1000)))
      (func (export "call") (result i64) (call $time)))`
    const guest = caller(source, testContext())
    expect(guest.instance.call('mana', [0, 0])).toBe(0n)
    expect(guest.instance.call('code', [])).toBe(6)
    const length = guest.instance.call('error', []) as number
    expect(new TextDecoder().decode(guest.memory.slice(0, length))).toBe('Account ID string cannot be empty')
    expect(guest.instance.call('code', [])).toBe(6)
    expect(guest.call()).toBe(1_700_000_000n)
    expect(guest.instance.call('code', [])).toBe(0)
    expect(guest.instance.call('error', [])).toBe(0)
  })

  it('a refusal without a result ends the run', () => {
    const guest = caller(wat('host_account_spend_mana', shape('text, u64 ->')), testContext())
    expect(() => guest.call(...text(guest, 0, 'did:icn:test:alice'), 5n)).toThrow(/^Insufficient mana: /)
  })

  it('job JSON of 1,048,576 bytes is read and of one more is refused before it is copied', () => {
    const guest = caller(
      wat('host_submit_mesh_job', shape('text -> handle'), '(memory (export "memory") 17)'),
      testContext(),
    )
    guest.memory.fill(0x20)
    expect(guest.call(0, 1_048_576)).toBe(0n)
    expect(guest.trace.at(-1)?.error).toMatch(/^Failed to deserialize ActualMeshJob: /)
    expect(guest.call(0, 1_048_577)).toBe(0n)
    expect(guest.trace.at(-1)?.error).toBe('Job JSON exceeds 1048576 bytes')
  })

  it('fuel is charged for the call and for each byte, before the work', () => {
    const guest = caller(wat('host_log', shape('text ->')), testContext(), 400n)
    guest.call(0, 10)
    expect(guest.trace[0]).toMatchObject({ fuel: 310n })
    expect(() => guest.call(0, 10)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ reason: 'outOfFuel' }) }),
    )
  })

  it('credit needs the capability', () => {
    const type = shape('text, u64 -> flag')
    const refused = caller(wat('host_account_credit_mana', type), testContext())
    expect(refused.call(...text(refused, 0, 'did:icn:test:bob'), 5n)).toBe(0)
    expect(refused.trace[0]?.error).toMatch(/needs the capability "credit"/)
    const allowed = caller(
      wat('host_account_credit_mana', type),
      testContext({ capabilities: new Set(['credit']) }),
    )
    expect(allowed.call(...text(allowed, 0, 'did:icn:test:bob'), 5n)).toBe(1)
  })

  it('what is no IcnError passes through the guest untouched', () => {
    const signal = new Error('not in memory yet')
    const context = testContext()
    context.tx.get = () => {
      throw signal
    }
    const guest = caller(wat('host_account_get_mana', shape('-> u64')), context)
    expect(() => guest.call()).toThrow(signal)
  })
})

/** Bad input from guests, for every shape of every served function: a new function is covered once it is in the table. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { HostContext, HostFunction } from './context.ts'
import { served as row } from './entry.ts'
import { refusal } from './errors.ts'
import { largestAllocation } from './fixtures/allocations.ts'
import { BAD_CLASSES, type BadClass, badCases } from './fixtures/bad-input.ts'
import { HOST_FUNCTIONS } from './functions.ts'
import { prepareCalls } from './preload.ts'
import { type AbiFunction, SERVED_ABI } from './served.ts'

beforeAll(() => prepareCalls(SERVED_ABI.map(({ name }) => name)))

const withInput = SERVED_ABI.filter((abi) => badCases(abi).length > 0)

describe.each(withInput.map((abi) => [abi.name, abi] as const))('%s', (_name, abi) => {
  it.each(badCases(abi).map((made) => [`${made.of}: ${made.title}`, made] as const))('%s', (_title, made) => {
    made.check()
  })
})

describe('the matrix', () => {
  /** Which classes a function of these parameters must be tried with. */
  const due = ({ shapes }: AbiFunction): ReadonlySet<BadClass> => {
    const kinds = new Set(shapes.flatMap((line) => line.split('->')[0]!.match(/\w+/g) ?? []))
    const has = (...names: string[]) => names.some((name) => kinds.has(name))
    return new Set([
      ...(has('text', 'bytes', 'string', 'out') ? (['pointer edges'] as const) : []),
      ...(has('text', 'bytes', 'string') ? (['overlapping ranges', 'lengths'] as const) : []),
      ...(has('i32', 'i64', 'u64', 'job') ? (['numbers'] as const) : []),
      ...(has('text', 'string')
        ? (['not UTF-8', 'wrong JSON', 'unknown ids', 'foreign DIDs', 'replays'] as const)
        : []),
    ])
  }

  it.each(SERVED_ABI.map((abi) => [abi.name, abi] as const))(
    'tries %s with every class it can take',
    (_name, abi) => {
      const tried = new Set(badCases(abi).map((made) => made.of))
      expect([...tried].sort()).toEqual([...due(abi)].sort())
      // A parameter that is no number is tried at its edges in every shape.
      const places = abi.shapes.flatMap(
        (line) => line.split('->')[0]!.match(/text|bytes|string|out/g) ?? [],
      ).length
      expect(badCases(abi).filter((made) => made.of === 'pointer edges')).toHaveLength(places)
    },
  )

  it('leaves out nobody but those who take nothing', () => {
    const without = SERVED_ABI.filter((abi) => !withInput.includes(abi))
    expect(without.every(({ shapes }) => shapes.every((line) => line.startsWith('->')))).toBe(true)
  })

  const faults: Record<string, [of: BadClass, shape: string, HostFunction]> = {
    'allocates by a number': [
      'numbers',
      'i32, u64 -> flag',
      (_: HostContext, _n: number, size: bigint) => {
        new Uint8Array(Number(size > 0n && size < 2n ** 40n ? 2n ** 20n : 0n))
        return true
      },
    ],
    'trusts JSON': [
      'wrong JSON',
      'text -> flag',
      (_: HostContext, text: string) => {
        return (JSON.parse(text) as { id: string }).id === ''
      },
    ],
    'takes from whom it is told': [
      'foreign DIDs',
      'text, u64 -> flag',
      ({ tx }: HostContext, account: string) => {
        tx.put({ name: 'accounts' } as never, account, { balance: 0n })
        return true
      },
    ],
    'writes before it refuses': [
      'unknown ids',
      'string -> flag',
      ({ tx, identity }: HostContext, text: string) => {
        tx.put({ name: 'accounts' } as never, `${identity}`, { balance: 0n })
        if (text !== '') throw refusal('InvalidParameters', 'No.')
        return true
      },
    ],
    'opens accounts for anybody': [
      'unknown ids',
      'text -> flag',
      ({ tx }: HostContext, account: string) => {
        tx.put({ name: 'accounts' } as never, account, { balance: 0n })
        return true
      },
    ],
    'forgets that it refused': [
      'replays',
      'text -> flag',
      ({ submitted }: HostContext) => {
        if (submitted.size > 0) return true
        submitted.set(1n, '')
        throw refusal('InvalidParameters', 'No.')
      },
    ],
  }

  it.each(Object.entries(faults))('finds a new function that %s', (_what, [of, shape, work]) => {
    const abi = row(999, 'host_new', { shapes: [shape], fuel: 1, subject: 'Text' })
    const functions = HOST_FUNCTIONS as Record<string, HostFunction>
    functions.host_new = work
    try {
      const failed = badCases(abi).filter((made) => {
        try {
          made.check()
          return false
        } catch {
          return true
        }
      })
      expect(failed.map((made) => made.of)).toContain(of)
    } finally {
      delete functions.host_new
    }
  })

  it('names every class', () => {
    expect(new Set(SERVED_ABI.flatMap(badCases).map((made) => made.of))).toEqual(new Set(BAD_CLASSES))
  })

  it('sees what is allocated, and only that', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    expect(largestAllocation(() => void new Uint8Array(5_000))).toBe(5_000)
    expect(largestAllocation(() => void new ArrayBuffer(6_000))).toBe(6_000)
    expect(largestAllocation(() => void new Uint8Array(memory.buffer, 10, 700).slice())).toBe(700)
    expect(largestAllocation(() => void new Uint8Array(memory.buffer, 10, 700))).toBe(0)
  })
})

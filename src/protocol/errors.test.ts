import { describe, expect, test } from 'vitest'
import { ICN_ERROR_CODES, IcnError } from '../common/errors.ts'
import { decodeError, encodeError, toIcnError } from './errors.ts'

const journey = (thrown: unknown) => decodeError(structuredClone(encodeError(thrown)))

describe('the journey of an error', () => {
  test.each(ICN_ERROR_CODES)('%s arrives as it left', (code) => {
    const sent = new IcnError(code, `It is ${code}.`, {
      data: { limit: 5n, at: 3, deep: ['a', 1], none: null },
    })
    const got = journey(sent)
    expect(got).toBeInstanceOf(IcnError)
    expect({ ...got, message: got.message, stack: got.stack }).toEqual({
      ...sent,
      message: sent.message,
      stack: sent.stack,
    })
    expect(IcnError.is(got, code)).toBe(true)
  })

  test('causes arrive in their order, with class name, code and data', () => {
    const range = new RangeError('Maximum call stack size exceeded')
    const wasm = new IcnError('WasmExecutionError', 'The guest trapped.', {
      data: { reason: 'stackOverflow' },
      cause: range,
    })
    const got = journey(new IcnError('ProcessingFailure', 'The job failed.', { cause: wasm }))
    expect(got.cause).toMatchObject({ code: 'WasmExecutionError', data: { reason: 'stackOverflow' } })
    const root = (got.cause as Error).cause as Error
    expect(root).toMatchObject({ name: 'RangeError', message: range.message, stack: range.stack })
  })

  test('an unknown error becomes Internal and stays as the cause', () => {
    const got = journey(new TypeError('x is not a function'))
    expect(got).toMatchObject({
      code: 'Internal',
      message: 'Something failed inside the runtime: x is not a function',
      cause: { name: 'TypeError', message: 'x is not a function' },
    })
  })

  test.each([
    ['a string', 'thrown', 'thrown'],
    ['nothing', undefined, 'undefined'],
    ['an object without a prototype', Object.create(null), 'a value that cannot be shown'],
  ])('%s that was thrown becomes Internal', (_what, thrown, text) => {
    expect(journey(thrown)).toMatchObject({
      code: 'Internal',
      message: `Something failed inside the runtime: ${text}`,
    })
  })

  test('a circle of causes ends', () => {
    const error = new IcnError('Internal', 'It goes round.') as IcnError & { cause?: unknown }
    error.cause = error
    let depth = 0
    for (let at: unknown = journey(error); at instanceof Error; at = at.cause) depth += 1
    expect(depth).toBe(9)
  })

  test('data that is not plain costs only itself', () => {
    const data = { call: (() => 1) as unknown as string, limit: 2 }
    expect(journey(new IcnError('Internal', 'Odd.', { data })).data).toEqual({ call: '() => 1', limit: '2' })
  })

  test('a code of a later release arrives as Internal with the name it had', () => {
    const wire = { ...encodeError(new IcnError('Internal', 'New.')), code: 'Newer' as never }
    expect(decodeError(wire)).toMatchObject({
      code: 'Internal',
      cause: { name: 'IcnError', message: 'New.' },
    })
  })

  test('an IcnError of this side is not copied', () => {
    const error = new IcnError('Closed', 'Closed.')
    expect(toIcnError(error)).toBe(error)
  })

  test('anything else of this side becomes Internal and stays as the cause', () => {
    const error = new TypeError('x is not a function')
    const got = toIcnError(error)
    expect(got).toMatchObject({
      code: 'Internal',
      message: 'Something failed inside the runtime: x is not a function',
    })
    expect(got.cause).toBe(error)
    expect(toIcnError(null)).toMatchObject({ code: 'Internal', cause: null })
  })
})

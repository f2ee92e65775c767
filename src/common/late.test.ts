import { expect, test } from 'vitest'
import { IcnError } from './errors.ts'
import { late } from './late.ts'

test('it is loaded once, at the first use', async () => {
  let loads = 0
  const room = late('The room', async () => ++loads)
  expect(loads).toBe(0)
  expect(await Promise.all([room(), room()])).toEqual([1, 1])
  expect(await room()).toBe(1)
})

test('what did not come refuses the call by name, and the next call asks again', async () => {
  const answers = [
    () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: /x.js')),
    () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: /x.js')),
    () => Promise.resolve('here'),
  ]
  const room = late('The code that runs contracts', () => answers.shift()!())
  // Those who waited together are refused together.
  const both = await Promise.allSettled([room(), room()])
  expect(answers).toHaveLength(2)
  for (const { reason } of both as PromiseRejectedResult[])
    expect(reason).toMatchObject({
      code: 'ProcessingFailure',
      message:
        'The code that runs contracts could not be loaded (Failed to fetch dynamically imported module: /x.js). Check the connection and try again. If it goes on failing, reload the page: a new version may have been deployed.',
      data: { reason: 'codeUnavailable' },
      cause: expect.any(TypeError),
    })
  await expect(room()).rejects.toMatchObject({ code: 'ProcessingFailure' })
  expect(await room()).toBe('here')
})

test('what is loaded and then fails for its own reason says that reason', async () => {
  const room = late('The room', () => Promise.reject(new IcnError('Closed', 'The runtime was closed.')))
  await expect(room()).rejects.toMatchObject({ code: 'Closed' })
})

/** What the public types promise to throw is what can be asked for: codes of `IcnError`, spelled as they are. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ICN_ERROR_CODES } from '../common/errors.ts'

it('every error that a method of the runtime names is a code', () => {
  const source = readFileSync(new URL('./api.ts', import.meta.url), 'utf8').replaceAll(/`[^`]*`/g, '')
  const promises = source.match(/@throws IcnError[^@]*?(?=\*\/|@)/g) ?? []
  const named = promises.flatMap((text) => text.slice(16).match(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b/g) ?? [])
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((name) => !(ICN_ERROR_CODES as readonly string[]).includes(name))).toEqual([])
})

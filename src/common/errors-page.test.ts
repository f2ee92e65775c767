/** docs/errors.md speaks of each code, in the order that guests count them, and of no other. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ICN_ERROR_CODES } from './errors.ts'

const page = readFileSync('docs/errors.md', 'utf8')
const sections = page.split(/^## /m).slice(1)

test('one section for each code, in order', () => {
  expect(sections.map((section) => /^`(\w+)`/.exec(section)?.[1])).toEqual([...ICN_ERROR_CODES])
})

test.each(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]))(
  '%s: when, and what to do',
  (_title, section) => {
    expect(section).toMatch(/\*\*When\*\* \S.{20,}/)
    expect(section).toMatch(/\*\*What to do:\*\* \S.{5,}/)
  },
)

/** docs/errors.md speaks of each code, in the order that guests count them, and of each reason that the code gives. */
import { readdirSync, readFileSync } from 'node:fs'
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

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.ts$/.test(file) && !/\.(test|suite)\.ts$|fixtures|playground|verify\//.test(file))
  .map((file) => readFileSync(`src/${file}`, 'utf8'))

/** `reason: 'x'`, and the argument of each function of the file, or of governance/refuse, whose parameter is `reason`. */
function reasons(source: string): string[] {
  const own = [...source.matchAll(/(?:function |const |#)(\w+)(?: = )?\(([^()]*)\breason: (?:string|')/g)]
  const refuse = /import \{([^}]*)\} from '\.\/refuse\.ts'/.exec(source)?.[1]?.match(/\w+/g) ?? []
  const helpers = [
    ...own.map(([, name, before]) => [name, before!.split(',').length - 1] as const),
    ...refuse.map((name) => [name, 0] as const),
  ]
  const given = helpers.flatMap(([name, at]) => [
    ...source.matchAll(new RegExp(`\\b${name}\\(\\s*${'[^,()]*,\\s*'.repeat(at)}'([a-z][A-Za-z]+)'`, 'g')),
  ])
  return [...source.matchAll(/\breason: '([a-z]\w+)'/g), ...given].map((match) => match[1]!)
}

const given = new Set(sources.flatMap(reasons))

test('every reason that is given is explained', () => {
  expect(given.size).toBeGreaterThan(100)
  expect([...given].filter((reason) => !page.includes(`\`${reason}\``)).sort()).toEqual([])
})

test('every reason that is explained is given', () => {
  const explained = [...page.matchAll(/^\*\*Reasons.*(?:\n(?!\*\*What|\n).*)*/gm)]
    .flatMap(([text]) => [...text.matchAll(/`([a-z]\w*)`/g)])
    .map((match) => match[1]!)
  const anywhere = sources.join('\n')
  // What is told by a table, as of traps and proofs, stands there as a member or in quotes.
  const known = (word: string) => given.has(word) || new RegExp(`'${word}'|^  ${word}: '`, 'm').test(anywhere)
  expect(explained.filter((word) => !known(word))).toEqual([])
})

/** The conformance checklist (ref §13) held against the tests there are. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHECKLIST, type Fate, NAMED } from './fixtures/checklist.ts'

const SRC = new URL('../', import.meta.url)

function testFiles(folder: URL): URL[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return testFiles(new URL(`${entry.name}/`, folder))
    return /\.(test|suite)\.ts$/.test(entry.name) ? [new URL(entry.name, folder)] : []
  })
}

/** What follows an opening quote at the head of a test, a suite or a case of a table; comments are not among it. */
function titlesOf(source: string): string[] {
  const text = source.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [
    ...text.matchAll(
      /(?:\b(?:it|test|describe)(?:\.\w+)?\(\s*|\)\(\s*|\[\s*|^\s*)(['`])((?:(?!\1)[^\\\n]|\\.)+)\1/gm,
    ),
  ].map(([, , title]) => title!)
}

const titles = new Map<string, readonly string[]>(
  testFiles(SRC)
    .filter((file) => !file.pathname.endsWith('/checklist.test.ts'))
    .map(
      (file) =>
        [`src/${file.pathname.slice(SRC.pathname.length)}`, titlesOf(readFileSync(file, 'utf8'))] as const,
    ),
)

/** What is wrong with an entry; undefined when it is so. */
function missing(name: string, fate: Fate): string | undefined {
  if (fate === NAMED) {
    const word = new RegExp(`(^|[^a-z0-9_])${name}($|[^a-z0-9_])`)
    const found = [...titles.values()].some((inFile) => inFile.some((title) => word.test(title)))
    return found ? undefined : `no test is named after ${name}`
  }
  if ('not' in fate) {
    return fate.not.length > 20 ? undefined : `why there is no ${name} is not said`
  }
  const [file, begin] = fate
  const inFile = titles.get(file)
  if (inFile === undefined) return `${file} is not there`
  return inFile.some((title) => title.startsWith(begin)) ? undefined : `${file} has no test "${begin}…"`
}

describe.each(Object.entries(CHECKLIST))('%s', (_section, list) => {
  it.each(Object.entries(list))('%s', (name, fate) => {
    expect(missing(name, fate)).toBeUndefined()
  })
})

describe('the check itself', () => {
  it('misses what is not there', () => {
    expect(missing('test_that_never_was', NAMED)).toBe('no test is named after test_that_never_was')
    expect(missing('x', ['src/nowhere.test.ts', 'a'])).toBe('src/nowhere.test.ts is not there')
    expect(missing('x', ['src/runtime/conformance.test.ts', 'never'])).toMatch(/has no test "never…"/)
    expect(missing('x', { not: '' })).toMatch(/is not said/)
    expect(titlesOf("// it('in a comment', () => {})\n  it('named', () => {})")).toEqual(['named'])
  })
})

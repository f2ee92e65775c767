import { expect, test } from 'vitest'
import { examples, fenced } from './doc-code.mjs'

test('finds the fenced blocks of a page, with the line their code begins at', () => {
  expect(fenced('# Title\n\n```js\na()\nb()\n```\ntext\n```sh\nnpm ci\n```\n', 'a.md')).toEqual([
    { file: 'a.md', line: 4, language: 'js', code: 'a()\nb()\n' },
    { file: 'a.md', line: 9, language: 'sh', code: 'npm ci\n' },
  ])
})

test('finds the examples of a source, on one line or several, up to the next tag', () => {
  const source = `/** Nothing. */
/**
 * Does.
 * @example
 * const a = do()
 *   .it()
 * @throws never
 */
/**
   * @example const b = 1
   */
`
  expect(examples(source, 'a.ts').map(({ line, code }) => [line, code.trim()])).toEqual([
    [4, 'const a = do()\n  .it()'],
    [10, 'const b = 1'],
  ])
})

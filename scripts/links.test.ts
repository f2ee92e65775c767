import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anchors, checkLinks, links, markdownFiles } from './links.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'links-'))
  mkdirSync(join(folder, 'docs'))
  writeFileSync(join(folder, 'docs/b.md'), '# The `run` call: what?\n\n## Twice\n\n## Twice\n')
  writeFileSync(join(folder, 'c.txt'), '')
})
afterEach(() => rmSync(folder, { recursive: true }))

function check(text: string): string[] {
  writeFileSync(join(folder, 'a.md'), text)
  return checkLinks(['a.md'], folder).problems
}

test('finds links of every form, and none in code', () => {
  const text =
    'A [b](docs/b.md "title") <a href="c.txt">c</a>\n`[no](no)`\n```\n[no](no)\n```\n[d]: ./c.txt\n![e](<c.txt>)'
  expect(links(text)).toEqual([
    { target: 'docs/b.md', line: 1 },
    { target: 'c.txt', line: 1 },
    { target: './c.txt', line: 6 },
    { target: 'c.txt', line: 7 },
  ])
})

test('makes the anchors that code hosts make', () => {
  expect(anchors('# The `run` call: what?\n## Twice\n## Twice\n### A [link](b.md) – and *so*\n')).toEqual([
    'the-run-call-what',
    'twice',
    'twice-1',
    'a-link--and-so',
  ])
})

test('good links pass', () => {
  expect(
    check(
      '# Top\n[a](docs/b.md#the-run-call-what) [b](docs/b.md#twice-1) [c](#top) [d](docs) [e](https://example.org)',
    ),
  ).toEqual([])
})

test.each([
  ['[x](nowhere.md)', 'no such file'],
  ['[x](docs/b.md#nowhere)', 'no such heading'],
  ['[x](#nowhere)', 'no such heading'],
  ['[x](c.txt#a)', 'only a markdown file has headings'],
  ['[x](../out.md)', 'leads out of the repository'],
  ['[x](http://example.org)', 'no https address'],
  ['[x](javascript:alert)', 'no https address'],
])('%s is told with its place', (text, problem) => {
  const [found] = check(`\n${text}`)
  expect(found).toMatch(/^a\.md:2: /)
  expect(found).toContain(problem)
})

test('every markdown file is looked at, but none of other people', () => {
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'node_modules/x.md'), '')
  writeFileSync(join(folder, 'a.md'), '')
  expect(markdownFiles(folder).sort()).toEqual(['a.md', 'docs/b.md'])
})

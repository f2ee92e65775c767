// Every piece of TypeScript, JavaScript and JSON in README, docs and the `@example`s of what the package exports: each
// compiles in a foreign project against the packed package, as a reader would paste it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './lib/process.mjs'
import { markdownFiles } from './links.mjs'
import { foreignProject } from './package.mjs'

/** @typedef {{ file: string, line: number, language: string, code: string }} Piece */

/** Fenced blocks of a markdown text, each with the line it begins at. @returns {Piece[]} */
export function fenced(markdown, file) {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    file,
    line: lineOf(markdown, match.index) + 1,
    language: match[1],
    code: match[2],
  }))
}

/** The `@example`s of a source's comments: up to the next tag or the comment's end. @returns {Piece[]} */
export function examples(source, file) {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const text = comment[0].replace(/\*\/$/, '').replace(/^[ \t]*\*?[ \t]?(?=.*$)/gm, '')
    return [...text.matchAll(/^@example\s([\s\S]*?)(?=^@\w|$(?![\s\S]))/gm)].map((match) => ({
      file,
      line: lineOf(source, comment.index) + lineOf(text, match.index) - 1,
      language: 'ts',
      code: match[1],
    }))
  })
}

const lineOf = (text, index) => text.slice(0, index).split('\n').length

/** What is written for people who use the package; contracts have languages of their own (guest-pages.test.ts). */
function pieces() {
  const pages = markdownFiles().filter((file) => /^(README\.md|docs\/)/.test(file))
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|^playground/.test(file))
    .map((file) => `src/${file}`)
  const text = (file) => readFileSync(join(root, file), 'utf8')
  return [
    ...pages.flatMap((file) => fenced(text(file), file)),
    ...sources.flatMap((file) => examples(text(file), file)),
  ]
}

/** @returns {Promise<string>} how many there were. Throws with the page and line of the first that does not compile */
export async function checkDocumentedCode() {
  const all = pieces()
  for (const { file, line, code } of all.filter(({ language }) => language === 'json')) {
    try {
      // A member of an object may stand alone.
      JSON.parse(/^\s*"/.test(code) ? `{${code}}` : code)
    } catch (error) {
      throw new Error(`${file}:${line}: ${error instanceof Error ? error.message : error}`)
    }
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tools = ['@types/node', '@libp2p/webrtc', ...Object.keys(manifest.peerDependencies)]
  const { folder } = foreignProject('docs', tools)
  const code = all.filter(({ language }) => /^[jt]s$/.test(language))
  if (code.length === 0) throw new Error('No code was found in the documentation.')
  const named = new Map(code.map((piece, n) => [`piece-${n}.ts`, piece]))
  for (const [name, piece] of named) writeFileSync(join(folder, name), piece.code)
  const { code: exit, output } = await run('tsc', ['-p', folder, '--pretty', 'false'], {
    quiet: true,
    cwd: folder,
  })
  if (exit !== 0)
    throw new Error(
      output.replace(/^(piece-\d+\.ts)\((\d+),/gm, (_, name, line) => {
        const { file, line: first } = /** @type {Piece} */ (named.get(name))
        return `${file}:${first + Number(line) - 1} (column `
      }),
    )
  return `${code.length} pieces`
}

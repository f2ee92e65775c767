// Follows every link in the repository's markdown that stays inside it: the file must be there, and so must the heading.
// Links to other sites are only looked at for their form, so that no test waits for a network.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './lib/process.mjs'

/** `[text](target)`, `[text]: target` and `<a href="target">`, each with its line. */
export function links(markdown) {
  const found = []
  const text = prose(markdown)
  for (const match of text.matchAll(
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*<?(\S+?)>?$|href="([^"]+)"/gm,
  ))
    found.push({
      target: match[1] ?? match[2] ?? match[3],
      line: text.slice(0, match.index).split('\n').length,
    })
  return found
}

/** Headings as the anchors that code hosts make of them: lower case, no punctuation, hyphens, numbered when they repeat. */
export function anchors(markdown) {
  const seen = new Map()
  return prose(markdown, true)
    .split('\n')
    .flatMap((line) => /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1] ?? [])
    .map((heading) => {
      const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
      const anchor = plain
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-')
      const before = seen.get(anchor) ?? 0
      seen.set(anchor, before + 1)
      return before === 0 ? anchor : `${anchor}-${before}`
    })
}

/** Code is not prose: fenced blocks, and spans unless they are kept, become blank; lines stay where they are. */
function prose(markdown, spans = false) {
  const blank = (text) => text.replace(/[^\n]/g, ' ')
  const unfenced = markdown.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank)
  return spans ? unfenced : unfenced.replace(/`[^`\n]*`/g, blank)
}

/**
 * @param {readonly string[]} files relative to the root
 * @returns {{ links: number, problems: string[] }}
 */
export function checkLinks(files, folder = root) {
  const problems = []
  let count = 0
  for (const file of files) {
    for (const { target, line } of links(readFileSync(join(folder, file), 'utf8'))) {
      count += 1
      const problem = wrong(target, file, folder)
      if (problem) problems.push(`${file}:${line}: ${target}: ${problem}`)
    }
  }
  return { links: count, problems }
}

function wrong(target, file, folder) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target))
    return /^(https:\/\/\S+\.\S+|mailto:\S+@\S+)$/i.test(target) ? '' : 'no https address'
  const [path = '', anchor] = target.split('#')
  const place =
    path === '' ? join(folder, file) : normalize(join(folder, dirname(file), decodeURIComponent(path)))
  if (relative(folder, place).startsWith('..')) return 'leads out of the repository'
  if (!existsSync(place)) return 'no such file'
  if (anchor === undefined) return ''
  if (statSync(place).isDirectory() || !place.endsWith('.md')) return 'only a markdown file has headings'
  return anchors(readFileSync(place, 'utf8')).includes(anchor) ? '' : 'no such heading'
}

const ASIDE = new Set(['node_modules', '.git', '.cache', 'dist', 'dist-playground', 'test-results'])

/** Every markdown file of the repository, relative to its root. */
export function markdownFiles(folder = root, under = '') {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    if (ASIDE.has(entry.name)) return []
    const path = posix.join(under, entry.name)
    if (entry.isDirectory()) return markdownFiles(folder, path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = markdownFiles()
  const { links: count, problems } = checkLinks(files)
  console.log(problems.join('\n') || `${count} links in ${files.length} files, all good`)
  process.exitCode = problems.length > 0 ? 1 : 0
}

// Trims what the compiler emitted to what the package's entries reach, and names modules in declarations as they are
// emitted (`.js`), which every version of TypeScript and every tool understands.
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+?)\.(ts|js)\2/g

/**
 * @param {string} dist
 * @param {readonly string[]} entries paths inside of dist, `.js` and `.d.ts`
 */
export function trimDist(dist, entries) {
  const all = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => join(dist, name))
  const files = all.filter((name) => /\.(js|d\.ts)$/.test(name))
  for (const file of files.filter((name) => name.endsWith('.d.ts')))
    writeFileSync(file, readFileSync(file, 'utf8').replace(SPECIFIER, '$1$2$3.js$2'))

  const kept = new Set()
  const visit = (file) => {
    if (kept.has(file)) return
    kept.add(file)
    for (const [, , , path] of readFileSync(file, 'utf8').matchAll(SPECIFIER))
      visit(join(dirname(file), `${path}${file.endsWith('.d.ts') ? '.d.ts' : '.js'}`))
  }
  for (const entry of entries) visit(join(dist, entry))
  for (const file of all.filter((name) => /\.(js|d\.ts|json)$/.test(name))) if (!kept.has(file)) rmSync(file)
  for (const folder of all.filter((name) => !/\.\w+$/.test(name)).sort((a, b) => b.length - a.length))
    if (readdirSync(folder).length === 0) rmdirSync(folder)
}

// What a built module brings along: what it imports at once, and what it may import later.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { init, parse } from 'es-module-lexer'

await init

/**
 * @param {readonly string[]} entries paths of built modules
 * @param {{ late?: boolean }} [options] with everything that may ever be imported
 * @returns {string[]} the entries and what they import, in order of discovery
 */
export function closure(entries, { late = false } = {}) {
  const found = new Set()
  const visit = (file) => {
    if (found.has(file)) return
    found.add(file)
    for (const { specifier, dynamic } of imports(readFileSync(file, 'utf8')))
      if (late || !dynamic) visit(join(dirname(file), specifier))
  }
  for (const entry of entries) visit(entry)
  return [...found]
}

function imports(code) {
  const [found] = parse(code)
  return found.flatMap(({ specifier, type }) =>
    specifier?.startsWith('.') ? [{ specifier, dynamic: type === 'dynamic' }] : [],
  )
}

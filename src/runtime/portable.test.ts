import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LEFT_OUT, PORTABLE } from './portable.ts'

/** Every table a source file declares, by the convention `NAME: Table<Row> = table('name')`. */
function declaredTables(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return declaredTables(new URL(`${entry.name}/`, folder))
    if (!entry.name.endsWith('.ts') || entry.name.includes('.test.') || entry.name.includes('.suite.'))
      return []
    const source = readFileSync(new URL(entry.name, folder), 'utf8')
    return [...source.matchAll(/Table<[^=]*> =\s+table\('([^']+)'\)/g)].map((found) => found[1]!)
  })
}

describe('what an export carries', () => {
  it('is decided for every table there is', () => {
    const decided = [...Object.keys(PORTABLE), ...Object.keys(LEFT_OUT)].sort()
    expect(declaredTables(new URL('../', import.meta.url)).sort()).toEqual(decided)
  })
})

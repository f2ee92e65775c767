// Holds the direction of imports: a room imports itself and the rooms below it, nothing above (architecture, section 1).
// `node scripts/imports.mjs` prints what breaks it.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** From the top of the house to its ground. */
const ROOMS = [
  'index',
  'worker',
  'client',
  'runtime',
  'host',
  'mesh',
  'governance',
  'economics',
  'reputation',
  'zk',
  'identity',
  'dag',
  'protocol',
  'wasm',
  'storage',
  'common',
]

/** Rooms that see less than all that lies below them. */
const ONLY = {
  client: ['protocol', 'common'],
  wasm: ['common'],
  storage: ['common'],
  protocol: ['wasm', 'common'],
  playground: ['index', 'host'],
  testing: ['index'],
  common: [],
}

/** Public entries inside a room below: the playground uses them as anybody does. */
const ENTRIES = ['mesh/libp2p/index.ts']

const source = fileURLToPath(new URL('../src/', import.meta.url))
const IMPORT =
  /^\s*(?:import|export)\s+(?<type>type\s)?[^'"]*?from\s*['"](?<from>\.[^'"]+)['"]|\bimport\s*\(?\s*['"](?<bare>\.[^'"]+)['"]/gm

const roomOf = (file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, ''))
const isTest = (file) => /\.(test|suite)\.ts$/.test(file) || file.includes('/fixtures/')

/** Comments may speak of imports; they are not imports. */
const uncommented = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

function mayImport(from, to, typeOnly) {
  if (from === to) return true
  const only = ONLY[from]
  // The public surface is one file of types for both sides of the boundary, so a type may come from there anywhere
  // above the ground; likewise the types of another room's contract below.
  if (only)
    return only.includes(to) || (typeOnly && from === 'client' && ROOMS.indexOf(to) > ROOMS.indexOf(from))
  return ROOMS.indexOf(from) < ROOMS.indexOf(to)
}

/** @returns {{ files: number, problems: string[] }} */
export function checkImports() {
  const problems = []
  const edges = new Map()
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  for (const file of files) {
    const from = roomOf(file)
    if (!ROOMS.includes(from) && !(from in ONLY)) problems.push(`src/${file}: no such room in the plan`)
    for (const { groups } of uncommented(readFileSync(join(source, file), 'utf8')).matchAll(IMPORT)) {
      const type = groups.type
      const specifier = groups.from ?? groups.bare
      const target = posix.join(posix.dirname(file), specifier)
      if (target.startsWith('..')) {
        if (!isTest(file)) problems.push(`src/${file}: imports ${specifier}, outside of src`)
        continue
      }
      const to = roomOf(target)
      const asAnybody = from === 'playground' && ENTRIES.includes(target)
      if (!isTest(file) && !asAnybody && !mayImport(from, to, Boolean(type)))
        problems.push(`src/${file}: ${from} may not import ${to} (${specifier})`)
      if (!type) edges.set(file, [...(edges.get(file) ?? []), target])
    }
  }
  problems.push(...cycles(edges))
  return { files: files.length, problems }
}

/** Modules that need each other to load; imports of types do not count. */
function cycles(edges) {
  const found = []
  const done = new Set()
  const visit = (file, path) => {
    const at = path.indexOf(file)
    if (at >= 0) {
      found.push(`src/${[...path.slice(at), file].join(' → ')}: a circle of imports`)
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, problems } = checkImports()
  for (const problem of problems) console.log(problem)
  console.log(`${files} files, ${problems.length} imports in the wrong direction`)
  process.exitCode = problems.length > 0 ? 1 : 0
}

// Checks the package as others will get it: packed into a tarball and unpacked into a foreign project.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { closure } from './lib/closure.mjs'
import { root, run } from './lib/process.mjs'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * A project outside of this repository with the packed package and its dependencies installed, as npm would lay them.
 * @param {string} from folder of e2e/consumers that is the project
 * @param {readonly string[]} [tools] further packages of ours the project may use
 * @returns {{ folder: string, tarball: string }}
 */
export function foreignProject(from, tools = []) {
  const folder = mkdtempSync(join(tmpdir(), 'icn-consumer-'))
  cpSync(join(root, 'e2e/consumers', from), folder, { recursive: true })
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }),
  )
  const tarball = join(folder, filename)
  const installed = join(folder, 'node_modules', manifest.name)
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  for (const name of [...Object.keys(manifest.dependencies), ...tools]) {
    const at = join(folder, 'node_modules', name)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), at)
  }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'foreign', private: true, type: 'module' }),
  )
  return { folder, tarball }
}

/** Everything package.json promises is in the tarball, and what Node can load, it loads. */
async function exportsResolve({ folder }) {
  const targets = Object.entries(manifest.exports).flatMap(([, target]) =>
    typeof target === 'string' ? [target] : Object.values(target),
  )
  const installed = join(folder, 'node_modules', manifest.name)
  for (const target of targets) readFileSync(join(installed, target))
  // Throws for a chunk that is not there.
  const worker = closure([join(installed, manifest.exports['./worker'].default)], { late: true })
  // The worker entry starts a runtime when it is loaded, the fixtures need a test runner: their presence is checked.
  const loadable = Object.keys(manifest.exports).filter((path) => !/worker|testing|json|libp2p/.test(path))
  const names = loadable.map((path) => `${manifest.name}${path.slice(1)}`)
  const script = `for (const name of ${JSON.stringify(names)}) {
    const found = Object.keys(await import(name))
    if (found.length === 0) throw new Error(name + ' exports nothing')
  }`
  const { code, output } = await run('node', ['--input-type=module', '-e', script], {
    cwd: folder,
    quiet: true,
  })
  if (code !== 0) throw new Error(output)
  return `${targets.length} files, ${names.length} entries loaded, a worker of ${worker.length} files`
}

async function lintsClean({ tarball }) {
  const { publint } = await import('publint')
  const { formatMessage } = await import('publint/utils')
  const bytes = readFileSync(tarball)
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
  })
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'))
}

async function typesResolve({ tarball }) {
  const { code, output } = await run('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'], {
    quiet: true,
  })
  if (code !== 0) throw new Error(output)
}

/** The declarations compile, unskipped, under the strictest options somebody may have, with both ways to resolve. */
async function typesCheck({ folder }) {
  for (const more of [[], ['--module', 'ESNext', '--moduleResolution', 'Bundler']]) {
    const { code, output } = await run('tsc', ['-p', folder, ...more], { quiet: true, cwd: folder })
    if (code !== 0) throw new Error(output)
  }
}

/** @param {import('./lib/tally.mjs').Tally} tally */
export async function checkPackage(tally) {
  let project
  const packed = await tally.check('the package packs', () => {
    project = foreignProject('types')
    return `${(readFileSync(project.tarball).length / 1000).toFixed(0)} kB`
  })
  if (!packed) return
  await tally.check('every export is in the tarball and loads', () => exportsResolve(project))
  await tally.check('publint finds nothing', () => lintsClean(project))
  await tally.check('are the types wrong? no', () => typesResolve(project))
  await tally.check('declarations compile in a strict foreign project', () => typesCheck(project))
}

/** The packed tarball in a project that installed js-libp2p's packages beside it, as docs/mesh.md says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { build as vite } from 'vite'
import { run } from '../scripts/lib/process.mjs'
import { foreignProject } from '../scripts/package.mjs'
import { serve } from './server.mjs'

const root = join(import.meta.dirname, '..')
/** What docs/mesh.md tells people to install: for the mesh, then for a relay beside. */
const [forMesh = [], forRelay = []] = [
  ...readFileSync(join(root, 'docs/mesh.md'), 'utf8').matchAll(/^npm install (.+)$/gm),
].map(([, names]) => names!.split(' '))

let folder: string
test.beforeAll(() => {
  folder = foreignProject('libp2p', ['vite', ...forMesh, ...forRelay]).folder
})

test('a Vite app with the libp2p mesh compiles, builds and runs', async ({ page }) => {
  const { code, output } = await run('tsc', ['-p', folder], { quiet: true, cwd: folder })
  expect(output).toBe('')
  expect(code).toBe(0)
  mkdirSync(join(folder, 'public'))
  copyFileSync(join(root, 'public/samples/hello.wasm'), join(folder, 'public/hello.wasm'))
  await vite({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { modulePreload: { polyfill: false }, target: 'es2022', chunkSizeWarningLimit: 1_000 },
  })
  const server = await serve({ '/': join(folder, 'dist') })
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text())
  })
  await page.goto(server.origin)
  const done = /^result 42, 0 relays, 0 messages out, 12D3\w+$/
  await expect(page.locator('body')).toHaveText(done, { timeout: 20_000 })
  expect(refused).toEqual([])
  await server.close()
})

test('what is to be installed is what the package names as optional peers', () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const peers = Object.keys(peerDependencies).filter((name) => /libp2p|multiaddr/.test(name))
  expect([...forMesh, ...forRelay].sort()).toEqual(peers.sort())
  for (const name of peers) expect(peerDependenciesMeta[name]).toEqual({ optional: true })
})

test('the relay starts where its packages are; without them it says what is missing', async () => {
  const program = join(folder, 'node_modules/icn-runtime-web/dist/mesh/libp2p/relay-main.js')
  const relay = spawn(process.execPath, [program, '--ws-port', '0', '--tcp-port', '0'])
  const ended = new Promise((resolve) => relay.once('exit', resolve))
  const [line] = await Promise.race([
    once(relay.stdout, 'data'),
    ended.then((code) => [`ended with ${code}`]),
  ])
  relay.kill('SIGTERM')
  expect(String(line)).toMatch(/^relay 12D3/)
  expect(await ended).toBe(0)

  rmSync(join(folder, 'node_modules', forRelay[0]!))
  const { code, output } = await run(process.execPath, [program], { quiet: true, cwd: folder })
  expect(code).toBe(1)
  expect(output).toContain(`A package of js-libp2p is missing (Cannot find package '${forRelay[0]}'`)
})

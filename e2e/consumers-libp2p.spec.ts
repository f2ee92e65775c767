/** The packed tarball in a project that installed js-libp2p's packages beside it, as docs/mesh.md says. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { build as vite } from 'vite'
import { run } from '../scripts/lib/process.mjs'
import { foreignProject } from '../scripts/package.mjs'
import { serve } from './server.mjs'

const root = join(import.meta.dirname, '..')
const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const libp2p = Object.keys(peerDependencies).filter((name) => /libp2p|multiaddr/.test(name))

test('a Vite app with the libp2p mesh compiles, builds and runs', async ({ page }) => {
  const { folder } = foreignProject('libp2p', ['vite', ...libp2p])
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
  await expect(page.locator('body')).toHaveText(/^result 42, 0 relays, 0 messages out, 12D3\w+$/)
  expect(refused).toEqual([])
  await server.close()
})

test('without js-libp2p the relay says what is missing', async () => {
  const { folder } = foreignProject('libp2p')
  const program = join(folder, 'node_modules/icn-runtime-web/dist/mesh/libp2p/relay-main.js')
  const { code, output } = await run(process.execPath, [program], { quiet: true, cwd: folder })
  expect(code).toBe(1)
  expect(output).toContain('A package of js-libp2p is missing')
})

import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { createServer, preview } from 'vite'

// What a newcomer's first command shows: `npm start` over the sources, `vite preview` over the build.

const root = join(import.meta.dirname, '..')

test('npm start serves a playground that runs', async ({ page }) => {
  const server = await createServer({ root, logLevel: 'error', server: { port: 0 } })
  await server.listen()
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'What came of it' })).toContainText('Signature valid')
  await server.close()
})

test('the built playground runs from a preview, under the content policy', async ({ page }) => {
  const server = await preview({ root, logLevel: 'error', preview: { port: 0 } })
  const response = await page.goto(server.resolvedUrls?.local[0] ?? '')
  expect(response?.headers()['content-security-policy']).toContain("worker-src 'self'")
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'What came of it' })).toContainText('Signature valid')
  await server.close()
})

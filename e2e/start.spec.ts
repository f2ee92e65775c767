import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { createServer, preview } from 'vite'
import type { IcnRuntime } from '../src/index.ts'

// What a newcomer's first command shows: `npm start` over the sources, `vite preview` over the build.

const root = join(import.meta.dirname, '..')

test('npm start serves a playground with a sample run and its receipt shown; the next visit runs nothing by itself', async ({
  page,
}) => {
  delete process.env.NODE_ENV // a build by another test of this process leaves it at production
  const server = await createServer({ root, logLevel: 'error', server: { port: 0 } })
  await server.listen()
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const outcome = page.getByRole('region', { name: 'What came of it' })
  // The first time the server has its dependencies to put together.
  await expect(outcome).toContainText('Signature valid', { timeout: 40_000 })
  await page.reload()
  await expect(outcome).toContainText('Signature valid')
  const receipts = () =>
    page.evaluate(async () => {
      const { icn } = window as unknown as { icn: IcnRuntime }
      return (await icn.receipts.list()).items.length
    })
  expect(await receipts()).toBe(1)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(receipts).toBe(2)
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

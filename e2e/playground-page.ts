// What the playground's tests share: opening the page so that nothing goes wrong unseen, and a person's few gestures.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test as base, expect as baseExpect, type Page } from '@playwright/test'

/** Patient enough for a busy machine; nothing here waits that long on an idle one. */
export const expect = baseExpect.configure({ timeout: 20_000 })

/** Every test fails on an uncaught error, a console error or a breach of the content policy; `allowed` names exceptions. */
export const test = base.extend<{ allowed: readonly RegExp[]; quiet: undefined }>({
  allowed: [[], { option: true }],
  // Tests of the page as it is now must not find it as it was; offline has a test of its own.
  serviceWorkers: 'block',
  quiet: [
    async ({ page, allowed }, use) => {
      const heard: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') heard.push(message.text())
      })
      page.on('pageerror', (error) => heard.push(String(error)))
      await use(undefined)
      expect(heard.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([])
    },
    { auto: true },
  ],
})

export async function open(page: Page, route = ''): Promise<void> {
  await page.goto(`/${route}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

export async function choose(page: Page, title: string): Promise<void> {
  await page.getByRole('radio', { name: title }).check()
  await expect(page.locator('#module-title')).toHaveText(title)
}

export async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
}

export const outcome = (page: Page) => page.getByRole('region', { name: 'What came of it' })

export const sample = (name: string) => readFileSync(new URL(`../public/samples/${name}`, import.meta.url))

/** Drops a file onto the page the way a person does: enter, over, drop. */
export async function drop(page: Page, name: string, contents: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ fileName, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], fileName, { type: 'application/wasm' }))
      return data
    },
    { fileName: name, base64: contents.toString('base64') },
  )
  for (const type of ['dragenter', 'dragover'] as const)
    await page.dispatchEvent('body', type, { dataTransfer: transfer })
  await expect(page.getByText('Drop the .wasm file to open it')).toBeVisible()
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
  await expect(page.getByText('Drop the .wasm file to open it')).toBeHidden()
}

/** What is stored, as far as a refused module could have changed it. */
export function stored(page: Page): Promise<{ receipts: number; blocks: string; modules: number }> {
  return page.evaluate(async () => {
    const { icn } = window as unknown as {
      icn: {
        receipts: { list(page: object): Promise<{ items: unknown[] }> }
        modules: { list(page: object): Promise<{ items: unknown[] }> }
        dag: { root(): Promise<string> }
      }
    }
    return {
      receipts: (await icn.receipts.list({ limit: 1000 })).items.length,
      modules: (await icn.modules.list({ limit: 1000 })).items.length,
      blocks: await icn.dag.root(),
    }
  })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** What axe finds. Playwright evaluates outside the content policy, so axe needs no exception in it. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(context: Document, options: object): Promise<AxeResults> }
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const results = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
  })
}

/** How far the page scrolls sideways, px. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => {
    window.scrollBy(500, 0)
    const { scrollX } = window
    window.scrollTo(0, window.scrollY)
    return scrollX
  })
}

/** Axe finds nothing and nothing is cut off, in both themes, as narrow as it gets and wide. */
export async function looksRight(page: Page, place: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of [
      [320, 640],
      [1440, 900],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      const where = `${place}, ${colorScheme}, ${width} px`
      expect.soft(await violations(page), where).toEqual([])
      expect.soft(await sideways(page), `${where}: scrolls sideways`).toBe(0)
    }
}

/** The database becomes one of a newer release. The playground must not have it open. */
export const upgraded = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('icn-runtime', 999)
        request.onerror = () => reject(request.error)
        request.onsuccess = () => {
          request.result.close()
          resolve()
        }
      }),
  )

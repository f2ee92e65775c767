// Each language's page, followed to the letter: the files it says to copy, the contract it shows, the commands it gives. What
// comes out runs, and its receipt is verified.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRuntime } from '../src/runtime/create.ts'
import { missingForC, missingForRust, ROOT } from './build-guests.mjs'
import { fenced } from './doc-code.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'icn-page-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const PAGES = [
  { language: 'assemblyscript', source: 'contract.ts', logs: [], missing: undefined },
  { language: 'wat', source: 'contract.wat', logs: ['Hello from a contract.'], missing: undefined },
  { language: 'c', source: 'contract.c', logs: [], missing: missingForC() },
  { language: 'rust', source: 'contract.rs', logs: [], missing: missingForRust() },
]

for (const { language, source, logs, missing } of PAGES)
  test.skipIf(missing !== undefined)(
    missing ? `${language} (${missing})` : language,
    async () => {
      const page = readFileSync(join(ROOT, 'guest', language, 'README.md'), 'utf8')
      const copied = /^Copy ([^.]|\.\w)*/m.exec(page)?.[0] ?? ''
      for (const [, file] of copied.matchAll(/\]\(([\w.]+)\)/g))
        copyFileSync(join(ROOT, 'guest', language, file!), join(folder, file!))
      const [contract, commands] = fenced(page, language)
      writeFileSync(join(folder, source), contract!.code)
      // The tools are those installed here: no network is asked.
      execFileSync('sh', ['-ec', commands!.code.replace(/\bnpx (--package \S+ )?/g, '')], {
        cwd: folder,
        env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` },
        stdio: 'pipe',
      })
      const runtime = await createRuntime({
        storage: 'memory',
        manaRegeneration: false,
        integrityCheck: false,
      })
      const run = await runtime.run(new Uint8Array(readFileSync(join(folder, 'contract.wasm'))))
      expect(run).toMatchObject({ success: true, result: language === 'wat' ? 42n : 985n })
      expect(run.logs.map(({ message }) => message)).toEqual(logs)
      expect(await runtime.receipts.verify(run.receiptCid)).toEqual({ status: 'verified' })
      await runtime.close()
    },
    120_000,
  )

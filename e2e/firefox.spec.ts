import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { recordsInNode } from './record-corpus.ts'
import { buildHarness, serve } from './server.mjs'

// Firefox as it is installed, not driven: it opens the page, and the page tells the server how it went.

const root = join(import.meta.dirname, '..')
const found = [process.env.FIREFOX_PATH, '/usr/bin/firefox', '/usr/bin/firefox-esr'].find(
  (path): path is string => path !== undefined && existsSync(path),
)

/** What the page posts from a Firefox that opens it in a fresh profile. @param more folders beside the usual ones */
async function reportOf(path: string, more: Record<string, string> = {}): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), 'icn-firefox-'))
  let reported: (report: unknown) => void = () => {}
  const report = new Promise((resolve) => {
    reported = resolve
  })
  const mounts = {
    '/harness/': await buildHarness(),
    '/samples/': join(root, 'public/samples'),
    '/bench/kernels/': join(root, 'bench/kernels'),
    ...more,
  }
  const server = await serve(mounts, {}, (body) => reported(JSON.parse(body)))
  const firefox: ChildProcess = spawn(
    found as string,
    ['--headless', '--no-remote', '--profile', profile, `${server.origin}${path}`],
    {
      stdio: 'ignore',
      env: { ...process.env, HOME: profile },
    },
  )
  try {
    return await report
  } finally {
    const ended = new Promise((resolve) => firefox.once('exit', resolve))
    firefox.kill()
    await ended
    await server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

test('the main path in Firefox: run, limit, crash, restart, reopen', async () => {
  test.skip(found === undefined, 'no Firefox is installed')
  expect(await reportOf('/harness/smoke.html')).toEqual({
    browser: expect.stringContaining('Firefox/'),
    result: '42',
    again: '42',
    escrow: '0',
    late: 'ExecutionTimeout',
    calls: '0',
    crashed: 'WorkerCrashed',
    signatureValid: true,
    sameDid: true,
  })
})

test('float bits, fuel and limits in Firefox are those recorded', async () => {
  test.skip(found === undefined, 'no Firefox is installed')
  test.slow()
  const seen = JSON.parse(readFileSync(join(root, 'src/wasm/fixtures/determinism.json'), 'utf8'))
  expect(await reportOf('/harness/corpus.html')).toEqual({
    browser: expect.stringContaining('Firefox/'),
    seen,
  })
})

test('records in Firefox are those of Node, to the byte', async () => {
  test.skip(found === undefined, 'no Firefox is installed')
  test.slow()
  const { corpus, seen } = await recordsInNode()
  const folder = mkdtempSync(join(tmpdir(), 'icn-corpus-'))
  try {
    writeFileSync(join(folder, 'index.json'), JSON.stringify(corpus.map(({ name }) => name)))
    for (const [n, { bytes }] of corpus.entries()) writeFileSync(join(folder, `${n}.wasm`), bytes)
    expect(await reportOf('/harness/records.html', { '/corpus/': folder })).toEqual({
      browser: expect.stringContaining('Firefox/'),
      seen,
      verified: corpus.length,
      mismatched: 0,
      workers: true,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { buildHarness, serve } from './server.mjs'

// Firefox as it is installed, not driven. Up to version 154 it answers a failed import from memory.

const found = [process.env.FIREFOX_PATH, '/usr/bin/firefox', '/usr/bin/firefox-esr'].find(
  (path): path is string => path !== undefined && existsSync(path),
)

test('code that did not come once comes again, to another worker if need be', async () => {
  test.skip(found === undefined, 'no Firefox is installed')
  const folder = await buildHarness()
  const run = readdirSync(join(folder, 'chunks')).find((name) => name.startsWith('run-')) as string
  const [there, away] = [join(folder, 'chunks', run), join(folder, run)]
  renameSync(there, away)
  const profile = mkdtempSync(join(tmpdir(), 'icn-firefox-'))
  let reported: (report: unknown) => void = () => {}
  const report = new Promise((resolve) => {
    reported = resolve
  })
  const mounts = { '/harness/': folder, '/samples/': join(import.meta.dirname, '../public/samples') }
  const server = await serve(mounts, {}, (body) => {
    const told = JSON.parse(body) as { step?: string }
    if (told.step === undefined) reported(told)
    else renameSync(away, there)
  })
  const firefox = spawn(
    found as string,
    ['--headless', '--no-remote', '--profile', profile, `${server.origin}/harness/late.html`],
    { stdio: 'ignore', env: { ...process.env, HOME: profile } },
  )
  try {
    expect(await report).toEqual({
      browser: expect.stringContaining('Firefox/'),
      first: 'codeUnavailable',
      last: '42',
      sameDid: true,
    })
  } finally {
    const ended = new Promise((resolve) => firefox.once('exit', resolve))
    firefox.kill()
    await ended
    await server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
})

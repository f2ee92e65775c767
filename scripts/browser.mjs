// Finds a Chromium to test with: Playwright's own download, an installed Chromium or Chrome, else Debian's package.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/**
 * @returns {{ executablePath: string, launchOptions: { executablePath: string, args: string[] } }}
 * @throws when no browser is found; the message names the ways to get one
 */
export function findChromium() {
  const candidates = [process.env.CHROMIUM_PATH, chromium.executablePath(), ...INSTALLED]
  const executablePath = candidates.find((path) => path && existsSync(path))
  if (!executablePath)
    throw new Error(
      'No Chromium found. Set CHROMIUM_PATH, or run `npx playwright install chromium`, or install your system’s chromium package.',
    )
  return { executablePath, launchOptions: { executablePath, args: QUIET } }
}

/** Finds a Chromium, or installs one: first Playwright's download, then Debian's package where apt and root are there. */
export function ensureChromium() {
  try {
    return findChromium()
  } catch (missing) {
    const attempts = [
      ['npx', ['playwright', 'install', 'chromium']],
      ['apt-get', ['update']],
      ['apt-get', ['install', '-y', '--no-install-recommends', 'chromium']],
    ]
    for (const [command, args] of attempts) {
      try {
        execFileSync(command, args, { stdio: 'inherit', timeout: 300_000 })
        return findChromium()
      } catch {
        // the next way may work
      }
    }
    throw missing
  }
}

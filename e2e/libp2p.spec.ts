/**
 * Nodes that share nothing but a relay: two browser contexts with storage of their own, each with a page, js-libp2p on the
 * page's thread and the runtime in its worker. The relay is the package's own program.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, Page } from '@playwright/test'
import { findChromium } from '../scripts/browser.mjs'
import { contentSecurityPolicy } from '../scripts/headers.mjs'
import { expect, openHarness, test } from './harness.ts'
import { buildHarness, serve } from './server.mjs'

const root = join(import.meta.dirname, '..')
const { launchOptions } = findChromium()
// Chromium takes no part in WebRTC over the loopback interface unless it is told to, and here there may be no other.
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...(launchOptions.args ?? []), '--allow-loopback-in-peer-connection'],
  },
})

let server: Awaited<ReturnType<typeof serve>>
test.beforeAll(async () => {
  // What a host adds to its policy for a relay: its address.
  const policy = contentSecurityPolicy.replace("connect-src 'self'", "connect-src 'self' ws://127.0.0.1:*")
  expect(policy).not.toBe(contentSecurityPolicy)
  server = await serve(
    { '/harness/': await buildHarness(), '/samples/': join(root, 'public/samples') },
    { 'Content-Security-Policy': policy },
  )
})
test.afterAll(() => server.close())

interface RelayProcess {
  /** Its WebSocket address. */
  readonly address: string
  end(): Promise<number | null>
}

const running: ChildProcess[] = []
test.afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

async function startRelay(): Promise<RelayProcess> {
  const program = join(root, 'dist/mesh/libp2p/relay-main.js')
  const child = spawn(process.execPath, [program, '--ws-port', '0', '--tcp-port', '0'])
  running.push(child)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('/ws/')) continue
    return {
      address: line,
      end() {
        child.kill('SIGTERM')
        return ended
      },
    }
  }
  throw new Error(`The relay ended with ${await ended}.`)
}

/** A page in a context of its own, as another machine would be. */
async function machine(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.origin })
  const page = await context.newPage()
  await openHarness(page)
  return page
}

interface Settings {
  readonly relay: string
  readonly bid: boolean
  readonly webrtc?: boolean
}

/** @returns the node's DID */
function startNode(page: Page, settings: Settings): Promise<string> {
  return page.evaluate(async ({ relay, bid, webrtc }) => {
    const script = '/harness/libp2p.js'
    const { libp2pMesh, webRTC } = (await import(script)) as typeof import('./pages/libp2p.ts')
    const mesh = await libp2pMesh({
      relays: [relay],
      bidWindowMs: 2_000,
      bid,
      // No STUN: nobody outside is asked for this page's address.
      ...(webrtc ? { webrtc: webRTC({ rtcConfiguration: { iceServers: [] } }) } : {}),
    })
    Object.assign(globalThis, { mesh })
    globalThis.runtime = await icn.startRuntime({ mesh, manaRegeneration: false, integrityCheck: false })
    return runtime.identity.did()
  }, settings)
}

declare global {
  var mesh: Awaited<ReturnType<typeof import('./pages/libp2p.ts').libp2pMesh>>
}

async function meet(page: Page, did: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => runtime.mesh.peers()), { timeout: 20_000 }).toEqual([did])
}

/** Submits a job to the mesh and waits for its end. */
function submit(page: Page) {
  return page.evaluate(async () => {
    const { cid } = await runtime.modules.add(await sample('patronage'))
    const id = await runtime.jobs.submit({
      manifestCid: cid,
      spec: { kind: 'CclWasm' },
      costMana: 40n,
      via: 'mesh',
    })
    const status = await runtime.jobs.wait(id)
    const { run } = status.receiptCid ? await runtime.receipts.get(status.receiptCid) : { run: undefined }
    const { manaTotals } = await runtime.inspect()
    return {
      state: status.state,
      executor: status.executor,
      result: String(run?.result),
      check: status.receiptCid && (await runtime.receipts.verify(status.receiptCid)),
      left: String((await runtime.mana.balance()) + (await runtime.mana.balance(status.executor))),
      escrow: String(manaTotals.escrow),
    }
  })
}

const done = (executor: string) => ({
  state: 'Completed',
  executor,
  result: '1248037',
  check: { status: 'verified' },
  left: '1000',
  escrow: '0',
})

test('a job submitted on one machine is run on another, and the receipt is anchored on both', async ({
  browser,
}) => {
  const relay = await startRelay()
  const [here, there] = await Promise.all([machine(browser), machine(browser)])
  const submitter = await startNode(here, { relay: relay.address, bid: false })
  const executor = await startNode(there, { relay: relay.address, bid: true })
  await Promise.all([meet(here, executor), meet(there, submitter)])
  const arrived = there.evaluate(() => heard('receipt'))
  expect(await submit(here)).toEqual(done(executor))
  const { cid } = await arrived
  expect(await there.evaluate((cid) => runtime.receipts.verify(cid), cid)).toEqual({ status: 'verified' })
  // The runtime takes its mesh along, and says that it leaves.
  await there.evaluate(() => runtime.close())
  await expect.poll(() => here.evaluate(() => runtime.mesh.peers())).toEqual([])
  expect(await there.evaluate(() => mesh.stats().connections)).toBe(0)
  expect(await relay.end()).toBe(0)
})

test('a worker that crashes is replaced, and the new one is in the mesh', async ({ browser }) => {
  const relay = await startRelay()
  const [here, there] = await Promise.all([machine(browser), machine(browser)])
  const submitter = await startNode(here, { relay: relay.address, bid: false })
  const executor = await startNode(there, { relay: relay.address, bid: true })
  await Promise.all([meet(here, executor), meet(there, submitter)])
  await here.evaluate(async () => {
    const restarted = heard('restart')
    workers.at(-1)!.terminate()
    await restarted
  })
  await meet(here, executor)
  expect(await submit(here)).toEqual(done(executor))
})

test('pages that were introduced go on by WebRTC when the relay is gone', async ({ browser }) => {
  const relay = await startRelay()
  const [here, there] = await Promise.all([machine(browser), machine(browser)])
  const submitter = await startNode(here, { relay: relay.address, bid: false, webrtc: true })
  const executor = await startNode(there, { relay: relay.address, bid: true, webrtc: true })
  await Promise.all([meet(here, executor), meet(there, submitter)])
  for (const page of [here, there])
    await expect.poll(() => page.evaluate(() => mesh.stats().direct), { timeout: 20_000 }).toBe(1)
  expect(await relay.end()).toBe(0)
  expect(await submit(here)).toEqual(done(executor))
  expect(await here.evaluate(() => mesh.stats().relays[0]?.connected)).toBe(false)
})

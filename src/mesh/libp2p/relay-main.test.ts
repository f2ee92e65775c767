/** The relay as a person starts it, from a checkout. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../../scripts/relay.mjs')
const FREE = ['--ws-port', '0', '--tcp-port', '0']
const folder = mkdtempSync(join(tmpdir(), 'icn-relay-'))
const running: (() => void)[] = []
afterEach(() => {
  for (const kill of running.splice(0)) kill()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function relay(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args])
  running.push(() => child.kill('SIGKILL'))
  let [out, err] = ['', '']
  let told: () => void
  const listens = new Promise<void>((resolve) => {
    told = resolve
  })
  child.stdout.on('data', (data) => {
    out += data
    // Both of its addresses.
    if (out.split('/p2p/').length > 2 && out.endsWith('\n')) told()
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })))
  return {
    ended,
    listens: () => Promise.race([listens, ended.then((end) => Promise.reject(new Error(end.err)))]),
    end: (signal: 'SIGINT' | 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

it.each(['SIGINT', 'SIGTERM'] as const)('prints its addresses, and ends cleanly on %s', async (signal) => {
  const one = relay(FREE)
  await one.listens()
  const { code, out, err } = await one.end(signal)
  expect(code).toBe(0)
  expect(out).toMatch(
    /^relay (12D3\w+) listens on\n\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\/p2p\/\1\n\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\1\n$/,
  )
  expect(err).toContain(`${signal}: 0 messages passed on, 0 ignored, 0 rejected.`)
})

it('with a key file it stays who it is, and nobody else can read the file', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'icn-relay-')), 'key')
  const ids: (string | undefined)[] = []
  for (let n = 0; n < 2; n++) {
    const one = relay([...FREE, '--key', file])
    await one.listens()
    const { out, err } = await one.end('SIGTERM')
    expect(err).not.toContain('Without --key')
    ids.push(/relay (\w+)/.exec(out)?.[1])
  }
  expect(ids[0]).toMatch(/^12D3/)
  expect(ids[1]).toBe(ids[0])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  writeFileSync(file, 'not a key')
  expect(await relay([...FREE, '--key', file]).ended).toMatchObject({
    code: 1,
    err: `The file ${file} holds no key of libp2p.\n`,
  })
  expect(readFileSync(file, 'utf8')).toBe('not a key')
})

it('a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  for (const name of ['--ws-port', '--tcp-port']) {
    const { code, err, out } = await relay([...FREE, name, String(port)]).ended
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      `Another program listens on 127.0.0.1:${port}; choose another with --ws-port or --tcp-port.\n`,
    )
  }
  server.close()
})

const EXAMPLE = 'a multiaddr such as /dns4/relay.example/tcp/443/wss'
const REFUSED = [
  [['--ws-port', 'many'], 2, '--ws-port must be a port from 0 to 65535, got many.'],
  [['--tcp-port', '65536'], 2, '--tcp-port must be a port from 0 to 65535, got 65536.'],
  [['--host', 'localhost'], 2, 'The option host must be an IP address, got the string "localhost".'],
  [['--host', '192.0.2.77', ...FREE], 1, 'It cannot listen there: listen EADDRNOTAVAIL'],
  [['--peer', 'nowhere'], 2, `The option peer must be ${EXAMPLE}, got the string "nowhere".`],
  [['--announce', 'nowhere'], 2, `The option announce must be ${EXAMPLE}, got the string "nowhere".`],
  [['--peer', '/ip4/127.0.0.1/tcp/1'], 2, 'must be a multiaddr that ends with /p2p/ and the peer’s id'],
  [['--topic', ''], 2, 'The option topic must be a name'],
  [['--speed', 'high'], 2, "Unknown option '--speed'"],
] as const

it('what it cannot make sense of, or cannot do, it says in a sentence', async () => {
  const ends = await Promise.all(REFUSED.map(([args]) => relay(args).ended))
  for (const [n, [args, code, sentence]] of REFUSED.entries()) {
    const ended = ends[n]!
    expect({ args, code: ended.code, out: ended.out }).toEqual({ args, code, out: '' })
    expect(ended.err).toContain(sentence)
    expect(ended.err.includes('icn-relay --help')).toBe(code === 2)
  }
})

it('--help tells the options', async () => {
  const { code, out } = await relay(['--help']).ended
  expect(code).toBe(0)
  expect(out).toContain('--announce <multiaddr>')
})

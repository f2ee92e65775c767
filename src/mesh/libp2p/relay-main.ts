#!/usr/bin/env node
/** The relay as a program: `icn-relay`, or `npm run relay` in a checkout. Ends with 2 on bad arguments, 1 on bad luck. */
import { parseArgs } from 'node:util'

const USAGE = `icn-relay: the node that pages of a mesh meet at

  --host <ip>            where to listen; 127.0.0.1, which only this machine reaches
  --ws-port <port>       for pages; 4002, 0 takes a free one
  --tcp-port <port>      for other nodes; 4001, 0 takes a free one
  --key <file>           keeps its key there, so that its addresses stay what they are
  --announce <multiaddr> what others are told instead of where it listens; may be repeated
  --peer <multiaddr>     a node to stay connected to, ends with /p2p/<id>; may be repeated
  --topic <name>         icn-global
`

class BadUsage extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string' },
        'ws-port': { type: 'string' },
        'tcp-port': { type: 'string' },
        key: { type: 'string' },
        announce: { type: 'string', multiple: true },
        peer: { type: 'string', multiple: true },
        topic: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    throw new BadUsage((error as Error).message)
  }
}

function port(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new BadUsage(`--${name} must be a port from 0 to 65535, got ${text}.`)
}

const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value })

async function main(): Promise<void> {
  const args = readArguments()
  if (args.help) {
    console.log(USAGE)
    return
  }
  const ports = {
    ...given('wsPort', port('ws-port', args['ws-port'])),
    ...given('tcpPort', port('tcp-port', args['tcp-port'])),
  }
  const { startRelay } = await code(() => import('./relay.ts'))
  const { relayKey } = await code(() => import('./relay-key.ts'))
  const relay = await startRelay({
    ...ports,
    ...given('host', args.host),
    ...given('topic', args.topic),
    ...given('announce', args.announce),
    ...given('peers', args.peer),
    ...given('key', args.key === undefined ? undefined : await relayKey(args.key)),
  })
  const end = (signal: string) => {
    const { accepted, ignored, rejected } = relay.stats()
    console.error(`${signal}: ${accepted} messages passed on, ${ignored} ignored, ${rejected} rejected.`)
    relay.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  // The first line a program waits for, the addresses after it, one each.
  console.log(`relay ${relay.peerId} listens on`)
  for (const address of relay.addresses()) console.log(address)
  if (args.key === undefined) console.error('Without --key these addresses change with every start.')
}

/** js-libp2p is installed by those who want it. */
async function code<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Error(
      `A package of js-libp2p is missing (${(cause as Error).message}). docs/mesh.md has the line that installs them.`,
      { cause },
    )
  }
}

function fail(error: unknown): void {
  const { name, code, message } = error as { name: string; code?: string; message: string }
  const [refused] = /listen E\w+:.*/.exec(message) ?? []
  if (error instanceof BadUsage || code === 'InvalidSpec') {
    console.error(`${message}\nicn-relay --help lists the options.`)
    process.exit(2)
  }
  if (refused?.includes('EADDRINUSE')) {
    const place = refused.split(' ').at(-1)
    console.error(`Another program listens on ${place}; choose another with --ws-port or --tcp-port.`)
  } else if (name === 'UnsupportedListenAddressesError')
    console.error(`It cannot listen there: ${refused ?? message}`)
  else console.error(message)
  process.exit(1)
}

main().catch(fail)

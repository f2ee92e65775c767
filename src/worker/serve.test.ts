import { type Remote, wrap } from 'comlink'
import { afterEach, describe, expect, test } from 'vitest'
import type { IcnRuntime } from '../protocol/api.ts'
import { PROTOCOL_VERSION, type WorkerFacade } from '../protocol/messages.ts'
import { METHODS } from '../protocol/methods.ts'
import { serve } from './serve.ts'

const ports: MessagePort[] = []

function served(runtime: object = {}) {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const whole = { inspect: async () => ({ limits: { executionMs: 1 } }), ...runtime }
  serve(port2, async () => whole as unknown as IcnRuntime)
  port2.start()
  port1.start()
  return { remote: wrap<WorkerFacade>(port1), port: port1 }
}

const hello = (protocol = PROTOCOL_VERSION) => ({ protocol, options: {}, killed: [] })

/** One raw comlink request, and the answer to it. */
function request(port: MessagePort, message: object): Promise<unknown> {
  const id = `test-${Math.random()}`
  return new Promise((resolve) => {
    port.addEventListener('message', ({ data }) => {
      if (data.id === id) resolve(data)
    })
    port.postMessage({ id, ...message })
  })
}

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

describe('the handshake', () => {
  test('a page of another protocol version is refused', async () => {
    const { remote } = served()
    expect(await remote.start(hello(99))).toMatchObject({
      error: { code: 'VersionMismatch', data: { page: 99, worker: PROTOCOL_VERSION } },
    })
  })

  test('a worker is started once', async () => {
    const { remote } = served()
    expect(await remote.start(hello())).toMatchObject({
      value: { protocol: PROTOCOL_VERSION, executionMs: 1 },
    })
    expect(await remote.start(hello())).toMatchObject({ error: { code: 'Internal' } })
  })

  test('nothing is served before the start', async () => {
    const { remote } = served()
    expect(await remote.call(1, 'identity.did', [], false)).toMatchObject({ error: { code: 'Closed' } })
  })
})

describe('the facade', () => {
  test.each(['toString', 'constructor', '__proto__', 'identity', 'identity.did.call', 'close', 'on'])(
    '%s is no method',
    async (name) => {
      const { remote } = served()
      await remote.start(hello())
      expect(await remote.call(1, name as never, [], false)).toMatchObject({
        error: { code: 'InvalidSystemApiCall' },
      })
    },
  )

  const raw = (value: unknown) => ({ type: 'RAW', value })
  test.each([
    ['sets a method', { type: 'SET', path: ['call'], value: raw('mine') }],
    [
      'sets a property of all functions',
      { type: 'SET', path: ['call', '__proto__', 'apply'], value: raw(1) },
    ],
    ['reads a method', { type: 'GET', path: ['call'] }],
    [
      'reaches a constructor',
      { type: 'APPLY', path: ['call', 'constructor'], argumentList: [raw('return 1')] },
    ],
    ['reaches the prototype', { type: 'APPLY', path: ['__proto__'], argumentList: [] }],
    ['calls the whole', { type: 'APPLY', path: [], argumentList: [] }],
    ['constructs', { type: 'CONSTRUCT', path: ['call'], argumentList: [] }],
    ['asks for another endpoint', { type: 'ENDPOINT' }],
    ['releases it', { type: 'RELEASE' }],
    ['sends a proxy', { type: 'APPLY', path: ['close'], argumentList: [{ type: 'HANDLER', name: 'proxy' }] }],
    ['sends a path that is no list', { type: 'APPLY', path: { length: 1, 0: 'close' }, argumentList: [] }],
    ['sends no arguments', { type: 'APPLY', path: ['close'] }],
  ])('a page that %s is refused and changes nothing', async (_what, message) => {
    const { remote, port } = served({ identity: { did: async () => 'did:key:zMine' } })
    await remote.start(hello())
    expect(await request(port, message)).toMatchObject({
      type: 'HANDLER',
      name: 'throw',
      value: { isError: true, value: { code: 'PermissionDenied' } },
    })
    expect(await remote.call(1, 'identity.did', [], false)).toEqual({ value: 'did:key:zMine' })
  })

  test.each([null, 5, 'text', undefined, { id: 5 }, { icn: 'events' }])(
    'a message %o is let fall',
    async (message) => {
      const { remote, port } = served()
      port.postMessage(message)
      expect(await (remote as Remote<WorkerFacade>).start(hello())).toHaveProperty('value')
    },
  )
})

test('every method of the list reaches the method of its name with its options last', async () => {
  const reached: unknown[] = []
  const recorder =
    (name: string) =>
    (...args: unknown[]) => {
      reached.push([name, args.length])
      return Promise.resolve()
    }
  const runtime: Record<string, unknown> = {}
  for (const name of Object.keys(METHODS)) {
    const [first, second] = name.split('.') as [string, string?]
    if (second) runtime[first] = { ...(runtime[first] as object), [second]: recorder(name) }
    else if (name !== 'inspect') runtime[first] = recorder(name)
  }
  const { remote } = served(runtime)
  await remote.start(hello())
  // The parts of streams are the worker's own (transfers.ts).
  const asked = Object.entries(METHODS).filter(([name]) => !name.startsWith('transfers.'))
  for (const [name] of asked) await remote.call(1, name as keyof typeof METHODS, [], false)
  const expected = asked.filter(([name]) => name !== 'inspect')
  expect(reached).toEqual(expected.map(([name, [, at]]) => [name, at + 1]))
})

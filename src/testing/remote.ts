/** The test's end of a node in a page: each method asks the page, and an error arrives as the `IcnError` it was. */
import type { Page } from '@playwright/test'
import { IcnError, type IcnErrorCode, type IcnErrorData, type IcnRuntime } from '../index.ts'
import type { Streamed } from './page.ts'

type Remote = Omit<IcnRuntime, 'on' | 'close' | typeof Symbol.asyncDispose>

export function remoteRuntime(page: Page): Remote {
  const group = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_target, method) =>
          (...args: unknown[]) =>
            ask(page, [name, String(method)], args),
      },
    )
  const top =
    (name: string) =>
    (...args: unknown[]) =>
      ask(page, [name], args)
  return {
    identity: group('identity'),
    modules: group('modules'),
    jobs: group('jobs'),
    receipts: group('receipts'),
    mana: group('mana'),
    reputation: group('reputation'),
    zk: group('zk'),
    governance: group('governance'),
    dag: group('dag'),
    mesh: group('mesh'),
    run: top('run'),
    call: top('call'),
    inspect: top('inspect'),
  } satisfies Record<keyof Remote, unknown> as Remote
}

async function ask(page: Page, path: readonly string[], args: readonly unknown[]): Promise<unknown> {
  const sent = await Promise.all(args.map((value) => toPage(path.join('.'), value)))
  const answer = await page.evaluate(([path, args]) => globalThis.icnTest.ask(path, args), [
    path,
    sent,
  ] as const)
  if ('stream' in answer) return new Blob([answer.stream]).stream()
  if ('value' in answer) return answer.value
  const { code, message, data } = answer.error
  throw new IcnError(code as IcnErrorCode, message, { data: data as IcnErrorData })
}

/** Playwright carries plain values and `Uint8Array`: a Buffer is made one, a stream is read to its end. */
async function toPage(method: string, value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (value instanceof ReadableStream)
    return { stream: new Uint8Array(await new Response(value).arrayBuffer()) } satisfies Streamed
  if (typeof value === 'function' || value instanceof AbortSignal)
    throw new IcnError('InvalidSpec', `A callback or signal does not reach the node under test (${method}).`)
  if (Array.isArray(value)) return Promise.all(value.map((item) => toPage(method, item)))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(async ([key, item]) => [key, await toPage(method, item)] as const)
  return Object.fromEntries(await Promise.all(members))
}

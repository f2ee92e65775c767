/** The test's end of a node in a page: each method asks the page, and an error arrives as the `IcnError` it was. */
import type { Page } from '@playwright/test'
import { IcnError, type IcnErrorCode, type IcnErrorData, type IcnRuntime } from '../index.ts'
import type {} from './page.ts'

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
  const answer = await page.evaluate(([path, args]) => globalThis.icnTest.ask(path, args), [
    path,
    args,
  ] as const)
  if ('value' in answer) return answer.value
  const { code, message, data } = answer.error
  throw new IcnError(code as IcnErrorCode, message, { data: data as IcnErrorData })
}

/** Runs in the page under test: starts the node and answers for it, errors as plain data. */
import {
  IcnError,
  type RuntimeClient,
  type RuntimeEventName,
  type RuntimeOptions,
  startRuntime,
} from '../index.ts'

export type Answer =
  | { readonly value: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly data: object } }

/** The page's end, as `globalThis.icnTest`. */
export interface PageEnd {
  start(options: RuntimeOptions): Promise<void>
  ask(path: readonly string[], args: readonly unknown[]): Promise<Answer>
  heard(event: RuntimeEventName): Promise<unknown>
  crash(): Promise<void>
}

declare global {
  var icnTest: PageEnd
}

let node: RuntimeClient
let worker: Worker

globalThis.icnTest = {
  async start(options) {
    const spawn = () => {
      worker = new Worker('/worker.js', { type: 'module' })
      return worker
    }
    node = await startRuntime({ ...options, worker: spawn })
  },

  async ask(path, args) {
    try {
      const holder = path.slice(0, -1).reduce<unknown>((at, name) => Reflect.get(at as object, name), node)
      const method = Reflect.get(holder as object, path.at(-1) as string) as (...args: unknown[]) => unknown
      return { value: await method.apply(holder, [...args]) }
    } catch (thrown) {
      if (!IcnError.is(thrown)) throw thrown
      return { error: { code: thrown.code, message: thrown.message, data: thrown.data } }
    }
  },

  heard: (event) =>
    new Promise((resolve) => {
      const stop = node.on(event, (detail) => {
        stop()
        resolve(detail)
      })
    }),

  async crash() {
    const restart = this.heard('restart')
    worker.terminate()
    await restart
  },
}

/** Runs in the page under test: starts the node and answers for it, errors as plain data. */
import {
  IcnError,
  type RuntimeClient,
  type RuntimeEventName,
  type RuntimeOptions,
  startRuntime,
} from '../index.ts'

/** A stream's bytes, all of them: streams themselves cannot cross to a test. */
export interface Streamed {
  readonly stream: Uint8Array<ArrayBuffer>
}

export type Answer =
  | { readonly value: unknown }
  | Streamed
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
      const method: unknown = Reflect.get(holder as object, path.at(-1) as string)
      if (typeof method !== 'function')
        throw new IcnError('InvalidSystemApiCall', `The runtime has no method named ${path.join('.')}.`)
      const value: unknown = await method.apply(holder, args.map(opened))
      if (!(value instanceof ReadableStream)) return { value }
      return { stream: new Uint8Array(await new Response(value).arrayBuffer()) }
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

/** No method takes an object with a `stream` of bytes otherwise. */
function opened(arg: unknown): unknown {
  const stream = (arg as Partial<Streamed> | null | undefined)?.stream
  return stream instanceof Uint8Array ? new Blob([stream]).stream() : arg
}

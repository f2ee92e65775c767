/**
 * A gate between the worker's message port and comlink. comlink lets whoever holds the other end read, set, call and
 * construct along any path of the exposed object, and install proxies as arguments; here only calls of the facade's own
 * functions with plain arguments pass. The rest is answered with a refusal and never reaches comlink.
 */
import type { Endpoint } from 'comlink'

/** The part of a worker's global scope, or of a MessagePort, that the boundary needs. */
export interface Scope {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

export function guard(scope: Scope, names: readonly string[]): Endpoint {
  const allowed = new Set(names)
  return {
    postMessage: (message, transfer) => scope.postMessage(message, transfer),
    addEventListener: (_type, listener) =>
      scope.addEventListener('message', (event) => {
        const request = event.data as Request | null
        if (isPlainCall(request, allowed)) (listener as (event: MessageEvent) => void)(event)
        else if (typeof request?.id === 'string') scope.postMessage(refusal(request.id))
      }),
    removeEventListener: () => {},
  }
}

interface Request {
  readonly id?: unknown
  readonly type?: unknown
  readonly path?: unknown
  readonly argumentList?: unknown
}

function isPlainCall(request: Request | null, allowed: ReadonlySet<unknown>): boolean {
  if (request?.type !== 'APPLY') return false
  const { path, argumentList } = request
  if (!Array.isArray(path) || path.length !== 1 || !allowed.has(path[0])) return false
  return Array.isArray(argumentList) && argumentList.every((argument) => argument?.type === 'RAW')
}

/** In the shape in which comlink sends a thrown error. */
function refusal(id: string) {
  const value = {
    name: 'IcnError',
    code: 'PermissionDenied',
    message: 'Only calls of the runtime’s own methods are served.',
  }
  return { id, type: 'HANDLER', name: 'throw', value: { isError: true, value } }
}

/** A network on the page's thread, on its way into the worker: a port goes where the object itself cannot. */
import type { MeshPort, RuntimeOptions } from '../protocol/api.ts'
import type { Hello } from '../protocol/messages.ts'

export function meshOf({ mesh }: RuntimeOptions): MeshPort | undefined {
  return mesh?.kind === 'port' ? mesh : undefined
}

/** Each worker gets a port of its own: one that was sent is gone. */
export function forWorker(options: RuntimeOptions): [Hello['options'], Transferable[]] {
  const mesh = meshOf(options)
  if (mesh === undefined) return [options as Hello['options'], []]
  const { kind, terms = {} } = mesh
  const port = mesh.connect()
  return [{ ...options, mesh: { kind, terms, port } }, [port]]
}

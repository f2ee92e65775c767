/** The start option `mesh`, loaded when it is given. */
import type { MeshOptions, MeshPort, MeshTerms } from '../protocol/api.ts'
import type { SentMeshPort } from '../protocol/messages.ts'
import { bad, oneOf, whole } from './options.ts'

const MESHES = ['local', 'broadcast-channel', 'port'] as const

export type MeshSettings = Required<MeshTerms> &
  (
    | { readonly kind: 'broadcast-channel'; readonly name: string }
    | { readonly kind: 'port'; readonly connect: () => MessagePort }
  )

/** Windows as upstream has them (ref §9.9). */
export const DEFAULT_WINDOWS: Required<MeshTerms> = {
  bidWindowMs: 10_000,
  receiptWaitMs: 30_000,
  noticeEveryMs: 5_000,
  blockWaitMs: 5_000,
  evidenceWaitMs: 2_000,
  requireRecord: false,
  bid: true,
}

/** @returns undefined for a node alone @throws IcnError InvalidSpec naming the option, what is expected and what came */
export function readMesh(given: MeshOptions | SentMeshPort): MeshSettings | undefined {
  if (typeof given !== 'object' || given === null) throw bad('mesh', 'an object', given)
  oneOf('mesh.kind', given.kind, MESHES)
  if (given.kind === 'local') return undefined
  if (given.kind === 'port') return { kind: 'port', connect: connection(given), ...readTerms(given.terms) }
  const { name = 'icn-global' } = given
  if (typeof name !== 'string' || name === '') throw bad('mesh.name', 'a name', name)
  return { kind: 'broadcast-channel', name, ...readTerms(given) }
}

function readTerms(given: MeshTerms = {}): Required<MeshTerms> {
  const flag = (name: 'bid' | 'requireRecord'): boolean => {
    const value = given[name] ?? DEFAULT_WINDOWS[name]
    if (typeof value !== 'boolean') throw bad(`mesh.${name}`, 'true or false', value)
    return value
  }
  const ms = (name: Exclude<keyof MeshTerms, 'bid' | 'requireRecord'>): number =>
    whole(`mesh.${name}`, given[name] ?? DEFAULT_WINDOWS[name], 1, 0x7fff_ffff)
  return {
    bidWindowMs: ms('bidWindowMs'),
    receiptWaitMs: ms('receiptWaitMs'),
    noticeEveryMs: ms('noticeEveryMs'),
    blockWaitMs: ms('blockWaitMs'),
    evidenceWaitMs: ms('evidenceWaitMs'),
    requireRecord: flag('requireRecord'),
    bid: flag('bid'),
  }
}

/** In a worker the port has come along; in the page's thread it is asked for. */
function connection(given: MeshPort | SentMeshPort): () => MessagePort {
  if ('port' in given && given.port instanceof MessagePort) return () => given.port
  if ('connect' in given && typeof given.connect === 'function') return () => given.connect()
  throw bad('mesh.connect', 'a function', 'connect' in given ? given.connect : undefined)
}

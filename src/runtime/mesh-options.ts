/** The start option `mesh`, loaded when it is given. */
import type { MeshOptions } from '../protocol/api.ts'
import { bad, type ChannelSettings, oneOf, whole } from './options.ts'

const MESHES = ['local', 'broadcast-channel'] as const

/** As upstream has them (ref §9.9). */
export const DEFAULT_WINDOWS = { bidWindowMs: 10_000, receiptWaitMs: 30_000, bid: true }

/** @returns undefined for a node alone @throws IcnError InvalidSpec naming the option, what is expected and what came */
export function readMesh(given: MeshOptions): ChannelSettings | undefined {
  if (oneOf('mesh.kind', given.kind, MESHES) === 'local') return undefined
  const { name = 'icn-global', ...rest } = given as Partial<ChannelSettings>
  const { bidWindowMs, receiptWaitMs, bid } = { ...DEFAULT_WINDOWS, ...rest }
  if (typeof name !== 'string' || name === '') throw bad('mesh.name', 'a name', name)
  if (typeof bid !== 'boolean') throw bad('mesh.bid', 'true or false', bid)
  return {
    kind: 'broadcast-channel',
    name,
    bidWindowMs: whole('mesh.bidWindowMs', bidWindowMs, 1, 0x7fff_ffff),
    receiptWaitMs: whole('mesh.receiptWaitMs', receiptWaitMs, 1, 0x7fff_ffff),
    bid,
  }
}

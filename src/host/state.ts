/** Contract state: texts or bytes a module keeps under a name and a version; no other module reaches them. */
import { utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { type Table, table } from '../storage/types.ts'
import { bytesOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal } from './errors.ts'
import { payAndStore } from './storing.ts'

/** By `module U+0000 name U+0000 version`, 20 digits. */
export const CONTRACT_STATE: Table<{ readonly data: Uint8Array }> = table('contractState')

const READ_FUEL = 2
const MOST_NAME_BYTES = 256
/** Asked for as a version: the highest there is, as in compiled contracts; what was kept as version 0 when there is no other. */
const LATEST = 0n
/** In place of a module's CID for what the page keeps. */
const PAGE = 'page'

export const stateFunctions = {
  /** @returns the plain CID of the data. What was kept under the same name and version is replaced. */
  host_save_contract_state(
    context: HostContext,
    name: string,
    data: Uint8Array | string,
    version: bigint,
  ): string {
    const prefix = prefixOf(context, name)
    const bytes = bytesOf(data)
    payAndStore(context, bytes.length, `state ${name}`, () =>
      context.tx.put(CONTRACT_STATE, prefix + keyOf(version), { data: bytes }),
    )
    return cidOf(RAW, bytes).toString()
  },

  /** Nothing when nothing was kept there. */
  host_load_contract_state(context: HostContext, name: string, version: bigint): Uint8Array {
    const prefix = prefixOf(context, name)
    const { tx } = context
    const row =
      version === LATEST
        ? tx.list(CONTRACT_STATE, { prefix, limit: 1, reverse: true })[0]?.[1]
        : tx.get(CONTRACT_STATE, prefix + keyOf(version))
    context.charge((row?.data.length ?? 0) * READ_FUEL)
    return row?.data ?? new Uint8Array(0)
  },
} satisfies Record<string, HostFunction>

function prefixOf({ module }: HostContext, name: string): string {
  const { length } = utf8(name)
  if (length === 0 || length > MOST_NAME_BYTES || name.includes('\u0000')) {
    throw refusal(
      'InvalidParameters',
      `Contract state has a name of 1 to ${MOST_NAME_BYTES} bytes without U+0000, got ${length} bytes.`,
      { length },
    )
  }
  return `${module ?? PAGE}\u0000${name}\u0000`
}

function keyOf(version: bigint): string {
  return `${version}`.padStart(20, '0')
}

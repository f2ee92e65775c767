/** Ledger events as DAG blocks (ref §2.11, §4.5): JSON, codec 0x71, no links. */
import { utf8 } from '../common/bytes.ts'
import { DAG_CBOR } from '../common/cid.ts'
import { type Codec, encodeJson, u64 } from '../common/codec.ts'
import { did } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { struct, variants } from '../common/shapes.ts'
import type { BlockParts } from '../dag/block.ts'

export interface LedgerChange {
  readonly did: Did
  readonly amount: bigint
}

export type LedgerEvent =
  | { readonly Credit: LedgerChange }
  | { readonly Debit: LedgerChange }
  | { readonly SetBalance: LedgerChange }

const ledgerChange: Codec<LedgerChange> = struct<LedgerChange>('LedgerEvent', { did, amount: u64 })

export const ledgerEvent: Codec<LedgerEvent> = variants<LedgerEvent>('LedgerEvent', {
  Credit: ledgerChange,
  Debit: ledgerChange,
  SetBalance: ledgerChange,
})

/** The parts of the event's block. Upstream names the account as author; we name the node, which signs (§14 row 56). */
export function ledgerEventBlock(event: LedgerEvent, authorDid: Did, timestamp: bigint): BlockParts {
  return { data: utf8(encodeJson(ledgerEvent, event)), timestamp, authorDid, codec: DAG_CBOR }
}

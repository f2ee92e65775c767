/**
 * What crosses between the runtime and the workers that replay runs for it: the blocks of a receipt one way, the answer
 * the other, and each module once a worker, compiled. Both ends are the same script; should a new release have taken the
 * script's place meanwhile, its version says so and the worker is not used.
 */
import { Cid } from '../common/cid.ts'
import type { DagBlock } from '../dag/block.ts'
import { type BlockRow, fromRow, toRow } from '../dag/rows.ts'
import { resolveImports } from '../host/linker.ts'
import { prepareCalls } from '../host/preload.ts'
import type { ReceiptVerification, RunLimits } from '../protocol/api.ts'
import type { Outcome } from '../protocol/messages.ts'
import type { Runnable } from './modules.ts'
import type { Evidence } from './replay.ts'

/** Raised with every change of what this file describes. */
export const REPLAYER_VERSION = 1

/** What of a `Worker` is needed. */
export interface ReplayWorker {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: string, listener: (event: Event) => void): void
  terminate(): void
}

export type ToReplayer =
  | { readonly icn: 'limits'; readonly limits: RunLimits }
  | { readonly icn: 'replay'; readonly id: number; readonly evidence: WireEvidence }
  | { readonly icn: 'module'; readonly key: string; readonly outcome: Outcome<WireModule> }

export type FromReplayer =
  | { readonly icn: 'ready'; readonly version: number }
  /** Answered by `module` of the same key. */
  | { readonly icn: 'load'; readonly key: string; readonly cid: string; readonly limits: RunLimits }
  | { readonly icn: 'replayed'; readonly id: number; readonly outcome: Outcome<ReceiptVerification> }

type WireBlock = readonly [cid: string, row: BlockRow]
type WireEvidence = {
  readonly [K in keyof Evidence]: WireBlock | undefined | (K extends 'linked' ? 'receipt' : never)
}
type WireModule = Omit<Runnable, 'cid' | 'imports'> & { readonly cid: string }

export function packEvidence({ receipt, record, linked, job, manifest }: Evidence): WireEvidence {
  return {
    receipt: packBlock(receipt),
    record: packBlock(record),
    linked: linked === receipt ? 'receipt' : packBlock(linked),
    job: packBlock(job),
    manifest: packBlock(manifest),
  }
}

export function unpackEvidence({ receipt, record, linked, job, manifest }: WireEvidence): Evidence {
  const anchored = unpackBlock(receipt)!
  return {
    receipt: anchored,
    record: unpackBlock(record),
    linked: linked === 'receipt' ? anchored : unpackBlock(linked),
    job: unpackBlock(job),
    manifest: unpackBlock(manifest),
  }
}

export function packModule({ cid, compiled, inspection, table }: Runnable): WireModule {
  return { cid: cid.toString(), compiled, inspection, table }
}

/** @throws IcnError ProcessingFailure (codeUnavailable) */
export async function unpackModule({ cid, ...rest }: WireModule): Promise<Runnable> {
  const imports = resolveImports(rest.inspection.imports)
  await prepareCalls(imports.map(({ name }) => name))
  return { ...rest, cid: Cid.parse(cid), imports }
}

/** Bytes of its own: a view is sent with all of the buffer it looks at. */
function packBlock(block: DagBlock | undefined): WireBlock | undefined {
  if (block === undefined) return undefined
  const row = toRow(block, 0)
  return [
    block.cid.toString(),
    { ...row, data: row.data.slice(), signature: row.signature === null ? null : row.signature.slice() },
  ]
}

function unpackBlock(wire: WireBlock | undefined): DagBlock | undefined {
  return wire === undefined ? undefined : fromRow(...wire)
}

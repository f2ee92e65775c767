/**
 * Execution records: all that a run was given and all that it did, as JSON in a signed, content-addressed block beside
 * its receipt. Format 3, fields in the order below; state rows and 64-bit integers in the tagged form of plain.ts, so
 * that equal runs have equal bytes. The block links to the receipt (`receipt`) and to the module (`module`).
 */

import { fromUtf8, utf8 } from '../common/bytes.ts'
import { type Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, type JsonObject, type JsonValue, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock, DagLink } from '../dag/block.ts'
import { grantJson, WHOLE_GRANT } from '../host/grant.ts'
import { pricesOf } from '../host/prices.ts'
import type { StoredReceipt } from '../protocol/api.ts'
import type { RunInput, RunOutcome } from './execute.ts'
import { lastingFailure } from './failure.ts'
import { fromPlain, toPlain } from './plain.ts'
import { JOBS, type JobRow } from './tables.ts'

export const RECORD_FORMAT = 3
/**
 * Earlier formats can be read, and not replayed. Format 1 lacks the grant, the host prices and the word on dummy proofs; up
 * to format 2 a failure named the function it happened in, as one engine told it.
 */
const READABLE: readonly unknown[] = [1, 2, RECORD_FORMAT]

/**
 * ICN signs at most 1 MiB (ref §3.5), so each part of a record has its share of that. Where state outgrows it, its
 * length and the CID of its text stand in its place: enough to compare, too little to replay from. Of host calls and log
 * lines the first that fit are kept.
 */
const MOST_BYTES = {
  row: 65_536,
  reads: 262_144,
  listings: 131_072,
  writes: 262_144,
  calls: 196_608,
  logs: 131_072,
}

/** What `StoredReceipt.run` shows of a record; the record's CID and the mana are known elsewhere. */
export type RecordedRun = Omit<NonNullable<StoredReceipt['run']>, 'recordCid' | 'manaCharged'>

export function encodeRecord(jobId: string, input: RunInput, outcome: RunOutcome): Uint8Array {
  const { module, limits } = input
  return utf8(
    stringifyJson({
      format: RECORD_FORMAT,
      job: jobId,
      depth: input.depth,
      module: module.cid.toString(),
      entry: input.entry,
      fuel_table: module.table,
      host_prices: pricesOf(module.imports),
      limits: { fuel: input.fuel, memory_pages: limits.memoryPages, call_depth: limits.callDepth },
      identity: input.identity.toString(),
      creator: input.creator.toString(),
      now: input.now,
      capabilities: [...input.capabilities].sort(),
      grant: grantJson(input.grant ?? WHOLE_GRANT),
      dummy_proofs: input.dummyProofs ?? false,
      reads: part(
        outcome.reads.map((read) => [read.table, read.key, rowPart(anybodys(read))]),
        MOST_BYTES.reads,
      ),
      listings: part(
        outcome.listings.map(({ table, range, rows }) => [table, toPlain(range), rowPart(rows)]),
        MOST_BYTES.listings,
      ),
      success: outcome.success,
      result: outcome.result,
      failure: outcome.failure === null ? null : { ...lastingFailure(outcome.failure) },
      fuel_used: outcome.fuelUsed,
      memory_peak_pages: outcome.memoryPeakPages,
      host_call_count: outcome.hostCallCount,
      host_calls: firstThatFit(outcome.hostCalls, MOST_BYTES.calls),
      log_count: outcome.logCount,
      logs: firstThatFit(outcome.logs, MOST_BYTES.logs),
      writes: part(
        outcome.writes.map((write) => [write.table, write.key, rowPart(anybodys(write))]),
        MOST_BYTES.writes,
      ),
    }),
  )
}

/**
 * The instance that runs a job is drawn anew with every start, and where a job failed is told by the engine. No guest sees
 * either, and equal runs have equal records.
 */
function anybodys({ table, row }: { readonly table: string; readonly row: unknown }): unknown {
  if (table !== JOBS.name || row === undefined) return row
  const { failure, ...job } = row as JobRow
  return { ...job, ...(failure === undefined ? {} : { failure: lastingFailure(failure) }), owner: '' }
}

function rowPart(row: unknown): JsonValue {
  return part(toPlain(row), MOST_BYTES.row)
}

function part(plain: JsonValue, most: number): JsonValue {
  const text = utf8(stringifyJson(plain))
  return text.length <= most ? plain : { $large: cidOf(RAW, text).toString(), length: text.length }
}

function firstThatFit(items: readonly unknown[], most: number): readonly JsonValue[] {
  const kept: JsonValue[] = []
  let left = most
  for (const item of items) {
    const plain = toPlain(item)
    left -= utf8(stringifyJson(plain)).length + 1
    if (left < 0) break
    kept.push(plain)
  }
  return kept
}

export function recordLinks(receipt: DagBlock, module: Cid): readonly DagLink[] {
  return [
    { cid: receipt.cid, name: 'receipt', size: BigInt(receipt.data.length) },
    { cid: module, name: 'module', size: 0n },
  ]
}

/** @throws IcnError Serialization when the bytes are not a record of this format */
export function readRecord(data: Uint8Array): RecordedRun {
  const json = parseJson(fromUtf8(data, 'Execution record'), 'Execution record')
  if (!isObject(json) || !READABLE.includes(json.format)) {
    throw new IcnError('Serialization', `The block is not an execution record of format ${RECORD_FORMAT}.`)
  }
  const { failure, limits } = json
  return {
    moduleCid: String(json.module),
    fuelUsed: integer(json.fuel_used),
    fuelLimit: integer(isObject(limits ?? null) ? (limits as JsonObject).fuel : undefined),
    fuelTable: String(json.fuel_table) as RecordedRun['fuelTable'],
    memoryPeakPages: Number(json.memory_peak_pages),
    result: json.result === null ? null : integer(json.result),
    hostCalls: fromPlain(json.host_calls ?? []) as RecordedRun['hostCalls'],
    logs: fromPlain(json.logs ?? []) as RecordedRun['logs'],
    ...(failure === null || failure === undefined
      ? {}
      : { failure: fromPlain(failure) as NonNullable<RecordedRun['failure']> }),
  }
}

function integer(json: JsonValue | undefined): bigint {
  if (typeof json === 'number' || typeof json === 'bigint') return BigInt(json)
  throw new IcnError('Serialization', 'The execution record lacks an integer where one is expected.')
}

// ICN host calls for contracts in AssemblyScript. Build with
//   asc contract.ts --exportRuntime=false -Oz --runtime stub --disable bulk-memory --use abort=<path>/icn/abort -o contract.wasm
//
// A contract exports `run(): i64`. Strings are turned into UTF-8 on the way out and back on the way in.
// A refused call gives 0, false or an empty string and `lastError()` says why.

import {
  host_account_get_mana,
  host_account_get_mana_2,
  host_account_spend_mana,
  host_get_caller,
  host_get_current_time,
  host_get_job_id,
  host_get_reputation,
  host_last_error,
  host_last_error_code,
  host_log,
  host_submit_mesh_job,
} from "./host"

export enum Level {
  Debug = 0,
  Info = 1,
  Warn = 2,
  Error = 3,
}

const BUFFER_BYTES: i32 = 1024
const buffer = memory.data(1024)

/** Text the host wrote into the buffer; a negative length is the room it would have needed. */
function received(length: i32): string {
  return length > 0 ? String.UTF8.decodeUnsafe(buffer, length) : ""
}

/** Write a line to the run's log. */
export function log(text: string, level: Level = Level.Info): void {
  const bytes = String.UTF8.encode(text)
  host_log(level, changetype<usize>(bytes), bytes.byteLength)
}

/** Mana of this node's account. */
export function mana(): i64 {
  return host_account_get_mana()
}

/** Mana of any account. */
export function manaOf(did: string): i64 {
  const bytes = String.UTF8.encode(did)
  return host_account_get_mana_2(changetype<usize>(bytes), bytes.byteLength)
}

/** Spend mana of this node's account, named by its DID. */
export function spendMana(did: string, amount: i64): bool {
  const bytes = String.UTF8.encode(did)
  return host_account_spend_mana(changetype<usize>(bytes), bytes.byteLength, amount) != 0
}

/** The DID the contract runs for: the creator of the job. */
export function caller(): string {
  return received(host_get_caller(buffer, BUFFER_BYTES))
}

/** Reputation of this node. */
export function reputation(): i64 {
  return host_get_reputation()
}

/** Seconds since 1970; the same for the whole run. */
export function now(): i64 {
  return host_get_current_time()
}

/** Submit a mesh job, JSON of ActualMeshJob. A number that names the job within this run; 0 when refused. */
export function submitJob(json: string): i64 {
  const bytes = String.UTF8.encode(json)
  return host_submit_mesh_job(changetype<usize>(bytes), bytes.byteLength)
}

/** The full id of a job this run submitted. */
export function jobId(job: i64): string {
  return received(host_get_job_id(job, buffer, BUFFER_BYTES))
}

/** Why the last call was refused; empty when it was not. */
export function lastError(): string {
  return host_last_error_code() == 0 ? "" : received(host_last_error(buffer, BUFFER_BYTES))
}

/** Text as a JSON string, quotes included. */
export function jsonText(text: string): string {
  let out = "\""
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit == 0x22 || unit == 0x5c) out += "\\" + text.charAt(i)
    else if (unit < 0x20) out += "\\u00" + (unit < 0x10 ? "0" : "1") + "0123456789abcdef".charAt(unit & 15)
    else out += text.charAt(i)
  }
  return out + "\""
}

// CID of no bytes at all: an Echo job has no module, and the runtime gives the job its id.
const NO_CID =
  '{"version":1,"codec":85,"hash_alg":18,"hash_bytes":[227,176,196,66,152,252,28,20,154,251,244,200,153,111,185,36,39,174,65,228,100,155,147,76,164,149,153,27,120,82,184,85]}'

/** JSON of a job that answers with the given text, for `submitJob`. The runtime fills in its id and creator. */
export function echoJob(payload: string, costMana: i64): string {
  return '{"id":' + NO_CID + ',"manifest_cid":' + NO_CID +
    ',"spec":{"kind":{"Echo":{"payload":' + jsonText(payload) + '}}}' +
    ',"creator_did":{"method":"key","id_string":' + jsonText(caller().slice(8)) + ',"path":null,"query":null,"fragment":null}' +
    ',"cost_mana":' + costMana.toString() + ',"max_execution_wait_ms":null,"signature":[]}'
}

/** Name this with `--use abort=…`: a failed assertion is logged with its place, then ends the run. */
export function abort(message: string, file: string, line: u32, column: u32): void {
  log(message + " (" + file + ":" + line.toString() + ":" + column.toString() + ")", Level.Error)
  unreachable()
}

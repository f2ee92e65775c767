/** Rows of the ABI table: blocks, contract state, identities. The shapes with `string` are those of compiled contracts (ref §1.7). */
import { type AbiFunction, CID_BYTES, MAX_CID_BYTES, MAX_DID_BYTES, served } from './entry.ts'

const MAX_DATA_BYTES = 1_048_576
const MAX_CREDENTIAL_BYTES = 65_536

export const DATA_ABI: readonly AbiFunction[] = [
  served(2, 'host_get_block_info', {
    shapes: ['text, out -> written', 'string -> string'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Block CID',
  }),
  served(3, 'host_dag_put', {
    aliases: ['host_put_dag_block'],
    shapes: ['bytes, out -> written', 'string -> string'],
    fuel: 20_000,
    fuelPerByte: 8,
    maxBytes: MAX_DATA_BYTES,
    subject: 'Block data',
    answerBytes: CID_BYTES,
  }),
  served(40, 'host_dag_get', {
    aliases: ['host_get_dag_block'],
    shapes: ['text, out -> written', 'string -> string'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Block CID',
  }),
  served(41, 'host_dag_pin', {
    shapes: ['text -> flag', 'string -> flag'],
    fuel: 10_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Block CID',
  }),
  served(42, 'host_dag_unpin', {
    shapes: ['text -> flag', 'string -> flag'],
    fuel: 10_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Block CID',
  }),
  served(43, 'host_calculate_cid', {
    shapes: ['bytes, out -> written', 'string -> string'],
    fuel: 3_000,
    fuelPerByte: 4,
    maxBytes: MAX_DATA_BYTES,
    subject: 'Data',
  }),
  served(44, 'host_dag_link', {
    shapes: ['text, text, text, out -> written', 'string, string, string -> string'],
    fuel: 30_000,
    fuelPerByte: 4,
    maxBytes: 3 * MAX_CID_BYTES,
    subject: 'Parent, child and name',
    answerBytes: CID_BYTES,
  }),
  served(45, 'host_dag_list_links', {
    shapes: ['text, out -> written', 'string -> strings'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Block CID',
  }),
  served(46, 'host_dag_resolve_path', {
    shapes: ['text, text, out -> written', 'string, string -> string'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: 65_536,
    subject: 'Root and path',
  }),
  served(47, 'host_save_contract_state', {
    shapes: ['text, bytes, u64, out -> written', 'text, bytes, u64 -> flag', 'string, string, u64 -> string'],
    fuel: 8_000,
    fuelPerByte: 8,
    maxBytes: MAX_DATA_BYTES,
    subject: 'Contract state',
    answerBytes: CID_BYTES,
  }),
  served(48, 'host_load_contract_state', {
    shapes: ['text, u64, out -> written', 'string, u64 -> string'],
    fuel: 6_000,
    fuelPerByte: 4,
    subject: 'Name of contract state',
  }),
  served(50, 'host_resolve_did', {
    shapes: ['text, out -> written', 'string -> string'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: MAX_DID_BYTES,
    subject: 'DID',
  }),
  served(51, 'host_verify_did_signature', {
    shapes: ['text, bytes, bytes -> flag', 'string, string, string -> flag'],
    fuel: 550_000,
    fuelPerByte: 4,
    maxBytes: MAX_DATA_BYTES,
    subject: 'DID, message and signature',
  }),
  served(52, 'host_verify_credential', {
    shapes: ['text, text -> flag', 'string, string -> flag'],
    fuel: 600_000,
    fuelPerByte: 40,
    maxBytes: MAX_CREDENTIAL_BYTES,
    subject: 'Credential and issuer',
  }),
  served(54, 'host_quadratic_vote_cost', { shapes: ['i32 -> i32'], fuel: 300 }),
]

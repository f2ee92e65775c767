/**
 * Rows of the ABI table: governance. Upstream names these functions and gives them no import shape (ref §1.3), so theirs
 * are those of its other calls; the shapes with `string` are those of compiled contracts (ref §1.7). A proposal's id holds
 * the whole DID of its proposer.
 */
import { type AbiFunction, MAX_DID_BYTES, served } from './entry.ts'

const MAX_PROPOSAL_JSON_BYTES = 1_048_576
const MAX_ID_BYTES = 4_096
const MAX_KEY_BYTES = 256
const SUBJECT = 'Proposal ID'
/** Beside what a count charges inside the call for each member. JSON is priced as that of jobs. */
const COUNT_FUEL = 60_000
/** The row of a proposal that was closed holds every member. */
const ROW_FUEL = 30_000

export const GOVERNANCE_ABI: readonly AbiFunction[] = [
  served(17, 'host_create_governance_proposal', {
    aliases: ['wasm_host_create_governance_proposal'],
    shapes: ['text, out -> written', 'text -> string', 'text ->'],
    fuel: 60_000,
    fuelPerByte: 48,
    maxBytes: MAX_PROPOSAL_JSON_BYTES,
    subject: 'Proposal JSON',
  }),
  served(18, 'host_open_governance_voting', {
    aliases: ['wasm_host_open_governance_voting'],
    shapes: ['text -> flag', 'text ->'],
    fuel: ROW_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(19, 'host_cast_governance_vote', {
    aliases: ['wasm_host_cast_governance_vote'],
    shapes: ['text -> flag', 'text ->'],
    fuel: 40_000,
    fuelPerByte: 48,
    maxBytes: MAX_ID_BYTES + 256,
    subject: 'Vote JSON',
  }),
  served(20, 'host_close_governance_proposal_voting', {
    aliases: ['wasm_host_close_governance_proposal_voting'],
    shapes: ['text, out -> written', 'text -> string', 'text ->'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(21, 'host_execute_governance_proposal', {
    aliases: ['wasm_host_execute_governance_proposal'],
    shapes: ['text -> flag', 'text ->'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(27, 'host_delegate_vote', {
    aliases: ['wasm_host_delegate_vote'],
    shapes: ['text, text -> flag', 'text, text ->'],
    fuel: 10_000,
    fuelPerByte: 4,
    maxBytes: 2 * MAX_DID_BYTES,
    subject: 'DIDs',
  }),
  served(28, 'host_revoke_delegation', {
    aliases: ['wasm_host_revoke_delegation'],
    shapes: ['text -> flag', 'text ->', 'string, string, string -> flag'],
    fuel: 10_000,
    fuelPerByte: 4,
    maxBytes: 2 * MAX_DID_BYTES + MAX_KEY_BYTES,
    subject: 'DIDs',
  }),
  served(60, 'host_get_governance_tally', {
    shapes: ['text, out -> written', 'text -> string'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(61, 'host_get_governance_proposal', {
    shapes: ['text, out -> written', 'text -> string'],
    fuel: COUNT_FUEL,
    fuelPerByte: 8,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(62, 'host_sponsor_governance_proposal', {
    shapes: ['text -> flag', 'text ->'],
    fuel: ROW_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_ID_BYTES,
    subject: SUBJECT,
  }),
  served(63, 'host_veto_governance_proposal', {
    shapes: ['text, text -> flag', 'text, text ->'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: 2 * MAX_ID_BYTES,
    subject: 'Proposal ID and reason',
  }),
  served(64, 'host_is_member', {
    shapes: ['text -> flag'],
    fuel: 1_000,
    fuelPerByte: 4,
    subject: 'DID',
  }),
  served(65, 'host_get_system_parameter', {
    shapes: ['text, out -> written'],
    fuel: 1_000,
    fuelPerByte: 4,
    maxBytes: MAX_KEY_BYTES,
    subject: 'Name of a parameter',
  }),
  served(66, 'host_create_delegation', {
    shapes: ['string, string, string, i32 -> flag'],
    fuel: 10_000,
    fuelPerByte: 4,
    maxBytes: 2 * MAX_DID_BYTES + MAX_KEY_BYTES,
    subject: 'DIDs',
  }),
  served(67, 'host_calculate_delegated_power', {
    shapes: ['string, string -> i32'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_DID_BYTES + MAX_KEY_BYTES,
    subject: 'DID',
  }),
  served(68, 'host_resolve_delegated_vote', {
    shapes: ['string, string, string -> string'],
    fuel: COUNT_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_DID_BYTES + MAX_ID_BYTES + MAX_KEY_BYTES,
    subject: 'DID and proposal ID',
  }),
  served(69, 'host_get_delegation_chain', {
    shapes: ['string, string -> strings'],
    fuel: 5_000,
    fuelPerByte: 4,
    maxBytes: MAX_DID_BYTES + MAX_KEY_BYTES,
    subject: 'DID',
  }),
]

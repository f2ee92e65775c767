/** Rows of the ABI table: tokens. The shapes with `string` are those of compiled contracts (ref §1.7). */
import { MOST_TOKEN_TEXT } from '../economics/tokens.ts'
import { type AbiFunction, MAX_DID_BYTES, served } from './entry.ts'

const MAX_BYTES = MOST_TOKEN_TEXT.id + 2 * MAX_DID_BYTES
const SUBJECT = 'Token class and accounts'
/** Two rows and the fee. */
const MOVE_FUEL = 8_000

export const TOKEN_ABI: readonly AbiFunction[] = [
  served(70, 'host_create_token_class', {
    shapes: ['text, text, text, text -> flag', 'string, string, string, string -> flag'],
    fuel: MOVE_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
  served(71, 'host_mint_tokens', {
    shapes: ['text, text, u64 -> flag', 'string, string, u64 -> flag'],
    fuel: MOVE_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
  served(72, 'host_transfer_tokens', {
    shapes: ['text, text, text, u64 -> flag', 'string, string, string, u64 -> flag'],
    fuel: MOVE_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
  served(73, 'host_burn_tokens', {
    shapes: ['text, text, u64 -> flag', 'string, string, u64 -> flag'],
    fuel: MOVE_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
  served(74, 'host_get_token_balance', {
    shapes: ['text, text -> u64', 'string, string -> u64'],
    fuel: 1_000,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
  served(75, 'host_mint_tokens_with_reputation', {
    shapes: ['text, text, u64, text -> flag', 'string, string, u64, string -> flag'],
    fuel: MOVE_FUEL,
    fuelPerByte: 4,
    maxBytes: MAX_BYTES,
    subject: SUBJECT,
  }),
]

/**
 * What a proposal says: read from a caller's payload or from another node's announcement, held to the same limits, and
 * bound to its id by a digest, so that nobody can show two contents under one id (ref §14 row 23).
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { fromUtf8, toHex, U64_MAX, utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { type Codec, decodeJson, encodeBincode, f32, string, u64 } from '../common/codec.ts'
import { cid, did } from '../common/codecs.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { option, struct, tuple } from '../common/shapes.ts'
import type { CreateProposalPayload } from './payloads.ts'
import { invalid } from './refuse.ts'
import { checkQuorum, checkThreshold, MOST_SECONDS } from './rules.ts'
import { headProposalType, type ProposalType, proposalId, resolution } from './types.ts'

export interface Content {
  readonly proposer: Did
  readonly proposalType: ProposalType
  readonly description: string
  readonly createdAt: bigint
  readonly votingDeadline: bigint
  readonly quorum: bigint | null
  readonly threshold: number | null
  readonly contentCid: Cid | null
  readonly timelockDelay: bigint | null
}

/** Bytes of UTF-8, of bincode, of a body. */
const MOST = { description: 4_096, type: 65_536, body: 65_536, key: 256, value: 4_096 }
/** How far another node's clock may be ahead, seconds. */
const MOST_AHEAD = 300n

const content: Codec<Content> = struct<Content>('Content', {
  proposer: did,
  proposalType: headProposalType,
  description: string,
  createdAt: u64,
  votingDeadline: u64,
  quorum: option(u64),
  threshold: option(f32),
  contentCid: option(cid),
  timelockDelay: option(u64),
})

/** The prefix form of ref §6.2, then 32 hexadecimal digits of the content's SHA-256. */
export function contentId(value: Content): string {
  const digest = toHex(sha256(encodeBincode(content, value))).slice(0, 32)
  return `${proposalId(value.proposer, value.description, value.createdAt)}:${digest}`
}

/** @throws IcnError InvalidSpec naming what is wrong */
export function checkContent(value: Content, now: bigint): void {
  const { createdAt, votingDeadline, quorum, threshold, timelockDelay } = value
  checkSize('description', utf8(value.description).length, MOST.description)
  const duration = votingDeadline - createdAt
  if (duration < 1n || duration > MOST_SECONDS) {
    throw invalid('duration', `Voting must last from 1 to ${MOST_SECONDS} seconds, got ${duration}.`, {
      duration,
    })
  }
  if (createdAt > now + MOST_AHEAD) {
    throw invalid('createdAt', `The proposal was made at ${createdAt}, ${createdAt - now} s from now.`, {
      createdAt,
    })
  }
  if (quorum !== null) checkQuorum(quorum)
  if (threshold !== null) checkThreshold(threshold)
  if (timelockDelay !== null && timelockDelay > MOST_SECONDS) {
    throw invalid('timelock', `The timelock must be at most ${MOST_SECONDS} seconds, got ${timelockDelay}.`)
  }
  checkType(value.proposalType)
}

function checkType(type: ProposalType): void {
  checkSize('type', encodeBincode(headProposalType, type).length, MOST.type)
  if ('SystemParameterChange' in type) {
    const [key, value] = type.SystemParameterChange
    checkSize('key', utf8(key).length, MOST.key)
    checkSize('value', utf8(value).length, MOST.value)
    if (key === '') throw invalid('key', 'A system parameter must have a name.')
    if (key === 'mana_max_capacity' && !(/^\d{1,20}$/.test(value) && BigInt(value) <= U64_MAX)) {
      throw invalid('value', `mana_max_capacity must be a whole number up to ${U64_MAX}, got "${value}".`)
    }
  }
  if ('BudgetAllocation' in type && type.BudgetAllocation[1] === 0n) {
    throw invalid('amount', 'A budget must allocate at least 1 mana.')
  }
}

export function checkBody(body: Uint8Array | null): void {
  if (body !== null) checkSize('body', body.length, MOST.body)
}

function checkSize(what: keyof typeof MOST, size: number, most: number): void {
  if (size <= most) return
  throw invalid('size', `The ${what} of a proposal may have ${most} bytes, got ${size}.`, {
    what,
    limit: most,
    actual: size,
  })
}

/** Upstream's strings (ref §6.3) and, for the two it lacks, ones in the same manner; without underscores, lower case. */
const READERS: Readonly<Record<string, (payload: Uint8Array, proposer: Did) => ProposalType>> = {
  systemparameterchange: (payload) => ({
    SystemParameterChange: decodeJson(tuple<readonly [string, string]>(string, string), payload, 'payload'),
  }),
  memberadmission: (payload) => ({ NewMemberInvitation: didOf(payload) }),
  newmemberinvitation: (payload) => ({ NewMemberInvitation: didOf(payload) }),
  memberinvitation: (payload) => ({ NewMemberInvitation: didOf(payload) }),
  memberremoval: (payload) => ({ RemoveMember: didOf(payload) }),
  removemember: (payload) => ({ RemoveMember: didOf(payload) }),
  softwareupgrade: (payload) => ({ SoftwareUpgrade: fromUtf8(payload, 'payload') }),
  generictext: (payload) => ({ GenericText: fromUtf8(payload, 'payload') }),
  budgetallocation: (payload, proposer) => ({
    BudgetAllocation: budgetOf(parseJson(payload, 'payload'), proposer),
  }),
  resolution: (payload) => ({ Resolution: decodeJson(resolution, payload, 'payload') }),
}

/** @throws IcnError InvalidSpec for an unknown type or a payload of the wrong form */
export function readType(payload: CreateProposalPayload, proposer: Did): ProposalType {
  const name = payload.proposalTypeStr.toLowerCase().replaceAll('_', '')
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  if (read === undefined) {
    const shown = payload.proposalTypeStr.slice(0, 100)
    throw invalid('proposalType', `Unknown proposal type: ${shown}`, { type: shown })
  }
  try {
    return read(payload.typeSpecificPayload, proposer)
  } catch (cause) {
    if (!IcnError.is(cause)) throw cause
    throw invalid('payload', `Invalid payload for ${payload.proposalTypeStr}: ${cause.message}`, {}, cause)
  }
}

function didOf(payload: Uint8Array): Did {
  return Did.parse(fromUtf8(payload, 'payload'))
}

/** R1's `[amount, purpose]` names nobody and so its proposer; HEAD's `[recipient, amount, purpose]` names who gets it. */
function budgetOf(json: JsonValue, proposer: Did): readonly [Did, bigint, string] {
  if (!isArray(json) || json.length !== 3) {
    const [amount, purpose] = tuple<readonly [bigint, string]>(u64, string).decode(json, 'payload')
    return [proposer, amount, purpose]
  }
  const [recipient, ...rest] = json
  const [amount, purpose] = tuple<readonly [bigint, string]>(u64, string).decode(rest, 'payload')
  return [
    typeof recipient === 'string' ? Did.parse(recipient) : did.decode(recipient!, 'payload[0]'),
    amount,
    purpose,
  ]
}

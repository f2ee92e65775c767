/**
 * What one run may do through the host: which calls, how much mana, how many bytes, how many jobs. A caller grants it, a
 * module may declare what it needs, and the run gets what both allow. Credit is apart: it is denied unless the runtime was
 * started with that capability (decision 6).
 */
import { expectU64, fromUtf8, inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { refusal } from './errors.ts'

/** Null: not limited beyond the ordinary rules. */
export interface Grant {
  /** Names of the functions as the table spells them. */
  readonly calls: readonly string[] | null
  /** Mana the run's own account may lose. */
  readonly mana: bigint | null
  /** Bytes of blocks, contract state, jobs and receipts. */
  readonly storeBytes: number | null
  readonly jobs: number | null
}

export const WHOLE_GRANT: Grant = { calls: null, mana: null, storeBytes: null, jobs: null }

/** The custom section in which a module declares what it needs: JSON with the fields of `RunCapabilities`. */
export const GRANT_SECTION = 'icn:capabilities'

const FIELDS = ['calls', 'mana', 'storeBytes', 'jobs']
const MOST_CALLS = 256
const MOST_SECTION_BYTES = 65_536

/** A grant from outside. @param title what it is, for the error @throws IcnError InvalidSpec */
export function readGrant(value: unknown, title: string): Grant {
  if (value === undefined || value === null) return WHOLE_GRANT
  if (typeof value !== 'object' || Array.isArray(value)) throw bad(title, 'an object', value)
  const given = value as Record<string, unknown>
  for (const name of Object.keys(given)) {
    if (!FIELDS.includes(name)) throw bad(`${title}.${name}`, `one of ${FIELDS.join(', ')}`, name)
  }
  const { calls = null, mana = null, storeBytes = null, jobs = null } = given
  return {
    calls: calls === null ? null : readCalls(calls, `${title}.calls`),
    mana:
      mana === null ? null : expectU64(typeof mana === 'number' ? whole(mana, title) : mana, `${title}.mana`),
    storeBytes: storeBytes === null ? null : Number(whole(storeBytes, `${title}.storeBytes`)),
    jobs: jobs === null ? null : Number(whole(jobs, `${title}.jobs`)),
  }
}

/** What a module declares; undefined when it declares nothing. @throws IcnError InvalidSpec for a section that is not one */
export function declaredGrant(compiled: WebAssembly.Module): Grant | undefined {
  const sections = WebAssembly.Module.customSections(compiled, GRANT_SECTION)
  const [section] = sections
  if (section === undefined) return undefined
  if (sections.length > 1 || section.byteLength > MOST_SECTION_BYTES) {
    throw new IcnError(
      'InvalidSpec',
      `A module declares its capabilities in one section "${GRANT_SECTION}" of at most ${MOST_SECTION_BYTES} bytes; this one has ${sections.length}, the first of ${section.byteLength} bytes.`,
      { data: { reason: 'capabilities', sections: sections.length, size: section.byteLength } },
    )
  }
  const title = `The section "${GRANT_SECTION}"`
  return readGrant(parseJson(fromUtf8(new Uint8Array(section), title), title), title)
}

/** What both allow. */
export function bothAllow(a: Grant, b: Grant): Grant {
  return {
    calls:
      a.calls === null
        ? b.calls
        : b.calls === null
          ? a.calls
          : a.calls.filter((name) => b.calls!.includes(name)),
    mana: lesser(a.mana, b.mana),
    storeBytes: lesser(a.storeBytes, b.storeBytes),
    jobs: lesser(a.jobs, b.jobs),
  }
}

/** The jobs a run submits get its calls and none of what is counted: a limit is not multiplied by submitting. */
export function passedOn(grant: Grant): Grant {
  return {
    calls: grant.calls,
    mana: grant.mana === null ? null : 0n,
    storeBytes: grant.storeBytes === null ? null : 0,
    jobs: grant.jobs === null ? null : 0,
  }
}

export function isWhole(grant: Grant): boolean {
  return FIELDS.every((name) => grant[name as keyof Grant] === null)
}

/** As it stands in an execution record and a job's row. */
export function grantJson({ calls, mana, storeBytes, jobs }: Grant): Record<string, JsonValue> {
  return { calls, mana, storeBytes, jobs }
}

/** One run's account of its grant. */
export class Allowance {
  readonly grant: Grant
  readonly #calls: ReadonlySet<string> | null
  #mana: bigint | null
  #storeBytes: number | null
  #jobs: number | null

  constructor(grant: Grant = WHOLE_GRANT) {
    this.grant = grant
    this.#calls = grant.calls === null ? null : new Set(grant.calls)
    this.#mana = grant.mana
    this.#storeBytes = grant.storeBytes
    this.#jobs = grant.jobs
  }

  /** Whether losses of mana are to be reported through `lost`. */
  get countsMana(): boolean {
    return this.#mana !== null
  }

  /** @throws IcnError PermissionDenied, a refusal */
  call(name: string): void {
    if (this.#calls === null || this.#calls.has(name)) return
    throw denied('calls', `${name} is not among the calls granted to this run.`, { call: name })
  }

  /** Stores `bytes` by `work`, which counts unless it throws. @throws IcnError PermissionDenied, a refusal */
  store<T>(bytes: number, work: () => T): T {
    if (this.#storeBytes !== null && bytes > this.#storeBytes) {
      throw denied(
        'storeBytes',
        `${bytes} bytes are more than the ${this.#storeBytes} this run may still store.`,
        {
          bytes,
          left: this.#storeBytes,
        },
      )
    }
    const done = work()
    if (this.#storeBytes !== null) this.#storeBytes -= bytes
    return done
  }

  /** Submits a job by `work`, which counts unless it throws. @throws IcnError PermissionDenied, a refusal */
  job<T>(work: () => T): T {
    if (this.#jobs === 0) {
      throw denied('jobs', `This run was granted ${this.grant.jobs} jobs and may submit no more.`, {
        jobs: this.grant.jobs,
      })
    }
    const done = work()
    if (this.#jobs !== null) this.#jobs--
    return done
  }

  /**
   * After a call that cost mana, whichever way it went: too much ends the run, whose effects are then dropped.
   * @throws IcnError ResourceLimitExceeded, reason `manaGrant`
   */
  lost(mana: bigint, call: string): void {
    if (this.#mana === null || mana <= 0n) return
    if (mana > this.#mana) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `${call} cost ${mana} mana; this run was granted ${this.grant.mana} and has ${this.#mana} left.`,
        { data: { reason: 'manaGrant', call, mana, left: this.#mana } },
      )
    }
    this.#mana -= mana
  }
}

function readCalls(value: unknown, title: string): readonly string[] {
  const list = value as readonly unknown[]
  if (!Array.isArray(value) || list.length > MOST_CALLS || list.some((name) => typeof name !== 'string')) {
    throw bad(title, `a list of at most ${MOST_CALLS} names of host functions`, value)
  }
  return [...new Set(list as readonly string[])].sort()
}

function whole(value: unknown, title: string): bigint {
  const number =
    typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : -1n
  if (number >= 0n && number <= BigInt(Number.MAX_SAFE_INTEGER)) return number
  throw bad(title, `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, value)
}

function lesser<T extends number | bigint>(a: T | null, b: T | null): T | null {
  if (a === null) return b
  return b === null || a < b ? a : b
}

function bad(title: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `${title} must be ${expected}, got ${inWords(value)}.`, {
    data: { reason: 'capabilities' },
  })
}

function denied(capability: string, message: string, data: Record<string, string | number | null>): IcnError {
  return refusal('PermissionDenied', message, { capability, ...data })
}

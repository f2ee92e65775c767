/** The start option `governance`, loaded when it is given. */
import { inWords } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { GovernanceRules } from '../governance/rows.ts'
import { checkRules, DEFAULT_RULES, MOST_MEMBERS } from '../governance/rules.ts'
import type { GovernanceOptions } from '../protocol/api.ts'

export interface GovernanceSettings {
  /** First members of a new database; null: this node alone. */
  readonly members: readonly Did[] | null
  /** Null: as the database has them. */
  readonly rules: GovernanceRules | null
}

const FIELDS = [...Object.keys(DEFAULT_RULES), 'members']

/** @throws IcnError InvalidSpec naming the field */
export function readGovernance(option: GovernanceOptions): GovernanceSettings {
  if (typeof option !== 'object' || option === null) throw bad('governance', 'an object', option)
  for (const name of Object.keys(option)) {
    if (!FIELDS.includes(name)) throw bad(`governance.${name}`, `one of ${FIELDS.join(', ')}`, name)
  }
  const { members, ...given } = option
  const { threshold, minSponsors } = { ...DEFAULT_RULES, ...given }
  return {
    members: members === undefined ? null : readDids(members, 'members'),
    rules: checkRules({
      quorum: integer('quorum', given.quorum ?? DEFAULT_RULES.quorum),
      threshold: typeof threshold === 'number' ? threshold : Number.NaN,
      minSponsors,
      timelockSecs: integer('timelockSecs', given.timelockSecs ?? 0n),
      vetoGraceSecs: integer('vetoGraceSecs', given.vetoGraceSecs ?? 0n),
      vetoMembers: readDids(given.vetoMembers ?? [], 'vetoMembers').map(String),
    }),
  }
}

function readDids(value: unknown, name: string): readonly Did[] {
  const least = name === 'members' ? 1 : 0
  if (!Array.isArray(value) || value.length < least || value.length > MOST_MEMBERS) {
    throw bad(`governance.${name}`, `a list of ${least} to ${MOST_MEMBERS} DIDs`, value)
  }
  return value.map((did) => Did.parse(did as string))
}

function integer(name: string, value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  throw bad(`governance.${name}`, 'a whole number', value)
}

function bad(name: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `The option ${name} must be ${expected}, got ${inWords(value)}.`, {
    data: { option: name },
  })
}

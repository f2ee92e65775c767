/**
 * ICN's circuits as systems of equations (ref §8.4), each ⟨a, z⟩·⟨b, z⟩ = 0 over z: one, the public inputs, the secret
 * numbers. Order and signs are arkworks', so that keys which ICN set up fit. No row has a third side in any of them.
 */
import { circuitName } from './circuits.ts'
import { ProofError } from './proof-error.ts'

/** Factor and place in z. */
export type Combination = readonly (readonly [bigint, number])[]

export interface Equation {
  readonly a: Combination
  readonly b: Combination
}

export interface Assigned {
  readonly equations: readonly Equation[]
  /** One and the public inputs. */
  readonly open: readonly bigint[]
  readonly hidden: readonly bigint[]
}

interface Circuit {
  readonly inputs: readonly string[]
  readonly witness: readonly string[]
  build(make: System, inputs: readonly bigint[], witness: readonly bigint[]): void
}

const ADULT = 18n

const CIRCUITS: Readonly<Record<string, Circuit>> = {
  ageover18: {
    inputs: ['current_year'],
    witness: ['birth_year'],
    build: (make, [year], [birth]) => adult(make, birth!, make.input(year!)),
  },
  membership: {
    inputs: ['is_member'],
    witness: [],
    build: (make, [member]) => isTrue(make, make.flag(make.input(member!))),
  },
  membershipproof: {
    inputs: ['expected'],
    witness: ['membership_flag'],
    build(make, [expected], [flag]) {
      const mine = make.flag(make.secret(flag!))
      make.zero(minus(make.flag(make.input(expected!)), mine))
    },
  },
  reputation: {
    inputs: ['reputation'],
    witness: ['threshold'],
    build: (make, [reputation], [threshold]) =>
      make.ordered(make.constant(threshold!), make.input(reputation!)),
  },
  timestampvalidity: {
    inputs: ['not_before', 'not_after'],
    witness: ['timestamp'],
    build: (make, bounds, [timestamp]) => between(make, bounds, timestamp!),
  },
  balancerange: {
    inputs: ['min', 'max'],
    witness: ['balance'],
    build: (make, bounds, [balance]) => between(make, bounds, balance!),
  },
  agerepmembership: {
    inputs: ['current_year', 'reputation', 'is_member'],
    witness: ['birth_year', 'threshold'],
    build(make, [year, reputation, member], [birth, threshold]) {
      adult(make, birth!, make.input(year!))
      make.ordered(make.constant(threshold!), make.input(reputation!))
      isTrue(make, make.flag(make.input(member!)))
    },
  },
}

/** Names of the public inputs of a circuit, in their order. */
export function inputNamesOf(circuit: string): readonly string[] {
  return circuitOf(circuit).inputs
}

/** Names of the secret numbers of a circuit, in their order. @throws ProofError unsupportedBackend for one that is not known */
export function witnessOf(circuit: string): readonly string[] {
  return circuitOf(circuit).witness
}

/**
 * @param witness as `witnessOf` names them
 * @throws ProofError unsupportedBackend for a circuit that is not known, verificationFailed where the statement is not
 * true or its inputs are of another number
 */
export function assign(circuit: string, inputs: readonly bigint[], witness: readonly bigint[]): Assigned {
  const found = circuitOf(circuit)
  if (inputs.length !== found.inputs.length) {
    throw new ProofError(
      'verificationFailed',
      `the circuit has ${found.inputs.length} public inputs, got ${inputs.length}`,
    )
  }
  const make = new System(inputs.length)
  found.build(make, inputs, witness)
  return make
}

function circuitOf(name: string): Circuit {
  const plain = circuitName(name)
  if (Object.hasOwn(CIRCUITS, plain)) return CIRCUITS[plain]!
  throw new ProofError('unsupportedBackend', 'there is no circuit of that claim to prove')
}

function adult(make: System, birth: bigint, year: Sum): void {
  make.ordered(plus(make.secret(birth), make.constant(ADULT)), year)
}

function between(make: System, [least, most]: readonly bigint[], value: bigint): void {
  const mine = make.secret(value)
  const [low, high] = [make.input(least!), make.input(most!)]
  make.ordered(low, mine)
  make.ordered(mine, high)
}

function isTrue(make: System, flag: Sum): void {
  make.zero(minus(make.constant(1n), flag))
}

/** A sum of variables, and what it comes to. */
interface Sum {
  readonly terms: Combination
  readonly value: bigint
}

function plus(left: Sum, right: Sum): Sum {
  return { terms: [...left.terms, ...right.terms], value: left.value + right.value }
}

function minus(left: Sum, right: Sum): Sum {
  const terms = right.terms.map(([factor, at]) => [-factor, at] as const)
  return { terms: [...left.terms, ...terms], value: left.value - right.value }
}

class System {
  readonly equations: Equation[] = []
  readonly open: bigint[] = [1n]
  readonly hidden: bigint[] = []
  readonly #inputs: number

  /** @param inputs how many there will be: the secret numbers come after them */
  constructor(inputs: number) {
    this.#inputs = inputs
  }

  constant(value: bigint): Sum {
    return { terms: [[value, 0]], value }
  }

  input(value: bigint): Sum {
    return { terms: [[1n, this.open.push(value) - 1]], value }
  }

  secret(value: bigint): Sum {
    return { terms: [[1n, this.#inputs + this.hidden.push(value)]], value }
  }

  /** Zero or one: (1 - x)·x = 0. */
  flag(of: Sum): Sum {
    if (of.value !== 0n && of.value !== 1n) throw untrue('a flag is neither 0 nor 1')
    this.equations.push({ a: minus(this.constant(1n), of).terms, b: of.terms })
    return of
  }

  /** x·1 = 0. */
  zero(sum: Sum): void {
    if (sum.value !== 0n) throw untrue('two numbers that must be equal are not')
    this.equations.push({ a: sum.terms, b: [[1n, 0]] })
  }

  /** smaller + k = greater, k a secret number of its own. */
  ordered(smaller: Sum, greater: Sum): void {
    const k = greater.value - smaller.value
    if (k < 0n) throw untrue('a number that must not be the greater one is')
    this.zero(minus(plus(smaller, this.secret(k)), greater))
  }
}

/** Does not say which number: they are secret. */
function untrue(why: string): ProofError {
  return new ProofError('verificationFailed', `the statement is not true: ${why}`)
}

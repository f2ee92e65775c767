/** Upstream's circuits (ref §8.4): what they are called and how complex they are. */

const COMPLEXITY: Readonly<Record<string, bigint>> = {
  ageover18: 10n,
  membership: 5n,
  membershipproof: 5n,
  reputation: 15n,
  timestampvalidity: 5n,
  balancerange: 5n,
  agerepmembership: 20n,
}

/** A circuit's name without case and separators: `age_over_18` and `AgeOver18` are one. */
export function circuitName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** The reputation an issuer must have for a proof to be made (ref §8.5): for each circuit as much as it is complex. */
export function reputationToProve(circuit: string): bigint {
  const name = circuitName(circuit)
  return Object.hasOwn(COMPLEXITY, name) ? COMPLEXITY[name]! : 0n
}

/** 1 for a circuit that is not known. */
export function complexityOf(circuit: string): bigint {
  const name = circuitName(circuit)
  return Object.hasOwn(COMPLEXITY, name) ? COMPLEXITY[name]! : 1n
}

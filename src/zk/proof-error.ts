/** Why a proof cannot be judged, in upstream's words (ref §8.1); a proof that is merely false is no error. */
const WORDS = {
  unsupportedBackend: 'unsupported proof backend',
  invalidProof: 'invalid proof structure',
  verificationFailed: 'verification failed',
  insufficientReputation: 'insufficient reputation',
} as const

export type ProofFault = keyof typeof WORDS

export class ProofError extends Error {
  readonly fault: ProofFault
  readonly detail: string

  /** @param detail what is wrong, without a full stop */
  constructor(fault: ProofFault, detail: string) {
    super(`${WORDS[fault]}: ${detail}.`)
    this.fault = fault
    this.detail = detail
  }
}

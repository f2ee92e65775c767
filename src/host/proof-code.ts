/** The mathematics of proofs, which come late: with them two curves are loaded. */
import { late } from '../common/late.ts'

type Verifiers = Pick<typeof import('../zk/groth16.ts'), 'verifyGroth16' | 'inputsOfKey'> &
  Pick<typeof import('../zk/range-proof.ts'), 'verifyRange'>
type Provers = Pick<typeof import('../zk/range-prover.ts'), 'proveRange'>

let verifying: Verifiers | undefined
let proving: Provers | undefined

/** To be awaited before a transaction in which proofs are verified. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadVerifiers = late('The code that verifies proofs', async () => {
  const [{ verifyGroth16, inputsOfKey }, { verifyRange }] = await Promise.all([
    import('../zk/groth16.ts'),
    import('../zk/range-proof.ts'),
  ])
  verifying = { verifyGroth16, inputsOfKey, verifyRange }
})

/** To be awaited before a transaction in which proofs are made. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadProvers = late('The code that makes proofs', async () => {
  const { proveRange } = await import('../zk/range-prover.ts')
  proving = { proveRange }
})

/** Once loaded. */
export const verifiers = (): Verifiers => verifying!

/** Once loaded. */
export const provers = (): Provers => proving!

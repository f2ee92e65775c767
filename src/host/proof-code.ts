/** The mathematics of proofs, which come late: with them two curves are loaded. */
import { late } from '../common/late.ts'

type Verifiers = Pick<
  typeof import('../zk/groth16.ts'),
  'verifyGroth16' | 'verifyGroth16Batch' | 'inputsOfKey'
> &
  Pick<typeof import('../zk/range-proof.ts'), 'verifyRange'>
type Provers = Pick<typeof import('../zk/range-prover.ts'), 'proveRange'> &
  Pick<typeof import('../zk/groth16-prover.ts'), 'proveGroth16' | 'masksOf'> &
  Pick<typeof import('../zk/r1cs.ts'), 'witnessOf'>

let verifying: Verifiers | undefined
let proving: Provers | undefined

/** To be awaited before a transaction in which proofs are verified. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadVerifiers = late('The code that verifies proofs', async () => {
  const [{ verifyGroth16, verifyGroth16Batch, inputsOfKey }, { verifyRange }] = await Promise.all([
    import('../zk/groth16.ts'),
    import('../zk/range-proof.ts'),
  ])
  verifying = { verifyGroth16, verifyGroth16Batch, inputsOfKey, verifyRange }
})

/** To be awaited before a transaction in which proofs are made. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadProvers = late('The code that makes proofs', async () => {
  const [{ proveRange }, { proveGroth16, masksOf }, { witnessOf }] = await Promise.all([
    import('../zk/range-prover.ts'),
    import('../zk/groth16-prover.ts'),
    import('../zk/r1cs.ts'),
  ])
  proving = { proveRange, proveGroth16, masksOf, witnessOf }
})

/** Once loaded. */
export const verifiers = (): Verifiers => verifying!

/** Once loaded. */
export const provers = (): Provers => proving!

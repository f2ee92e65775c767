/** One list of proofs, checked by our verifier and by snarkjs in turn. Milliseconds of processor time, all threads. */
import { fromHex, littleEndian } from '../../src/common/bytes.ts'
import vectors from '../../src/common/fixtures/vectors.json' with { type: 'json' }
import { readG1, readG2 } from '../../src/zk/bn254-points.ts'
import { simulate } from '../../src/zk/fixtures/simulated.ts'
import { verifyGroth16, verifyGroth16Batch } from '../../src/zk/groth16.ts'
import { measured, median, WARM } from './timing.ts'

export { compareRanges } from './range.ts'

interface Subject {
  readonly key: Uint8Array
  readonly proof: Uint8Array
  readonly inputs: readonly bigint[]
  readonly expected: boolean
}

/** snarkjs's own form: decimal coordinates, points uncompressed. */
type Json = Record<string, unknown>
interface Peer {
  verify(key: Json, inputs: readonly string[], proof: Json): Promise<boolean>
}

export interface Row {
  readonly name: string
  readonly ours: number
  /** Null without the peer. */
  readonly theirs: number | null
}

const AT_ONCE = 16

export async function compare(proofs: number, peer: Peer | null): Promise<readonly Row[]> {
  await agree(ofVectors(), peer)
  const fresh = Array.from({ length: proofs + WARM }, (_, i) => made([2020n + BigInt(i)], BigInt(i + 3)))
  // One key, already prepared after the first: what a node has that sees proofs of one issuer.
  const sameKey = Array.from({ length: proofs + WARM }, (_, i) => made([2020n + BigInt(i)], 3_001n))
  const wrong = Array.from({ length: proofs + WARM }, (_, i) => {
    const { inputs, ...rest } = made([2020n + BigInt(i)], 4_001n)
    return { ...rest, inputs: [inputs[0]! + 1n], expected: false }
  })
  const many = Array.from({ length: proofs + WARM }, (_, i) =>
    made(
      Array.from({ length: 8 }, (_, j) => BigInt(i * 8 + j)),
      5_001n,
    ),
  )
  return [
    { name: 'a key not seen before', ...(await agree(fresh, peer)) },
    { name: 'a key that is prepared', ...(await agree(sameKey, peer)) },
    { name: 'the same, with 8 public inputs', ...(await agree(many, peer)) },
    { name: 'a proof that does not hold', ...(await agree(wrong, peer)) },
  ]
}

/** Sixteen proofs under a prepared key at once: ours per proof, beside one by one. */
export function batched(batches: number): readonly Row[] {
  const [together, apart]: [number[], number[]] = [[], []]
  for (let i = 0; i < batches + WARM; i++) {
    const statements = Array.from({ length: AT_ONCE }, (_, j) => made([BigInt(i * AT_ONCE + j)], 6_001n))
    const { key } = statements[0]!
    together.push(measured(() => expectTrue(verifyGroth16Batch(key, statements))) / AT_ONCE)
    const oneByOne = () => {
      for (const { proof, inputs } of statements) expectTrue(verifyGroth16(key, proof, inputs))
    }
    apart.push(measured(oneByOne) / AT_ONCE)
  }
  return [
    {
      name: 'one of 16 checked at once',
      ours: median(together.slice(WARM)),
      theirs: median(apart.slice(WARM)),
    },
  ]
}

function expectTrue(answer: boolean): void {
  if (!answer) throw new Error('ours: a proof does not hold.')
}

/** Every subject by both. @throws when one of them says other than it must */
async function agree(subjects: readonly Subject[], peer: Peer | null): Promise<Omit<Row, 'name'>> {
  const ours: number[] = []
  const theirs: number[] = []
  for (const subject of subjects) {
    const { key, proof, inputs, expected } = subject
    const check = async (who: string, times: number[], verify: () => boolean | Promise<boolean>) => {
      const started = process.cpuUsage()
      const answer = await verify()
      const { user, system } = process.cpuUsage(started)
      times.push((user + system) / 1e3)
      if (answer !== expected)
        throw new Error(`${who}: ${answer} for inputs ${inputs}, expected ${expected}.`)
    }
    await check('ours', ours, () => verifyGroth16(key, proof, inputs))
    if (peer === null) continue
    const [keyJson, proofJson] = [keyOf(key), proofOf(proof)]
    await check('snarkjs', theirs, () => peer.verify(keyJson, inputs.map(String), proofJson))
  }
  return { ours: median(ours.slice(WARM)), theirs: peer === null ? null : median(theirs.slice(WARM)) }
}

function ofVectors(): readonly Subject[] {
  const { verifying_key_compressed_hex, proof_compressed_hex, cases } = vectors.bn254.groth16
  const key = fromHex(verifying_key_compressed_hex, 'key')
  const proof = fromHex(proof_compressed_hex, 'proof')
  return cases.map(({ public_inputs, expected }) => ({
    key,
    proof,
    inputs: public_inputs.map(BigInt),
    expected,
  }))
}

const made = (inputs: readonly bigint[], secret: bigint): Subject => ({
  ...simulate(inputs, secret),
  inputs,
  expected: true,
})

function keyOf(key: Uint8Array): Json {
  const count = Number(littleEndian(key.subarray(224, 232)))
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: count - 1,
    vk_alpha_1: g1(key, 0),
    vk_beta_2: g2(key, 32),
    vk_gamma_2: g2(key, 96),
    vk_delta_2: g2(key, 160),
    IC: Array.from({ length: count }, (_, i) => g1(key, 232 + 32 * i)),
  }
}

const proofOf = (proof: Uint8Array): Json => ({
  protocol: 'groth16',
  curve: 'bn128',
  pi_a: g1(proof, 0),
  pi_b: g2(proof, 32),
  pi_c: g1(proof, 96),
})

function g1(bytes: Uint8Array, at: number): readonly string[] {
  const { x, y } = readG1(bytes.subarray(at, at + 32), 'a point').toAffine()
  return [`${x}`, `${y}`, '1']
}

function g2(bytes: Uint8Array, at: number): readonly (readonly string[])[] {
  const { x, y } = readG2(bytes.subarray(at, at + 64), 'a point').toAffine()
  return [
    [`${x.c0}`, `${x.c1}`],
    [`${y.c0}`, `${y.c1}`],
    ['1', '0'],
  ]
}

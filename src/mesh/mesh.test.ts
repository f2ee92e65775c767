import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeBincode, decodeJson, encodeBincode, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { buildBlock } from '../dag/block.ts'
import { executionReceipt, signReceipt } from '../identity/receipt.ts'
import { receiptBlock, signBlock, verifyBlockSignature } from '../identity/receipt-block.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner } from '../identity/signer.ts'
import {
  bidPrice,
  bidPriceFactor,
  bidSignable,
  noticeSignable,
  seedEraBidSignable,
  signedBid,
  signNotice,
  verifyBidSubmit,
  verifyNotice,
  verifySubmitReceipt,
} from './bid.ts'
import {
  decodeJobSubmission,
  jobHandle,
  MAX_JOB_JSON_SIZE,
  seedEraJobId,
  seedEraSpecJson,
  signedJob,
  temporaryJobId,
} from './job.ts'
import {
  jobCheckpoint,
  partialOutputReceipt,
  progressReport,
  signedCheckpoint,
  signedPartialOutput,
} from './progress.ts'
import {
  currentProgress,
  isLongRunning,
  type JobLifecycle,
  type JobRecord,
  jobLifecycle,
  jobRecord,
  jobRecordBlock,
  latestCheckpoint,
  lifecycleStatus,
  specOf,
} from './records.ts'
import {
  type BidderFacts,
  bidScore,
  DEFAULT_SELECTION_POLICY,
  disqualification,
  selectBid,
} from './scoring.ts'
import {
  actualMeshJob,
  type JobSpec,
  jobSpec,
  jobSpecOf,
  type MeshJobBid,
  meshJobBid,
  signedAssignmentNotice,
} from './types.ts'

const resolver = new KeyDidResolver()
const A = nobleSigner(fromHex(vectors.keys.A.seed_hex))
const B = nobleSigner(fromHex(vectors.keys.B.seed_hex))
const unsigned = new Uint8Array(0)
const jobCid = Cid.parse(vectors.cid.cases[3]!.cid_string)

describe('vectors: job', () => {
  const vector = vectors.job
  const job = decodeJson(actualMeshJob, vector.job_json, 'job')

  it('signs, round trips in JSON and bincode', async () => {
    expect(toHex(signedJob.signable(job))).toBe(vector.signable_hex)
    expect(toHex((await signedJob.sign(job, A)).signature)).toBe(vector.signature_hex)
    expect(encodeJson(actualMeshJob, job)).toBe(vector.job_json)
    expect(toHex(encodeBincode(actualMeshJob, job))).toBe(vector.bincode_hex)
    expect(decodeBincode(actualMeshJob, fromHex(vector.bincode_hex), 'job')).toEqual(job)
    signedJob.verify(job, resolver)
  })

  it('job_creation_sign_verify: another creator or cost invalidates', () => {
    expect(() => signedJob.verify({ ...job, costMana: 43n }, resolver)).toThrow(
      'Job: the signature does not hold',
    )
    expect(() => signedJob.verify({ ...job, creatorDid: B.did }, resolver)).toThrow('does not hold')
    expect(() => signedJob.verify({ ...job, signature: unsigned }, resolver)).toThrow('Job is not signed')
  })

  it('R1 reads with every default', () => {
    const { id, manifest_cid, creator_did } = JSON.parse(vector.job_json)
    const minimal = { id, manifest_cid, spec: { kind: 'CclWasm' }, creator_did, cost_mana: 0, signature: [] }
    const read = decodeJson(actualMeshJob, JSON.stringify(minimal), 'job')
    expect(read.spec).toEqual(jobSpecOf('CclWasm'))
    expect(read.maxExecutionWaitMs).toBeNull()
  })
})

describe('vectors: job_spec_bincode', () => {
  for (const [i, vector] of vectors.job_spec_bincode.cases.entries()) {
    it(`spec_roundtrip ${i}`, () => {
      const spec = decodeJson(jobSpec, vector.spec_json, 'spec')
      expect(toHex(encodeBincode(jobSpec, spec))).toBe(vector.bincode_hex)
      expect(encodeBincode(jobSpec, spec)).toHaveLength(vector.length)
      expect(decodeBincode(jobSpec, fromHex(vector.bincode_hex), 'spec')).toEqual(spec)
      expect(encodeJson(jobSpec, spec)).toBe(vector.spec_json)
    })
  }

  it.each([
    ['{}', 'spec: field kind of JobSpec is missing.'],
    [
      '{"kind":"Docker"}',
      'spec.kind: expected JobKind: one of Echo, CclWasm, GenericPlaceholder, got the string "Docker".',
    ],
    ['{"kind":"Echo"}', 'spec.kind: expected JobKind.Echo with its fields, got the string "Echo".'],
    ['{"kind":{"CclWasm":7}}', 'spec.kind.CclWasm: expected nothing, got the number 7.'],
    ['{"kind":{"Echo":{"payload":"a"},"CclWasm":null}}', 'spec.kind: expected JobKind'],
    [
      '{"kind":"CclWasm","required_resources":{"cpu_cores":-1,"memory_mb":0}}',
      'spec.required_resources.cpu_cores',
    ],
    ['{"kind":"CclWasm","inputs":["bafk"]}', 'spec.inputs[0]: Not an ICN CID: expected an object'],
    ['{"kind":"CclWasm","inputs":null}', 'spec.inputs: expected an array, got null.'],
  ])('refuses %s', (text, message) => {
    expect(() => decodeJson(jobSpec, text, 'spec')).toThrow(message)
  })

  it('accepts the object form of a unit variant, as serde does', () => {
    expect(decodeJson(jobSpec, '{"kind":{"CclWasm":null}}', 'spec').kind).toBe('CclWasm')
  })
})

describe('vectors: job_id_seed_era', () => {
  for (const [i, vector] of vectors.job_id_seed_era.cases.entries()) {
    it(`case ${i}`, () => {
      const spec = decodeJson(jobSpec, vector.spec_json, 'spec')
      expect(seedEraSpecJson(spec)).toBe(vector.spec_json)
      const wait = vector.max_execution_wait_ms
      const id = seedEraJobId({
        manifestCid: Cid.parse(vector.manifest_cid),
        spec,
        costMana: BigInt(vector.adjusted_cost),
        maxExecutionWaitMs: wait === null ? null : BigInt(wait),
        submitter: Did.parse(vector.submitter),
      })
      expect(id.toString()).toBe(vector.job_id)
    })
  }
})

describe('vectors: job_id_head', () => {
  it('temporary id, record and the id of its block', () => {
    const vector = vectors.job_id_head
    const spec = decodeBincode(jobSpec, fromHex(vector.spec_bincode_hex), 'spec')
    const manifestCid = Cid.parse(vector.manifest_cid)
    const submitter = Did.parse(vector.submitter)
    const now = BigInt(vector.now)
    const id = temporaryJobId({ manifestCid, spec, submitter, costMana: BigInt(vector.adjusted_cost) }, now)
    expect(id.toString()).toBe(vector.temporary_id)
    const record: JobRecord = {
      id,
      manifestCid,
      specBytes: encodeBincode(jobSpec, spec),
      specJson: null,
      submitterDid: submitter,
      costMana: BigInt(vector.adjusted_cost),
      submittedAt: now,
      status: 'Submitted',
      resourceRequirements: spec.requiredResources,
    }
    expect(encodeJson(jobRecord, record)).toBe(vector.job_block_data_utf8)
    expect(decodeJson(jobRecord, vector.job_block_data_utf8, 'job')).toEqual(record)
    expect(buildBlock(jobRecordBlock(record)).cid.toString()).toBe(vector.job_id)
    expect(specOf(record)).toEqual(spec)
    expect(jobHandle(id)).toBe(new DataView(id.hashBytes.buffer).getBigUint64(0, true))
  })
})

describe('a submission', () => {
  const valid = { manifest_cid: jobCid.toJSON(), spec: { kind: 'CclWasm' }, cost_mana: 10 }

  it('needs neither id, creator nor signature, and ignores what stands there', () => {
    const expected = {
      manifestCid: jobCid,
      spec: jobSpecOf('CclWasm'),
      costMana: 10n,
      maxExecutionWaitMs: null,
    }
    expect(decodeJobSubmission(JSON.stringify(valid))).toEqual(expected)
    const forged = { ...valid, id: 'x', creator_did: 7, signature: null }
    expect(decodeJobSubmission(utf8(JSON.stringify(forged)))).toEqual(expected)
  })

  it('may have 1,048,576 bytes and not one more', () => {
    const text = JSON.stringify(valid)
    expect(() => decodeJobSubmission(text.padEnd(MAX_JOB_JSON_SIZE))).not.toThrow()
    expect(() => decodeJobSubmission(text.padEnd(MAX_JOB_JSON_SIZE + 1))).toThrow(
      'Job JSON exceeds 1048576 bytes',
    )
    expect(() => decodeJobSubmission('')).toThrow('Job JSON cannot be empty')
  })

  it.each([
    ['{', 'Job JSON: expected a key in quotes, got the end of the text at line 1, column 2.'],
    ['[]', 'job: expected an ActualMeshJob object, got an array of 0.'],
    [JSON.stringify({ ...valid, cost_mana: -5 }), 'job.cost_mana: expected an integer from 0'],
    [JSON.stringify(valid).replace('10}', '18446744073709551616}'), 'does not fit 64 bits'],
    [
      JSON.stringify({ ...valid, manifest_cid: jobCid.toString() }),
      'job.manifest_cid: Not an ICN CID: expected an object',
    ],
    [JSON.stringify({ ...valid, spec: undefined }), 'field spec of ActualMeshJob is missing'],
  ])('%s is refused', (text, message) => {
    expect(() => decodeJobSubmission(text)).toThrow(message)
  })

  it('does not repeat a long input in its error', () => {
    const long = `{"spec":"${'x'.repeat(100_000)}"}`
    try {
      decodeJobSubmission(long)
      expect.unreachable()
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(200)
    }
  })
})

describe('vectors: bid', () => {
  const bid = decodeJson(meshJobBid, vectors.bid.cases[0]!.bid_json!, 'bid')
  const bare: MeshJobBid = {
    ...bid,
    executorCapabilities: [],
    executorFederations: [],
    executorTrustScope: null,
  }

  it.each([
    [vectors.bid.cases[0]!, bidSignable(bid)],
    [vectors.bid.cases[1]!, bidSignable(bare)],
    [vectors.bid.cases[2]!, seedEraBidSignable(bare)],
  ])('%#', async (vector, signable) => {
    expect(toHex(signable)).toBe(vector.signable_hex)
    expect(toHex(await B.sign(signable))).toBe(vector.signature_hex)
  })

  it('round trips and reads R1 without metadata', () => {
    expect(encodeJson(meshJobBid, bid)).toBe(vectors.bid.cases[0]!.bid_json)
    const { executor_capabilities, executor_federations, executor_trust_scope, ...old } = JSON.parse(
      vectors.bid.cases[0]!.bid_json!,
    )
    expect(decodeJson(meshJobBid, JSON.stringify(old), 'bid')).toEqual(bare)
  })

  it('test_mesh_bid_submit: inner bid first, then the message; another key and a tampered field fail', async () => {
    const signature = await B.sign(bidSignable(bid))
    verifyBidSubmit({ bid, signature }, resolver)
    expect(() => verifyBidSubmit({ bid: { ...bid, priceMana: 1n }, signature }, resolver)).toThrow(
      'Bid: the signature',
    )
    expect(() => verifyBidSubmit({ bid, signature: new Uint8Array(64) }, resolver)).toThrow(
      'Bid submission: the',
    )
    await expect(signedBid.sign(bid, A)).rejects.toThrow('Bid of did:key:z6MkghL')
    for (const change of [
      { executorTrustScope: 'other' },
      { executorCapabilities: ['gpu'] },
      { jobId: cidOf(RAW, unsigned) },
    ]) {
      expect(() => signedBid.verify({ ...bid, ...change }, resolver)).toThrow('does not hold')
    }
  })
})

describe('vectors: assignment_notice', () => {
  it('test_job_assignment_notice: signed by the assigner', async () => {
    const notice = await signNotice({ jobId: jobCid, executorDid: B.did, manifestCid: null }, A)
    expect(toHex(noticeSignable(notice))).toBe(vectors.assignment_notice.signable_hex)
    expect(toHex(notice.signature)).toBe(vectors.assignment_notice.signature_hex)
    verifyNotice(notice, A.did, resolver)
    expect(() => verifyNotice(notice, B.did, resolver)).toThrow('Assignment notice: the signature')
    expect(() => verifyNotice({ ...notice, executorDid: A.did }, A.did, resolver)).toThrow('does not hold')
    const json = encodeJson(signedAssignmentNotice, notice)
    expect(json).not.toContain('manifest_cid')
    expect(decodeJson(signedAssignmentNotice, json, 'notice')).toEqual(notice)
    expect(encodeJson(signedAssignmentNotice, { ...notice, manifestCid: jobCid })).toContain(
      '"manifest_cid":{',
    )
  })
})

describe('vectors: checkpoint', () => {
  const checkpoint = decodeJson(jobCheckpoint, vectors.checkpoint.cases[0]!.json!, 'checkpoint')

  it.each([
    [vectors.checkpoint.cases[0]!, checkpoint],
    [vectors.checkpoint.cases[1]!, { ...checkpoint, intermediateDataCid: null }],
  ])('%#', async (vector, value) => {
    const signed = await signedCheckpoint.sign(value, A)
    expect(toHex(signedCheckpoint.signable(signed))).toBe(vector.signable_hex)
    expect(toHex(signed.signature)).toBe(vector.signature_hex)
    signedCheckpoint.verify(signed, resolver)
  })

  it('keeps its f32 in JSON and fails on a tampered stage', () => {
    expect(encodeJson(jobCheckpoint, checkpoint)).toBe(vectors.checkpoint.cases[0]!.json)
    expect(() => signedCheckpoint.verify({ ...checkpoint, stage: 'x' }, resolver)).toThrow(
      'Checkpoint: the signature',
    )
    const bincode = encodeBincode(jobCheckpoint, checkpoint)
    expect(decodeBincode(jobCheckpoint, bincode, 'checkpoint')).toEqual(checkpoint)
  })
})

describe('vectors: partial_output', () => {
  it('signs and round trips', () => {
    const output = decodeJson(partialOutputReceipt, vectors.partial_output.json, 'output')
    expect(toHex(signedPartialOutput.signable(output))).toBe(vectors.partial_output.signable_hex)
    expect(toHex(output.signature)).toBe(vectors.partial_output.signature_hex)
    expect(encodeJson(partialOutputReceipt, output)).toBe(vectors.partial_output.json)
    signedPartialOutput.verify(output, resolver)
    expect(() => signedPartialOutput.verify({ ...output, outputSize: 9n }, resolver)).toThrow(
      'Partial output: the',
    )
  })
})

describe('vectors: receipt_anchor_seed_era', () => {
  it('has the published CID', () => {
    const vector = vectors.receipt_anchor_seed_era
    const receipt = decodeJson(executionReceipt, vector.data_utf8, 'receipt')
    const block = receiptBlock(receipt, Did.parse(vector.author), BigInt(vector.timestamp))
    expect(block.data).toEqual(utf8(vector.data_utf8))
    expect(block.cid.toString()).toBe(vector.cid_string)
  })

  it('a signed block verifies for its author, and not after a change', async () => {
    const block = await signBlock({ data: utf8('signed'), timestamp: 9n }, A)
    expect(block.cid.toString()).toBe(vectors.merkle_cid.cases[3]!.cid_string)
    verifyBlockSignature(block, resolver)
    expect(() => verifyBlockSignature({ ...block, data: utf8('other') }, resolver)).toThrow(
      'Block: the signature',
    )
    expect(() => verifyBlockSignature({ ...block, signature: null }, resolver)).toThrow('Block is not signed')
  })
})

it('test_submit_receipt_message: the receipt first, then the message', async () => {
  const receipt = await signReceipt(
    { jobId: jobCid, executorDid: A.did, resultCid: jobCid, cpuMs: 1n, success: true },
    A,
  )
  verifySubmitReceipt({ receipt, signature: receipt.sig }, resolver)
  expect(() => verifySubmitReceipt({ receipt, signature: new Uint8Array(64) }, resolver)).toThrow(
    'Receipt submission',
  )
  const forged = { ...receipt, cpuMs: 2n }
  expect(() => verifySubmitReceipt({ receipt: forged, signature: receipt.sig }, resolver)).toThrow(
    'Receipt: the',
  )
})

describe('vectors: bid_price', () => {
  for (const [i, vector] of vectors.bid_price.cases.entries()) {
    it(`case ${i}`, () => {
      const jobId = Cid.parse(vector.job_id)
      const reputation = BigInt(vector.reputation)
      expect(bidPriceFactor(jobId, reputation)).toBe(vector.factor)
      const required = { cpuCores: vector.cpu_cores, memoryMb: vector.memory_mb }
      expect(bidPrice({ jobId, required, reputation })).toBe(BigInt(vector.price))
    })
  }

  it('counts minutes and obeys the ceiling in the announcement variant, and is at least 1', () => {
    const parts = { jobId: jobCid, required: { cpuCores: 1, memoryMb: 128 }, reputation: 0n }
    expect(bidPrice({ ...parts, maxExecutionTimeSecs: 6_000n })).toBeGreaterThan(90n)
    expect(bidPrice({ ...parts, maxCostMana: 3n })).toBe(3n)
    expect(bidPrice({ ...parts, maxCostMana: 0n })).toBe(1n)
  })
})

const offer = (priceMana: bigint, change: Partial<MeshJobBid> = {}): MeshJobBid => ({
  jobId: jobCid,
  executorDid: A.did,
  priceMana,
  resources: { cpuCores: 0, memoryMb: 0, storageMb: 0 },
  executorCapabilities: [],
  executorFederations: [],
  executorTrustScope: null,
  signature: unsigned,
  ...change,
})
const facts = (reputation: bigint, change: Partial<BidderFacts> = {}): BidderFacts => ({
  reputation,
  balance: 1_000n,
  ...change,
})
const generic = jobSpecOf('GenericPlaceholder')

describe('vectors: bid_score', () => {
  for (const vector of vectors.bid_score.cases) {
    it(vector.name, () => {
      const resources = (pair: readonly number[]) => ({
        cpuCores: pair[0]!,
        memoryMb: pair[1]!,
        storageMb: 0,
      })
      const score = bidScore(
        jobSpecOf('GenericPlaceholder', { requiredResources: resources(vector.req) }),
        offer(BigInt(vector.price), { resources: resources(vector.offer) }),
        facts(BigInt(vector.rep), { balance: BigInt(vector.balance), latencyMs: vector.lat }),
        {
          weightPrice: vector.wp,
          weightReputation: vector.wr,
          weightResources: vector.wres,
          weightLatency: vector.wl,
        },
      )
      expect(Math.floor(score)).toBe(vector.score)
    })
  }
})

describe('icn-mesh selection', () => {
  const pick = (
    spec: JobSpec,
    policy: Partial<typeof DEFAULT_SELECTION_POLICY>,
    ...candidates: readonly (readonly [MeshJobBid, BidderFacts])[]
  ) => {
    const known = new Map(candidates)
    const bids = candidates.map(([bid]) => bid)
    const chosen = selectBid(spec, bids, (bid) => known.get(bid)!, { ...DEFAULT_SELECTION_POLICY, ...policy })
    const backwards = selectBid(spec, [...bids].reverse(), (bid) => known.get(bid)!, {
      ...DEFAULT_SELECTION_POLICY,
      ...policy,
    })
    expect(backwards).toBe(chosen)
    return chosen === undefined ? -1 : bids.indexOf(chosen)
  }
  const b = { executorDid: B.did }

  it('test_select_executor_prefers_reputation', () => {
    expect(pick(generic, {}, [offer(10n), facts(5n)], [offer(5n, b), facts(1n)])).toBe(0)
  })

  it('test_select_executor_uses_price_when_reputation_equal', () => {
    expect(pick(generic, {}, [offer(20n), facts(3n)], [offer(5n, b), facts(3n)])).toBe(1)
  })

  it('test_policy_price_weight_overrides_reputation', () => {
    const policy = { weightPrice: 100, weightReputation: 1 }
    expect(pick(generic, policy, [offer(5n), facts(1n)], [offer(50n, b), facts(10n)])).toBe(0)
  })

  it('test_bid_skipped_without_mana, test_select_executor_all_bids_insufficient_mana', () => {
    const poor = facts(9n, { balance: 1n })
    expect(pick(generic, {}, [offer(10n), poor], [offer(10n, b), facts(0n)])).toBe(1)
    expect(pick(generic, {}, [offer(10n), poor], [offer(10n, b), poor])).toBe(-1)
    expect(bidScore(generic, offer(10n), poor)).toBe(0)
  })

  it('test_select_executor_returns_none_with_no_bids', () => {
    expect(pick(generic, {})).toBe(-1)
  })

  it('test_resource_weight_influences_selection', () => {
    const spec = jobSpecOf('CclWasm', { requiredResources: { cpuCores: 2, memoryMb: 1024, storageMb: 0 } })
    const big = offer(10n, { resources: { cpuCores: 4, memoryMb: 4096, storageMb: 0 } })
    const small = offer(10n, { ...b, resources: { cpuCores: 2, memoryMb: 1024, storageMb: 0 } })
    expect(pick(spec, { weightResources: 10 }, [small, facts(1n)], [big, facts(1n)])).toBe(1)
  })

  it.each([
    [
      'test_federation_filtering',
      { allowedFederations: ['coop-a'] },
      { executorFederations: ['coop-a', 'x'] },
    ],
    ['test_capability_filtering', { requiredCapabilities: ['gpu'] }, { executorCapabilities: ['gpu'] }],
    ['test_trust_scope_filtering', { requiredTrustScope: 'local' }, { executorTrustScope: 'local' }],
  ] as const)('%s: the qualifying executor wins, and nobody when none qualifies', (_name, need, have) => {
    const spec = jobSpecOf('CclWasm', need)
    expect(pick(spec, {}, [offer(1n), facts(100n)], [offer(50n, { ...b, ...have }), facts(1n)])).toBe(1)
    expect(pick(spec, {}, [offer(1n), facts(100n)])).toBe(-1)
    expect(disqualification(spec, offer(1n), facts(100n))).toBeTypeOf('string')
  })

  it('test_reputation_filtering', () => {
    const spec = jobSpecOf('CclWasm', { minExecutorReputation: 10n })
    expect(pick(spec, {}, [offer(1n), facts(9n)], [offer(50n, b), facts(10n)])).toBe(1)
    expect(disqualification(spec, offer(1n), facts(9n))).toBe('has reputation 9, less than 10')
  })

  it('an unavailable executor is left out; a tie goes to the lower price, then to the lower DID', () => {
    expect(pick(generic, {}, [offer(1n), facts(5n, { available: false })], [offer(9n, b), facts(1n)])).toBe(1)
    const policy = { weightPrice: 0 }
    expect(pick(generic, policy, [offer(9n), facts(1n)], [offer(8n, b), facts(1n)])).toBe(1)
    expect(pick(generic, policy, [offer(9n), facts(1n)], [offer(9n, b), facts(1n)])).toBe(1)
  })
})

describe('icn-mesh lifecycle', () => {
  const record: JobRecord = {
    id: jobCid,
    manifestCid: jobCid,
    specBytes: encodeBincode(jobSpec, generic),
    specJson: null,
    submitterDid: A.did,
    costMana: 1n,
    submittedAt: 1n,
    status: 'Submitted',
    resourceRequirements: generic.requiredResources,
  }
  const life: JobLifecycle = {
    job: record,
    bids: [],
    assignment: null,
    receipt: null,
    checkpoints: [],
    partialOutputs: [],
  }
  const checkpoint = decodeJson(jobCheckpoint, vectors.checkpoint.cases[0]!.json!, 'checkpoint')
  const bid = {
    jobId: jobCid,
    bidId: 'bid_0',
    executorDid: B.did,
    priceMana: 1n,
    resources: generic.requiredResources,
    submittedAt: 2n,
    signature: unsigned,
  }
  const assignment = {
    jobId: jobCid,
    winningBidId: 'bid_0',
    assignedExecutorDid: B.did,
    assignedAt: 3n,
    finalPriceMana: 1n,
    committedResources: generic.requiredResources,
  }
  const receipt = {
    jobId: jobCid,
    executorDid: B.did,
    success: true,
    cpuMs: 3n,
    resultCid: jobCid,
    completedAt: 4n,
    errorMessage: null,
    signature: unsigned,
  }

  it('derives the status from what is there', () => {
    const bids = [bid]
    const checkpoints = [checkpoint]
    expect(lifecycleStatus(life)).toBe('Submitted')
    expect(lifecycleStatus({ ...life, bids })).toBe('BiddingClosed')
    expect(lifecycleStatus({ ...life, bids, assignment })).toBe('Assigned')
    expect(lifecycleStatus({ ...life, bids, assignment, checkpoints })).toBe('Executing')
    expect(lifecycleStatus({ ...life, receipt })).toBe('Completed')
    expect(lifecycleStatus({ ...life, receipt: { ...receipt, success: false } })).toBe('Failed')
  })

  it('test_job_lifecycle_with_checkpoints: long-running, progress 30.0, latest checkpoint id', () => {
    const at = (timestamp: bigint, checkpointId: string, progressPercent: number) => ({
      ...checkpoint,
      timestamp,
      checkpointId,
      progressPercent,
    })
    const running = { ...life, checkpoints: [at(2n, 'second', 30), at(1n, 'first', 10)] }
    expect(isLongRunning(running)).toBe(true)
    expect(isLongRunning(life)).toBe(false)
    expect(currentProgress(running)).toBe(30)
    expect(latestCheckpoint(running)?.checkpointId).toBe('second')
    expect(encodeJson(jobLifecycle, running)).toContain('"progress_percent":30.0')
  })

  it('round trips, and reads records without checkpoints', () => {
    const whole = { ...life, bids: [bid], assignment, receipt }
    expect(decodeJson(jobLifecycle, encodeJson(jobLifecycle, whole), 'life')).toEqual(whole)
    const old = encodeJson(jobLifecycle, whole).replace(',"checkpoints":[],"partial_outputs":[]', '')
    expect(decodeJson(jobLifecycle, old, 'life')).toEqual(whole)
  })

  it('test_progress_report_creation: fields kept', () => {
    const report = {
      jobId: jobCid,
      currentStage: 'processing',
      progressPercent: Math.fround(66.66667),
      etaSeconds: 10n,
      message: 'm',
      timestamp: 1n,
      executorDid: A.did,
      completedStages: ['a'],
      remainingStages: ['b'],
    }
    const json = encodeJson(progressReport, report)
    expect(json).toContain('"progress_percent":66.66667,"eta_seconds":10')
    expect(decodeJson(progressReport, json, 'report')).toEqual(report)
  })
})

it('any job survives JSON and bincode', () => {
  const u32 = fc.nat(0xffff_ffff)
  const u64 = fc.bigInt(0n, 2n ** 64n - 1n)
  const text = fc.string({ unit: 'grapheme', maxLength: 8 })
  const aCid = fc.uint8Array({ maxLength: 8 }).map((data) => cidOf(RAW, data))
  const kind = fc.oneof(
    fc.constantFrom('CclWasm' as const, 'GenericPlaceholder' as const),
    text.map((payload) => ({ Echo: { payload } })),
  )
  const job = fc.record({
    id: aCid,
    manifestCid: aCid,
    spec: fc.record({
      kind,
      inputs: fc.array(aCid, { maxLength: 3 }),
      outputs: fc.array(text, { maxLength: 3 }),
      requiredResources: fc.record({ cpuCores: u32, memoryMb: u32, storageMb: u32 }),
      requiredCapabilities: fc.array(text, { maxLength: 3 }),
      requiredTrustScope: fc.option(text),
      minExecutorReputation: fc.option(u64),
      allowedFederations: fc.array(text, { maxLength: 3 }),
    }),
    creatorDid: fc.constantFrom(A.did, B.did, Did.parse('did:web:a.b:c/p?q#f')),
    costMana: u64,
    maxExecutionWaitMs: fc.option(u64),
    signature: fc.uint8Array({ maxLength: 64 }),
  })
  fc.assert(
    fc.property(job, (job) => {
      expect(decodeJson(actualMeshJob, encodeJson(actualMeshJob, job), 'job')).toEqual(job)
      expect(decodeBincode(actualMeshJob, encodeBincode(actualMeshJob, job), 'job')).toEqual(job)
    }),
  )
})

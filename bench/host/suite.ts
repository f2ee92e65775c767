/**
 * The price of host calls: nanoseconds of processor time per unit of fuel, over the same of ordinary instructions measured in
 * the same run. A guest can make the host work at most that much longer than its fuel says (goal: 50).
 */
import { fromHex, toHex, utf8 } from '../../src/common/bytes.ts'
import { Cid } from '../../src/common/cid.ts'
import { cidOf } from '../../src/common/cid-of.ts'
import { decodeJson, encodeJson } from '../../src/common/codec.ts'
import { Allowance } from '../../src/host/grant.ts'
import { invoke } from '../../src/host/invoke.ts'
import { loadProofs } from '../../src/host/proofs.ts'
import { findServed } from '../../src/host/served.ts'
import { executionReceipt, signReceipt } from '../../src/identity/receipt.ts'
import { REPUTATION } from '../../src/reputation/reputation.ts'
import { execute, type RunInput } from '../../src/runtime/execute.ts'
import { guest, jobJson, signerOf, type World, world } from '../../src/runtime/fixtures/world.ts'
import { hostJobs } from '../../src/runtime/host-jobs.ts'
import { Modules } from '../../src/runtime/modules.ts'
import { ScopedTransaction } from '../../src/runtime/scope.ts'
import { JOBS } from '../../src/runtime/tables.ts'
import rangeProofs from '../../src/zk/fixtures/bulletproofs.json' with { type: 'json' }
import circuits from '../../src/zk/fixtures/circuits.json' with { type: 'json' }
import { simulate } from '../../src/zk/fixtures/simulated.ts'
import { zkCredentialProof } from '../../src/zk/proof.ts'
import { type Case, drop, OUT, strings, text, WRITTEN, worded } from './case.ts'
import { governanceCases } from './governance-cases.ts'
import { smallCases } from './small-cases.ts'
import { tokenCases } from './token-cases.ts'

const ROUNDS = 5
/** More than there are results and prepared keys kept: each check is made whole. */
const PROOFS = 68
const proofs: string[] = []
/** The largest of ICN's circuits. */
const combined = circuits.circuits.find(({ circuit }) => circuit === 'age_rep_membership')!

async function prepare(): Promise<{ home: World; cases: readonly Case[] }> {
  const home = await world(1_000_000_000n)
  const { call, context, me } = home
  for (let i = 0; i < 200; i++) await call('host_submit_mesh_job', jobJson(BigInt(i)))
  const job = String(await call('host_submit_mesh_job', jobJson(10n)))
  const executor = signerOf(7)
  await context.store.transact((tx) => {
    tx.put(JOBS, job, { ...tx.get(JOBS, job)!, state: 'Assigned', executor: `${executor.did}` })
  })
  const receipt = await signReceipt(
    {
      jobId: Cid.parse(job),
      executorDid: executor.did,
      resultCid: cidOf(0x55, utf8('r')),
      cpuMs: 1n,
      success: true,
    },
    executor,
  )
  // The whole verification, and then a refusal: the next call does it all again.
  const forged = encodeJson(executionReceipt, { ...receipt, cpuMs: 2n })
  const did = `${me}`
  const longLog = 'x'.repeat(10_000)
  const leaf = String(await call('host_dag_put', utf8('x'.repeat(10_000))))
  const top = String(await call('host_dag_link', leaf, leaf, 'a'))
  let many = leaf
  for (let i = 0; i < 100; i++) many = String(await call('host_dag_link', many, top, `link ${i}`))
  const signature = toHex(await executor.sign(utf8('hello')))
  const issuer = signerOf(5)
  const proofJson = async (made: { key: Uint8Array; proof: Uint8Array }, publicInputs: readonly number[]) =>
    encodeJson(zkCredentialProof, {
      issuer: issuer.did,
      holder: me,
      claimType: 'unknown',
      proof: made.proof,
      schema: cidOf(0x55, utf8('s')),
      vkCid: null,
      disclosedFields: [],
      challenge: null,
      backend: 'Groth16',
      verificationKey: made.key,
      publicInputs: [...publicInputs],
      verificationKeySignature: await issuer.sign(made.key),
    })
  for (let i = 0; i < PROOFS; i++) proofs.push(await proofJson(simulate([2020n], BigInt(i + 3)), [2020]))
  await context.store.transact((tx) => tx.put(REPUTATION, `${issuer.did}`, { score: 100n }))
  const dummy = encodeJson(zkCredentialProof, {
    ...decodeJson(zkCredentialProof, proofs[0]!, 'proof'),
    backend: { Other: 'mine' },
  })
  return {
    home,
    cases: [
      { name: 'host_get_current_time', type: '(result i64)', call: () => drop(''), times: 20_000 },
      { name: 'host_get_reputation', type: '(result i64)', call: () => drop(''), times: 10_000 },
      {
        name: 'host_get_caller',
        type: '(param i32 i32) (result i32)',
        call: () => drop(OUT),
        times: 10_000,
      },
      {
        name: 'host_account_get_mana',
        type: '(param i32 i32) (result i64)',
        text: did,
        call: (n) => drop(text(n)),
        times: 10_000,
      },
      {
        name: 'host_account_spend_mana',
        type: '(param i32 i32 i64) (result i32)',
        text: did,
        call: (n) => drop(`${text(n)} (i64.const 1)`),
        times: 5_000,
      },
      {
        name: 'host_log',
        type: '(param i32 i32)',
        text: 'a line',
        call: (n) => `(call $f ${text(n)})`,
        times: 10_000,
      },
      {
        name: 'host_log',
        type: '(param i32 i32)',
        text: longLog,
        call: (n) => `(call $f ${text(n)})`,
        times: 2_000,
      },
      {
        name: 'host_submit_mesh_job',
        type: '(param i32 i32) (result i64)',
        text: jobJson(1n),
        call: (n) => drop(text(n)),
        times: 1_000,
      },
      {
        name: 'host_submit_mesh_job',
        type: '(param i32 i32) (result i64)',
        text: jobJson(1n, { Echo: { payload: longLog } }),
        call: (n) => drop(text(n)),
        times: 500,
      },
      {
        name: 'host_submit_mesh_job',
        type: '(param i32 i32) (result i64)',
        text: '['.repeat(10_000),
        call: (n) => drop(text(n)),
        times: 1_000,
      },
      {
        name: 'host_get_pending_mesh_jobs',
        type: '(param i32 i32) (result i32)',
        call: () => drop(OUT),
        times: 100,
      },
      {
        name: 'host_get_job_status',
        type: '(param i32 i32 i32 i32) (result i32)',
        text: job,
        call: (n) => drop(`${text(n)} ${OUT}`),
        times: 1_000,
      },
      {
        name: 'host_anchor_receipt',
        type: '(param i32 i32) (result i32)',
        text: forged,
        call: (n) => drop(text(n)),
        times: 100,
      },
      ...[10, 10_000].map((size) => ({
        name: 'host_dag_put',
        type: WRITTEN,
        text: 'y'.repeat(size),
        // Each block is another one: its first byte is counted up, then its second.
        call: (n: number) => `(i32.store (i32.const 0) (local.get $i)) ${drop(`${text(n)} ${OUT}`)}`,
        times: 500,
      })),
      ...['host_dag_get', 'host_get_block_info', 'host_dag_list_links'].map((name) => ({
        name,
        type: WRITTEN,
        text: leaf,
        call: (n: number) => drop(`${text(n)} ${OUT}`),
        times: 500,
      })),
      {
        name: 'host_dag_pin',
        type: '(param i32 i32) (result i32)',
        text: leaf,
        call: (n) => drop(text(n)),
        times: 2_000,
      },
      worded('host_dag_list_links', '(param i32) (result i32)', [many], { times: 1_000 }),
      {
        name: 'host_dag_resolve_path',
        type: '(param i32 i32 i32 i32 i32 i32) (result i32)',
        text: `${top}a`,
        call: (n) => drop(`${text(n - 1)} (i32.const ${n - 1}) (i32.const 1) ${OUT}`),
        times: 300,
      },
      ...[10, 10_000].map((size) => ({
        name: 'host_calculate_cid',
        type: WRITTEN,
        text: 'z'.repeat(size),
        call: (n: number) => drop(`${text(n)} ${OUT}`),
        times: 1_000,
      })),
      ...[10, 10_000].map((size) => ({
        name: 'host_save_contract_state',
        type: '(param i32 i32 i32 i32 i64) (result i32)',
        text: 'z'.repeat(size),
        call: (n: number) => drop(`(i32.const 0) (i32.const 4) ${text(n)} (i64.extend_i32_u (local.get $i))`),
        times: 500,
      })),
      {
        name: 'host_load_contract_state',
        type: '(param i32 i32 i64 i32 i32) (result i32)',
        text: 'name',
        call: (n) => drop(`${text(n)} (i64.const -1) ${OUT}`),
        times: 1_000,
      },
      {
        name: 'host_resolve_did',
        type: WRITTEN,
        text: did,
        call: (n) => drop(`${text(n)} ${OUT}`),
        times: 2_000,
      },
      {
        name: 'host_verify_did_signature',
        type: '(param i32 i32 i32) (result i32)',
        text: strings(`${executor.did}`, 'hello', signature).data,
        call: () => `${strings(`${executor.did}`, 'hello', signature).at} (drop (call $f))`,
        times: 50,
      },
      {
        name: 'host_verify_zk_proof',
        type: '(param i32 i32) (result i32)',
        text: dummy,
        call: (n) => drop(text(n)),
        times: 300,
      },
      {
        name: 'host_verify_zk_proof',
        of: 'Bulletproofs',
        type: '(param i32 i32) (result i32)',
        text: encodeJson(zkCredentialProof, {
          ...decodeJson(zkCredentialProof, proofs[0]!, 'proof'),
          backend: 'Bulletproofs',
          proof: fromHex(rangeProofs.valid[4]!.proof, 'proof'),
          verificationKey: null,
          verificationKeySignature: null,
        }),
        call: (n) => drop(text(n)),
        times: 12,
      },
      {
        name: 'host_generate_zk_proof',
        of: 'Groth16',
        type: WRITTEN,
        text: JSON.stringify({
          issuer: `${issuer.did}`,
          holder: did,
          claim_type: combined.circuit,
          schema: cidOf(0x55, utf8('s')).toString(),
          backend: 'groth16',
          public_inputs: combined.public,
          proving_key: combined.proving_key,
          witness: { birth_year: 2000, threshold: 5, blinding: '01'.repeat(32) },
        }),
        call: (n) => drop(`${text(n)} ${OUT}`),
        times: 8,
      },
      {
        name: 'host_generate_zk_proof',
        of: 'Bulletproofs',
        type: WRITTEN,
        text: JSON.stringify({
          issuer: `${issuer.did}`,
          holder: did,
          claim_type: 'unknown',
          schema: cidOf(0x55, utf8('s')).toString(),
          backend: 'bulletproofs',
          witness: { value: 42, blinding: '01'.repeat(31).concat('00') },
        }),
        call: (n) => drop(`${text(n)} ${OUT}`),
        times: 4,
      },
    ],
  }
}

function loop(body: string, times: number): string {
  return `(local $i i32) (local $x i64) (local.set $x (i64.const 88172645463325252)) (loop ${body}
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${times})))) (i64.const 0)`
}

/** Arithmetic, a load and a store, each waiting for the one before: what code does when nothing can be folded. */
const ORDINARY = `(local.set $x (i64.rotl (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005))
  (i64.load (i32.and (i32.wrap_i64 (local.get $x)) (i32.const 0xfff8)))) (i64.const 13)))
  (i64.store (i32.and (i32.wrap_i64 (local.get $x)) (i32.const 0xfff8)) (local.get $x))`

const { home, cases: ordinaryCases } = await prepare()
// `--only governance`: the functions whose names hold it.
const only = process.argv.slice(2).find((_, i, all) => all[i - 1] === '--only') ?? ''
const cases = [
  ...ordinaryCases,
  ...(await smallCases(home)),
  ...(await tokenCases(home)),
  ...(await governanceCases(home)),
].filter(({ name }) => name.includes(only))
const { context, me } = home
const limits = { ...context.limits, fuel: 1_000_000_000_000n }
const modules = new Modules(context.store, limits)

async function costOf(bytes: Uint8Array): Promise<() => Promise<number>> {
  const module = await modules.prepare(bytes)
  const parent = { id: 'none', depth: 0, fuel: limits.fuel }
  const input: RunInput = {
    module,
    entry: 'run',
    fuel: limits.fuel,
    limits,
    identity: me,
    creator: me,
    now: context.time.seconds(),
    capabilities: new Set(),
    jobs: hostJobs(context, context.time.seconds(), parent),
    depth: 0,
  }
  return () =>
    context.store.read((tx) => {
      const started = process.cpuUsage()
      const { fuelUsed, failure } = execute(input, tx)
      if (failure !== null) throw new Error(failure.message)
      const { user, system } = process.cpuUsage(started)
      return ((user + system) * 1e3) / Number(fuelUsed)
    })
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
const ordinary = await costOf(guest(loop(ORDINARY, 10_000_000)))
// The first runs are made by the baseline compiler.
for (let warm = 0; warm < 5; warm++) await ordinary()
console.log(`ordinary: ${(await ordinary()).toFixed(3)} ns per unit of fuel`)
let worst = 0
for (const { name, of, type, call, text: data = '', times } of cases) {
  const imports = `(import "icn" "${name}" (func $f ${type}))`
  const measured = await costOf(guest(loop(call(data.length), times), imports, data))
  const ratios: number[] = []
  await measured()
  for (let round = 0; round < ROUNDS; round++) ratios.push((await measured()) / (await ordinary()))
  const ratio = median(ratios)
  worst = Math.max(worst, ratio)
  const what = of ?? (data.length > 200 ? `${data.length} bytes` : undefined)
  const label = what === undefined ? name : `${name} (${what})`
  console.log(
    `${label.padEnd(48)} ${ratio.toFixed(1).padStart(8)} × an ordinary instruction, per unit of fuel`,
  )
}
/** Each batch under a key of its own; more of them than prepared keys are kept. */
function batchesOf(size: number): readonly string[] {
  return proofs.slice(0, 20).map((proof) => `[${Array.from({ length: size }, () => proof)}]`)
}

/** Proofs by fresh keys, straight through the function: a guest would need as many megabytes of text. */
async function proofRatio(name: string, texts: readonly string[], what: string): Promise<number> {
  const { value, fuel } = await context.store.read((tx) => {
    const scope = new ScopedTransaction(tx)
    let fuel = 0
    const started = process.cpuUsage()
    for (const json of texts) {
      const abi = findServed(name)!
      fuel += abi.fuel + json.length * abi.fuelPerByte
      const answer = invoke(
        abi,
        {
          tx: scope,
          identity: me,
          creator: me,
          now: context.time.seconds(),
          capabilities: new Set(),
          allowance: new Allowance(),
          module: null,
          resolver: context.resolver,
          dummyProofs: false,
          jobs: hostJobs(context, context.time.seconds()),
          submitted: new Map(),
          lastError: null,
          log: () => {},
          count: () => {},
          charge: (units) => {
            fuel += units
          },
        },
        [json],
      )
      if (answer !== true) throw new Error('a proof does not hold')
    }
    const { user, system } = process.cpuUsage(started)
    return { value: (user + system) * 1e3, fuel }
  })
  console.log(
    `(one ${what}: ${(value / texts.length / 1e6).toFixed(1)} ms, ${Math.round(fuel / texts.length)} fuel)`,
  )
  return value / fuel
}

await loadProofs()
for (const [name, texts, what] of [
  ['host_verify_zk_proof', proofs, 'Groth16 check with a fresh key'],
  ['host_verify_zk_proofs', batchesOf(1), 'batch of 1, fresh key'],
  ['host_verify_zk_proofs', batchesOf(16), 'batch of 16, fresh key'],
] as const) {
  if (!name.includes(only)) continue
  await proofRatio(name, texts, what)
  const measured: number[] = []
  for (let round = 0; round < 3; round++) {
    measured.push((await proofRatio(name, texts, what)) / (await ordinary()))
  }
  worst = Math.max(worst, median(measured))
  console.log(
    `${`${name} (${what})`.padEnd(48)} ${median(measured).toFixed(1).padStart(8)} × an ordinary instruction, per unit of fuel`,
  )
}
console.log(`worst ${worst.toFixed(1)}, goal 50${worst > 50 ? ': missed' : ''}`)

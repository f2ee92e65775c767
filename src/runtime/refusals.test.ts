/** Bad input, one by one: the code, the sentence with its numbers and its place, and a store that nothing touched. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { cidOf } from '../common/cid-of.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import type { State } from '../storage/state.ts'
import { fromWat } from '../wasm/fixtures/wat.ts'
import { guest, jobJson, openDatabase, testRuntime } from './fixtures/world.ts'
import { readMesh } from './mesh-options.ts'
import { readOptions } from './options.ts'

let state: State
let runtime: IcnRuntime
beforeAll(async () => {
  state = await openDatabase()
  runtime = await testRuntime({}, { state })
})
afterAll(() => runtime.close())

const module = guest('(i64.const 1)')
const manifestCid = cidOf(0x55, utf8('m')).toString()
const job = { manifestCid, spec: { kind: 'CclWasm' }, costMana: 1n } as const
const any = <T>(value: unknown) => value as T

const CASES: readonly (readonly [
  what: string,
  act: () => Promise<unknown>,
  code: string,
  message: string | RegExp,
])[] = [
  [
    'bytes that are no module',
    () => runtime.run(utf8('no wasm')),
    'WasmExecutionError',
    /malformed in its header section at byte 0/,
  ],
  ['no bytes', () => runtime.run(new Uint8Array()), 'WasmExecutionError', /malformed/],
  [
    'a module cut short',
    () => runtime.run(module.slice(0, module.length - 3)),
    'WasmExecutionError',
    /malformed .* at byte \d+/,
  ],
  [
    'a module of 51 MB',
    () => runtime.run(new Uint8Array(53_477_376)),
    'ResourceLimitExceeded',
    /53477376.*52428800/,
  ],
  [
    'an entry it does not have',
    () => runtime.run(module, { entry: 'go' }),
    'WasmExecutionError',
    'The module exports no "go"; its functions are: "run".',
  ],
  [
    'an entry that is no function',
    () => runtime.run(module, { entry: 'memory' }),
    'WasmExecutionError',
    'The export "memory" is a memory, not a function.',
  ],
  [
    'an entry with arguments',
    () => runtime.run(fromWat('(module (func (export "run") (param i32 f64)))')),
    'WasmExecutionError',
    'The export "run" has type (i32, f64) -> (); an entry is () -> i64, () -> i32 or () -> ().',
  ],
  [
    'a repair that is none, whatever the block',
    () => runtime.dag.repair(manifestCid, any('burn')),
    'InvalidSpec',
    'repair must be report, quarantine, delete, bytes or content of a block, got the string "burn".',
  ],
  [
    'a block that is too large to be signed',
    () => runtime.dag.put({ data: new Uint8Array(1_048_513) }),
    'DagOperationFailed',
    'The block is refused: with its links, its time and its author it has 1048577 bytes, and at most 1048576 can be signed. Larger data goes into several blocks, linked from one.',
  ],
  [
    'a scope that UTF-8 cannot hold',
    () => runtime.dag.put({ data: utf8('d'), scope: '\ud800' }),
    'InvalidSpec',
    'block.scope must be a string, got the string "\\ud800", which has a lone surrogate.',
  ],
  [
    'a link whose name UTF-8 cannot hold',
    () => runtime.dag.put({ data: utf8('d'), links: [{ cid: manifestCid, name: 'a\udfff', size: 1n }] }),
    'InvalidSpec',
    'block.links[0].name must be a string, got the string "a\\udfff", which has a lone surrogate.',
  ],
  [
    'a proposal whose text UTF-8 cannot hold',
    () =>
      runtime.governance.create({
        proposalType: { GenericText: '\ud800' },
        description: 'd',
        durationSecs: 60,
      }),
    'InvalidSpec',
    'GenericText must be a string, got the string "\\ud800", which has a lone surrogate.',
  ],
  [
    'text for a host function that UTF-8 cannot hold',
    () => runtime.call('host_log', 1, '\ud800'),
    'InvalidSpec',
    'host_log takes text that UTF-8 can hold; the string "\\ud800" has a lone surrogate.',
  ],
  [
    'an entry that UTF-8 cannot hold',
    () => runtime.jobs.submit({ ...job, entry: '\ud800' }),
    'InvalidSpec',
    'entry must be the name of an export, got the string "\\ud800".',
  ],
  [
    'an entry that is not even a name',
    () => runtime.run(module, { entry: any(5) }),
    'InvalidSpec',
    'entry must be the name of an export, got the number 5.',
  ],
  [
    'a module without memory that calls the host',
    () => runtime.run(fromWat('(module (import "icn" "host_log" (func (param i32 i32))))')),
    'WasmExecutionError',
    'memory export missing: icn.host_log reads or writes the module\'s memory, which must be exported as "memory".',
  ],
  [
    'an import from elsewhere',
    () => runtime.modules.add(fromWat('(module (import "env" "abort" (func)))')),
    'WasmExecutionError',
    'The module imports func "abort" from "env"; only imports from "icn" are served.',
  ],
  [
    'a module that is not stored',
    () => runtime.run(manifestCid),
    'DagOperationFailed',
    `WASM module not found: block ${manifestCid} is not in the DAG.`,
  ],
  [
    'a module that is not bytes',
    () => runtime.modules.add(any({})),
    'InvalidSpec',
    'The module must be a Uint8Array, got an object.',
  ],
  [
    'more fuel than the limit',
    () => runtime.run(module, { fuel: 1_000_001n }),
    'InvalidSpec',
    "fuel is 1000001; this runtime's limit is 1000000.",
  ],
  [
    'negative fuel',
    () => runtime.run(module, { fuel: -1n }),
    'InvalidSpec',
    'fuel must be a bigint from 0 to 18446744073709551615, got -1n.',
  ],
  [
    'fuel as a number',
    () => runtime.run(module, { fuel: any(5) }),
    'InvalidSpec',
    /fuel must be a bigint .* got the number 5\./,
  ],
  [
    'more mana than there is',
    () => runtime.run(module, { costMana: 1_001n }),
    'Economic',
    /holds 1000, 1001 is needed\./,
  ],
  [
    'mana beyond u64',
    () => runtime.run(module, { costMana: 1n << 64n }),
    'InvalidSpec',
    /costMana must be a bigint from 0 to 18446744073709551615, got 18446744073709551616n\./,
  ],
  [
    'a request that is none',
    () => runtime.jobs.submit(any(null)),
    'InvalidSpec',
    'A job request must be an object, got null.',
  ],
  [
    'a manifest that is no CID',
    () => runtime.jobs.submit({ ...job, manifestCid: 'x' }),
    'InvalidSpec',
    /CID/,
  ],
  [
    'a standard CID',
    () =>
      runtime.jobs.submit({
        ...job,
        manifestCid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
      }),
    'InvalidSpec',
    /this is a standard CID/,
  ],
  [
    'a kind that is none',
    () => runtime.jobs.submit({ ...job, spec: { kind: any('Docker') } }),
    'InvalidSpec',
    /JobKind: one of Echo, CclWasm, GenericPlaceholder/,
  ],
  [
    'no kind',
    () => runtime.jobs.submit({ ...job, spec: any({}) }),
    'InvalidSpec',
    /field kind of JobSpec is missing/,
  ],
  [
    'half a processor',
    () =>
      runtime.jobs.submit({
        ...job,
        spec: { kind: 'CclWasm', required_resources: { cpu_cores: 0.5, memory_mb: 1 } },
      }),
    'InvalidSpec',
    /0\.5/,
  ],
  [
    'a negative wait',
    () => runtime.jobs.submit({ ...job, maxExecutionWaitMs: -1n }),
    'InvalidSpec',
    /maxExecutionWaitMs must be a bigint from 0/,
  ],
  [
    'a job nobody knows',
    () => runtime.jobs.status(manifestCid),
    'UnknownJob',
    `Job not found: ${manifestCid} is not known here.`,
  ],
  ['waiting for it', () => runtime.jobs.wait(manifestCid), 'UnknownJob', /^Job not found/],
  ['cancelling it', () => runtime.jobs.cancel(manifestCid), 'UnknownJob', /^Job not found/],
  [
    'a state that is none',
    () => runtime.jobs.list({ state: any('Lost') }),
    'InvalidSpec',
    /state must be one of Pending/,
  ],
  [
    'a receipt nobody knows',
    () => runtime.receipts.get(manifestCid),
    'MissingOrInvalidReceipt',
    `No receipt is stored under ${manifestCid}.`,
  ],
  [
    'a receipt that is no JSON',
    () => runtime.receipts.anchor('{'),
    'InvalidSpec',
    /^Failed to deserialize receipt JSON: receipt: .* at line 1, column 2/,
  ],
  [
    'a receipt that is too long',
    () => runtime.receipts.anchor(' '.repeat(65_537)),
    'InvalidSpec',
    'Receipt JSON exceeds 65536 bytes',
  ],
  [
    'job JSON that is too long',
    () => runtime.call('host_submit_mesh_job', ' '.repeat(1_048_577)),
    'InvalidSpec',
    'Job JSON exceeds 1048576 bytes',
  ],
  [
    'job JSON with a negative price',
    () => runtime.call('host_submit_mesh_job', jobJson(5n).replace('"cost_mana":5', '"cost_mana":-5')),
    'InvalidSpec',
    /job\.cost_mana: expected an integer from 0 to 18446744073709551615, got the number -5\./,
  ],
  [
    'job JSON beyond u64',
    () =>
      runtime.call(
        'host_submit_mesh_job',
        jobJson(5n).replace('"cost_mana":5', '"cost_mana":18446744073709551616'),
      ),
    'InvalidSpec',
    /the integer 18446744073709551616 does not fit 64 bits/,
  ],
  [
    'a host function nobody serves',
    () => runtime.call('host_create_budget', 1),
    'InvalidSystemApiCall',
    /serves no host function named the string "host_create_budget"/,
  ],
  [
    'a host function called wrongly',
    () => runtime.call('host_account_spend_mana', 5n),
    'InvalidSpec',
    'host_account_spend_mana takes (text, u64), got (the number 5).',
  ],
  [
    'a credit by the page',
    async () => runtime.call('host_account_credit_mana', await runtime.identity.did(), 5n),
    'PermissionDenied',
    /needs the capability "credit"/,
  ],
  ['spending nothing', () => runtime.mana.spend(0n), 'InvalidSpec', 'Spend amount must be greater than zero'],
  ['spending more than there is', () => runtime.mana.spend(5_000n), 'Economic', /holds 1000, 5000 is needed/],
  ['the balance of nobody', () => runtime.mana.balance('bob'), 'InvalidSpec', /does not start with "did:"/],
  [
    'a page of none',
    () => runtime.receipts.list({ limit: 0 }),
    'InvalidSpec',
    'limit must be a whole number from 1 to 1000, got the number 0.',
  ],
  [
    'a page of too many',
    () => runtime.dag.list({ limit: 1_001 }),
    'InvalidSpec',
    /from 1 to 1000, got the number 1001/,
  ],
  [
    'a cursor that is none',
    () => runtime.modules.list({ after: any(7) }),
    'InvalidSpec',
    /after must be the cursor/,
  ],
  [
    'a block that is none',
    () => runtime.dag.put(any(undefined)),
    'InvalidSpec',
    'block must be an object, got undefined.',
  ],
  [
    'a block without data',
    () => runtime.dag.put(any({})),
    'InvalidSpec',
    'block.data must be a Uint8Array, got undefined.',
  ],
  [
    'a link to nowhere',
    () => runtime.dag.put({ data: utf8('x'), links: [any({ cid: 'x', name: 'n', size: 1n })] }),
    'InvalidSpec',
    /CID/,
  ],
  [
    'a link without a size',
    () => runtime.dag.put({ data: utf8('x'), links: [any({ cid: manifestCid, name: 'n' })] }),
    'InvalidSpec',
    /block\.links\[0\]\.size must be a bigint/,
  ],
  [
    'a codec that is none',
    () => runtime.dag.put({ data: utf8('x'), codec: 70_000 }),
    'InvalidSpec',
    /block\.codec must be an integer from 0 to 65535/,
  ],
  [
    'pinning what is not there',
    () => runtime.dag.pin(manifestCid),
    'DagOperationFailed',
    /is not in the DAG/,
  ],
  [
    'what was aborted before it began',
    () => runtime.run(module, { signal: AbortSignal.abort() }),
    'Aborted',
    'The call was aborted by its caller.',
  ],
]

describe('refused, and nothing changed', () => {
  it.each(CASES)('%s', async (_what, act, code, message) => {
    const before = state.epoch
    const thrown = await act().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(thrown).toMatchObject({ name: 'IcnError', code })
    const said = (thrown as Error).message
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
    expect(state.epoch).toBe(before)
    expect(await runtime.mana.balance()).toBe(1_000n)
  })
})

describe('start options', () => {
  it.each([
    [{ storage: 'disk' }, 'The option storage must be one of indexeddb, memory, got the string "disk".'],
    [{ environment: 'prod' }, /environment must be one of production, development, testing/],
    [{ database: '' }, 'The option database must be a name, got the string "".'],
    [
      { identitySeed: new Uint8Array(31), environment: 'testing' },
      /identitySeed must be 32 bytes, got 31 bytes/,
    ],
    [
      { identitySeed: new Uint8Array(32) },
      /identitySeed is for the environment testing only; this one is development/,
    ],
    [{ fixedTime: 5, environment: 'production' }, /fixedTime is for the environment testing only/],
    [{ initialMana: -1n }, /initialMana must be a bigint from 0/],
    [{ limits: { fuel: 1 } }, /limits\.fuel must be a bigint/],
    [
      { limits: { memoryPages: 0 } },
      'The option limits.memoryPages must be a whole number from 1 to 65536, got the number 0.',
    ],
    [{ limits: { cores: 4 } }, /limits\.cores must be one of fuel, memoryPages/],
    [
      { manaRegeneration: { amount: 1n, intervalMs: 0 } },
      /manaRegeneration\.intervalMs must be a whole number from 10/,
    ],
    [
      { integrityCheck: { intervalMs: 100, repair: 'pray' } },
      /integrityCheck\.repair must be one of report, quarantine, delete/,
    ],
    [null, /options must be an object/],
  ])('%o', (options, message) => {
    expect(() => readOptions(any(options))).toThrow(message)
  })

  it.each([
    [null, 'The option mesh must be an object, got null.'],
    ['local', 'The option mesh must be an object, got the string "local".'],
    [{ kind: 'lan' }, /mesh\.kind must be one of local, broadcast-channel, port/],
  ])('mesh %o', (mesh, message) => {
    expect(() => readMesh(any(mesh))).toThrow(message)
  })
})

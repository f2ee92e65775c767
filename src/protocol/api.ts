/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The surface of the runtime as its users see it, in one place for both sides of the worker boundary. The in-thread
 * runtime (runtime/) implements `IcnRuntime`; the page's client implements it by passing each call to the worker. What
 * crosses the boundary is plain data: CIDs and DIDs are strings here, u64 values are bigint.
 *
 * Every method rejects with `IcnError` only and settles even when the worker dies; all but `call` take a trailing `{ signal }`.
 */
import type {
  DagBlockData,
  DagLinkData,
  DagListItem,
  ExaminedBlock,
  ImportProgress,
  ImportResult,
  QuarantinedBlock,
  RepairAnswer,
  VerifyAllOptions,
  VerifyAllResult,
} from './api/dag.ts'
import type {
  Member,
  ProposalInfo,
  ProposalRequest,
  ProposalStatus,
  SystemParameter,
  VoteOption,
} from './api/governance.ts'
import type { RuntimeEventName, RuntimeEvents, RuntimeInspection } from './api/inspection.ts'
import type { JobHistory, JobRequest, JobState, JobStatus, WaitOptions } from './api/jobs.ts'
import type { ManaAudit, ManaEntry } from './api/mana.ts'
import type { MeshStatistics, SyncOptions, SyncProgress } from './api/mesh.ts'
import type {
  ImportedReceipt,
  ReceiptVerification,
  StoredReceipt,
  VerifyReceiptsOptions,
  VerifyReceiptsResult,
} from './api/receipts.ts'
import type { ModuleInfo, RunOptions, RunResult } from './api/runs.ts'
import type { BlockProof } from './api/start.ts'
import type { CallOptions, CidString, DidString, JobId, Listing, Page } from './api/values.ts'

export type * from './api/dag.ts'
export type * from './api/governance.ts'
export type * from './api/inspection.ts'
export type * from './api/jobs.ts'
export type * from './api/mana.ts'
export type * from './api/mesh.ts'
export type * from './api/receipts.ts'
export type * from './api/runs.ts'
export type * from './api/start.ts'
export type * from './api/values.ts'

/**
 * A node: its identity, ledger, contracts and blocks. Every method settles, also when the worker dies, and rejects with
 * `IcnError` only: besides what each names, `InvalidSpec` for an argument of the wrong shape, `Serialization` for one that
 * is no plain data, `Aborted` by its `signal`, `Closed` after `close`, `WorkerCrashed`, and `QuotaExceeded` or
 * `StorageUnavailable` where something is written.
 */
export interface IcnRuntime {
  /** Who this node is. Its Ed25519 key stays in the database and cannot be read out of it. */
  readonly identity: {
    /** This node's did:key. */
    did(options?: CallOptions): Promise<DidString>
  }
  /**
   * Contracts, kept as blocks of the DAG under the CID of their bytes.
   * @example
   * const { cid, imports, warnings } = await runtime.modules.add(bytes)
   */
  readonly modules: {
    /**
     * Validates and stores a module. One that is there already is left as it is.
     * @throws IcnError WasmExecutionError for bytes that are no module or use what is refused, ResourceLimitExceeded for one
     * beyond the validator's limits (ref §10.1); `data` has the reason, and section and offset in bytes
     */
    add(bytes: Uint8Array, options?: CallOptions): Promise<ModuleInfo>
    /** The same without storing anything. @throws IcnError as `add` */
    inspect(bytes: Uint8Array, options?: CallOptions): Promise<ModuleInfo>
    /** Undefined for what is not stored. */
    get(cid: CidString, options?: CallOptions): Promise<ModuleInfo | undefined>
    /** Modules stored here, in the order of their CIDs. */
    list(page?: Page & CallOptions): Promise<Listing<ModuleInfo>>
  }
  /**
   * Stores the module, submits a job for it, runs it and waits for the end. A run that traps or is stopped resolves, with
   * `success: false`, a signed receipt and its mana refunded.
   * @example
   * const { result, fuelUsed, receiptCid } = await runtime.run(bytes, { fuel: 500_000n })
   * @throws IcnError as `modules.add`; Economic without the mana; ExecutionTimeout when the run took longer than `limits.executionMs`
   */
  run(module: CidString | Uint8Array, options?: RunOptions): Promise<RunResult>
  /**
   * Work to be done and paid for, here or by another node of the mesh.
   * @example
   * const id = await runtime.jobs.submit({ manifestCid, spec: { kind: 'CclWasm' }, costMana: 10n })
   * const { state, receiptCid } = await runtime.jobs.wait(id)
   */
  readonly jobs: {
    /**
     * Takes the mana, writes the job and answers; the job ends later, once, in `Completed`, `Failed` or `Cancelled`.
     * @returns the job's id, the CID of its block
     * @throws IcnError InvalidSpec, Economic without the mana
     */
    submit(request: JobRequest, options?: CallOptions): Promise<JobId>
    /** @throws IcnError UnknownJob */
    status(jobId: JobId, options?: CallOptions): Promise<JobStatus>
    /** Resolves when the job is in a terminal state. @throws IcnError UnknownJob */
    wait(jobId: JobId, options?: WaitOptions): Promise<JobStatus>
    /** Newest first, of one state when it is given. */
    list(page?: Page & { readonly state?: JobState } & CallOptions): Promise<Listing<JobStatus>>
    /** What happened to it, from the blocks that tell of it. @throws IcnError UnknownJob */
    history(jobId: JobId, options?: CallOptions): Promise<JobHistory>
    /**
     * Ends a job whose end is not committed yet; its mana goes back. An executor elsewhere is told: one that has not begun
     * drops it, one that is in the middle of the run is not paid.
     * @throws IcnError UnknownJob, InvalidJobState when it has already ended
     */
    cancel(jobId: JobId, options?: CallOptions): Promise<JobStatus>
  }
  /**
   * Signed proofs of what ran.
   * @example
   * const { signatureValid, run } = await runtime.receipts.get(receiptCid)
   * const { status } = await runtime.receipts.verify(receiptCid)
   */
  readonly receipts: {
    /** @throws IcnError MissingOrInvalidReceipt when none is stored under the CID */
    get(cid: CidString, options?: CallOptions): Promise<StoredReceipt>
    /** Newest first. */
    list(page?: Page & CallOptions): Promise<Listing<StoredReceipt>>
    /**
     * Takes in a receipt of a job of this node: signature, executor and job are checked, its block is stored, the executor's
     * reputation follows.
     * @param receiptJson the receipt as ICN writes it (ref §2.7)
     * @returns the CID of the receipt's block
     * @throws IcnError InvalidSpec, SignatureError, UnknownJob, InvalidJobState, PermissionDenied
     */
    anchor(receiptJson: string, options?: CallOptions): Promise<CidString>
    /**
     * Makes the run again from its execution record and compares every byte, whichever node made it.
     * @throws IcnError MissingOrInvalidReceipt when no receipt is stored under the CID
     */
    verify(cid: CidString, options?: CallOptions): Promise<ReceiptVerification>
    /**
     * Verifies every receipt stored, oldest first; other calls go on meanwhile.
     * @throws IcnError Aborted with `data.checked`
     */
    verifyAll(options?: VerifyReceiptsOptions): Promise<VerifyReceiptsResult>
    /**
     * The receipt with its record, job and module as one file (docs/execution-record.md), for `importAndVerify` anywhere.
     * Equal receipts have equal files.
     * @throws IcnError MissingOrInvalidReceipt when it is unknown, or lacks a record or a block (`incomplete`)
     */
    export(cid: CidString, options?: CallOptions): Promise<Uint8Array>
    /**
     * Verifies a receipt from its file alone. One that is verified is kept and listed; nothing else changes.
     * @throws IcnError DagOperationFailed `badExport` with `data.offset` when a byte of the file is not as it was written
     */
    importAndVerify(file: Uint8Array, options?: CallOptions): Promise<ImportedReceipt>
  }
  /** The ledger. Amounts are whole mana. */
  readonly mana: {
    /** Of this node when no DID is given; 0 for an account that has never been credited. */
    balance(did?: DidString, options?: CallOptions): Promise<bigint>
    /** Takes mana from this node's account. @returns what is left @throws IcnError Economic without the mana */
    spend(amount: bigint, options?: CallOptions): Promise<bigint>
    /** In the order of their DIDs. */
    accounts(
      page?: Page & CallOptions,
    ): Promise<Listing<{ readonly did: DidString; readonly balance: bigint }>>
    /** What was booked on an account, newest first; this node's when no DID is given. */
    history(page?: Page & { readonly did?: DidString } & CallOptions): Promise<Listing<ManaEntry>>
    /** One regeneration tick now; how much was credited in all. */
    regenerate(options?: CallOptions): Promise<bigint>
    /** Rebuilds every balance and the totals from the journal and compares; in slices, others go on meanwhile. */
    audit(options?: CallOptions): Promise<ManaAudit>
  }
  /** What a node has earned by its receipts, proofs and decisions (ref §5). */
  readonly reputation: {
    /** 0 for one nobody has heard of. */
    get(did: DidString, options?: CallOptions): Promise<bigint>
  }
  /**
   * Zero-knowledge proofs (docs/zk.md), as JSON in ICN's form (ref §2.10). Mana is taken when a proof holds or is made, and
   * given back in every other case.
   * @example
   * const proof = await runtime.zk.generate(JSON.stringify({
   *   issuer: did, holder: did, claim_type: 'range', schema, backend: 'bulletproofs', witness: { value: 42 },
   * }))
   * await runtime.zk.verify(proof) // true
   */
  readonly zk: {
    /**
     * Whether a ZkCredentialProof holds.
     * @throws IcnError InvalidSpec with `data.reason` for one that cannot be judged; Economic without the mana
     */
    verify(proof: string, options?: CallOptions): Promise<boolean>
    /** Whether a ZkRevocationProof holds. @throws IcnError as `verify` */
    verifyRevocation(proof: string, options?: CallOptions): Promise<boolean>
    /**
     * Makes a proof.
     * @returns a ZkCredentialProof, for `verify`
     * @throws IcnError InvalidSpec with `data.reason` when it cannot be made or would not be true; Economic
     * without the mana
     */
    generate(request: string, options?: CallOptions): Promise<string>
  }
  /**
   * Decisions of the co-operative whose members this database knows; this node acts as its own member.
   * @example
   * const id = await runtime.governance.create({
   *   proposalType: { GenericText: 'Open on Sundays' }, description: 'Sundays', durationSecs: 86_400,
   * })
   * await runtime.governance.openVoting(id)
   * await runtime.governance.castVote({ proposalId: id, option: 'Yes' })
   */
  readonly governance: {
    /**
     * Costs 10 mana, when it is accepted. Voting is opened by a call of its own.
     * @returns the proposal's id
     * @throws IcnError InvalidSpec, PermissionDenied for a non-member, Economic
     */
    create(request: ProposalRequest, options?: CallOptions): Promise<string>
    /** @throws IcnError InvalidSpec, PermissionDenied for all but the proposer, InvalidJobState */
    openVoting(id: string, options?: CallOptions): Promise<ProposalStatus>
    /**
     * Costs 1 mana, when it is accepted. Another vote takes the place of the one before.
     * @throws IcnError InvalidSpec, PermissionDenied for a non-member, InvalidJobState, Economic
     */
    castVote(
      vote: { readonly proposalId: string; readonly option: VoteOption | Lowercase<VoteOption> },
      options?: CallOptions,
    ): Promise<void>
    /**
     * Ends the voting and counts: the proposer at any time, every member from the deadline on.
     * @throws IcnError InvalidSpec, PermissionDenied
     */
    close(id: string, options?: CallOptions): Promise<ProposalStatus>
    /**
     * Puts an accepted proposal into effect on this node, once.
     * @throws IcnError InvalidJobState when it is not accepted, ProcessingFailure when it could not take effect and is
     * `Failed`; either costs the proposer one reputation, once. InvalidSpec, PermissionDenied
     */
    execute(id: string, options?: CallOptions): Promise<ProposalStatus>
    /** Stands behind a proposal where the rules ask for sponsors. @throws IcnError as openVoting */
    sponsor(id: string, options?: CallOptions): Promise<ProposalStatus>
    /** Stops an accepted proposal while it waits. @throws IcnError PermissionDenied, InvalidJobState, InvalidSpec */
    veto(id: string, reason: string, options?: CallOptions): Promise<ProposalStatus>
    /** Lends this node's vote to a member, for every proposal on which it casts none. @throws IcnError PermissionDenied, InvalidSpec */
    delegate(to: DidString, options?: CallOptions): Promise<void>
    /** Takes the vote back. @throws IcnError PermissionDenied for a non-member */
    revokeDelegation(options?: CallOptions): Promise<void>
    /** Undefined when it is unknown. */
    get(id: string, options?: CallOptions): Promise<ProposalInfo | undefined>
    /** Newest first. */
    list(page?: Page & CallOptions): Promise<Listing<ProposalInfo>>
    /** In the order of their DIDs; `total` counts them all. */
    members(page?: Page & CallOptions): Promise<Listing<Member> & { readonly total: number }>
    /** System parameters that proposals have set. */
    parameters(page?: Page & CallOptions): Promise<Listing<SystemParameter>>
  }
  /**
   * Blocks under their content's CID, and what they link to.
   * @example
   * const cid = await runtime.dag.put({ data: new TextEncoder().encode('hello') })
   * await runtime.dag.pin(cid)
   */
  readonly dag: {
    /**
     * Stores a block. The same content twice is one block.
     * @param block.codec multicodec of the CID, 0x71 (dag-cbor) when absent, as ICN has it
     * @param block.proof where the runtime was started with `blockProofs`
     * @param block.data at most 1 MiB less some hundred bytes: a larger block cannot be signed. Link several instead
     * @throws IcnError DagOperationFailed for links that are ambiguous or a block over its size; PermissionDenied without
     * the proof that `blockProofs` asks for
     */
    put(
      block: {
        readonly data: Uint8Array
        readonly links?: readonly DagLinkData[]
        readonly codec?: number
        readonly scope?: string
        readonly proof?: BlockProof
      },
      options?: CallOptions,
    ): Promise<CidString>
    /** Undefined when it is not stored. @throws IcnError DagOperationFailed when what is stored is not what the CID says */
    get(cid: CidString, options?: CallOptions): Promise<DagBlockData | undefined>
    /** Whether a block is stored under the CID. */
    has(cid: CidString, options?: CallOptions): Promise<boolean>
    /** Newest first, by when they came into this store. */
    list(page?: Page & CallOptions): Promise<Listing<DagListItem>>
    /** Keeps a block, and all it links to, from being pruned. @throws IcnError DagOperationFailed when it is unknown */
    pin(cid: CidString, options?: CallOptions): Promise<void>
    /** @throws IcnError DagOperationFailed when it is unknown */
    unpin(cid: CidString, options?: CallOptions): Promise<void>
    /** One hash over all blocks: two nodes with the same blocks have the same. Hexadecimal. */
    root(options?: CallOptions): Promise<string>
    /**
     * When the block may be pruned, absolute, in seconds since the epoch; null: never.
     * @throws IcnError DagOperationFailed when it is unknown
     */
    setTtl(cid: CidString, ttl: bigint | number | null, options?: CallOptions): Promise<void>
    /**
     * Removes the blocks whose time is over, except pinned ones and all that pinned ones link to, however far down.
     * @param options.now seconds since the epoch; the runtime's clock when absent
     * @returns what was removed
     */
    prune(options?: { readonly now?: bigint | number } & CallOptions): Promise<readonly CidString[]>
    /**
     * Checks every block against its CID, in slices that other calls pass between.
     * @throws IcnError Aborted; DagOperationFailed `wrongReplacement` when a replacement is not the block
     */
    verifyAll(options?: VerifyAllOptions): Promise<VerifyAllResult>
    /** What is stored under a CID, sound or not. */
    examine(cid: CidString, options?: CallOptions): Promise<ExaminedBlock | undefined>
    /**
     * Repairs one bad block; a sound one is left alone. A block that is gone can be put back by its content.
     * @returns whether nothing bad is stored under the CID any more
     * @throws IcnError DagOperationFailed `wrongReplacement`
     */
    repair(cid: CidString, answer: RepairAnswer, options?: CallOptions): Promise<boolean>
    /** Blocks that were moved aside. */
    quarantined(page?: Page & CallOptions): Promise<Listing<QuarantinedBlock>>
    /**
     * The whole node as one file (docs/export-format.md), made while it is read: blocks, accounts, journal, jobs,
     * receipts. The identity's key is not in it. Damaged blocks are left out and named in its end record.
     * @example await (await runtime.dag.export()).pipeTo(await fileHandle.createWritable())
     */
    export(options?: CallOptions): Promise<ReadableStream<Uint8Array>>
    /** The DAG as a CARv1 file for IPLD tools (docs/export-format.md). It is not read back by `import`. */
    exportCar(options?: CallOptions): Promise<ReadableStream<Uint8Array>>
    /**
     * Takes an export in. Every block is verified before any counts; state is restored into a new database only.
     * @throws IcnError DagOperationFailed `badExport` with `data.offset`, the place of the first bad record; nothing of
     * the file was taken then. Aborted, QuotaExceeded, ResourceLimitExceeded `tooMuchState`
     */
    import(
      stream: ReadableStream<Uint8Array>,
      options?: { readonly onProgress?: (progress: ImportProgress) => void } & CallOptions,
    ): Promise<ImportResult>
  }
  /** The other nodes (docs/mesh.md). */
  readonly mesh: {
    /** Nodes heard of within the last 45 s. */
    peers(options?: CallOptions): Promise<readonly DidString[]>
    /** What went over the network since the start. */
    stats(options?: CallOptions): Promise<MeshStatistics>
    /**
     * Asks peers for what this node lacks: statements of governance, receipts of members, blocks. It happens of itself
     * when a peer is met and three times a minute; this is one round more, with up to eight peers in turn. Alone it does nothing.
     * @throws IcnError Aborted
     */
    sync(options?: SyncOptions): Promise<SyncProgress>
  }
  /**
   * Any served host function by its ABI name, under the same rules as a guest. Strings stand for (ptr, len) pairs, and
   * bytes where a function takes bytes.
   * @returns text, bytes, a bigint, a number, a boolean or a list of texts, by function (docs/host-abi.md); null for none
   * @throws IcnError InvalidSystemApiCall for a name that is not served, InvalidSpec for arguments it does not take, or the
   * function's refusal
   */
  call(name: string, ...args: readonly (string | number | bigint | Uint8Array)[]): Promise<unknown>
  /** A snapshot of versions, limits, counters and storage. */
  inspect(options?: CallOptions): Promise<RuntimeInspection>
  /**
   * Hears what happens on this database, in every tab. What happened in other tabs while the worker was replaced
   * (`restart`) is not made up for: read what is shown again then.
   * @returns ends it
   * @example const stop = runtime.on('receipt', ({ cid }) => console.log(cid))
   */
  on<E extends RuntimeEventName>(event: E, listener: (detail: RuntimeEvents[E]) => void): () => void
  /**
   * Calls under way and later ones reject with `Closed`; what the worker had begun of them is still done whole or not at
   * all, then it ends and the database is free.
   */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The surface of the runtime as its users see it, in one place for both sides of the worker boundary. The in-thread
 * runtime (runtime/) implements `IcnRuntime`; the page's client implements it by passing each call to the worker. What
 * crosses the boundary is plain data: CIDs and DIDs are strings here, u64 values are bigint.
 *
 * Every method rejects with `IcnError` only, takes a trailing `{ signal }` and settles even when the worker dies.
 */
import type { FuelProfile, FuelTableId, ModuleInspection } from '../wasm/types.ts'

/** ICN CID in its base32 string form (ref §3.1). */
export type CidString = string
/** DID in its string form (ref §2.2). */
export type DidString = string
/** A job's id: the job CID's string. */
export type JobId = CidString

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface Page {
  /** Cursor: the `next` of the page before. */
  readonly after?: string
  /** Most items to return, 1 to 1,000; 50 when absent. */
  readonly limit?: number
}

export interface Listing<T> {
  readonly items: readonly T[]
  /** Cursor for the next page; absent at the end. */
  readonly next?: string
}

// --- starting ---------------------------------------------------------------------------------------------------

export type Environment = 'production' | 'development' | 'testing'

export interface RunLimits {
  /** Fuel of one run. 1,000,000. */
  readonly fuel: bigint
  /** Linear memory, 64 KiB pages. 160. */
  readonly memoryPages: number
  /** Call depth, weighted by frame size. 1,024. */
  readonly callDepth: number
  /** Wall-clock limit of one run, ms; the worker is terminated and restarted beyond it. 30,000. */
  readonly executionMs: number
  /** Largest module, bytes. 52,428,800. */
  readonly moduleBytes: number
}

export interface ManaRegeneration {
  readonly amount: bigint
  readonly intervalMs: number
  /** No account is lifted above it. A `mana_max_capacity` that governance has set goes before it. */
  readonly cap?: bigint
}

export interface IntegrityCheck {
  readonly intervalMs: number
  readonly repair: 'report' | 'quarantine' | 'delete'
}

/** How a node of a mesh offers its jobs, and whether it takes those of others. */
export interface MeshTerms {
  /** How long bids for a job are waited for, ms. 10,000. */
  readonly bidWindowMs?: number
  /** How long a receipt is waited for when the job does not say, ms. 30,000. */
  readonly receiptWaitMs?: number
  /** How often an executor is told again that it has the job, until its receipt comes, ms. 5,000. */
  readonly noticeEveryMs?: number
  /** How long each answer is waited for when a submitter is asked for a job, a contract or a piece of one, ms. 5,000. */
  readonly blockWaitMs?: number
  /** How long the blocks are waited for that an executor offers with its receipt, ms. 2,000. */
  readonly evidenceWaitMs?: number
  /**
   * Whether contracts are paid for only when the executor gives the record of the run, from which it is made again here.
   * ICN's own nodes give none. false.
   */
  readonly requireRecord?: boolean
  /** Whether this node bids for the jobs of others. true. */
  readonly bid?: boolean
}

/** Every page of the origin that joined under the same name is a peer. */
export interface ChannelMesh extends MeshTerms {
  readonly kind: 'broadcast-channel'
  /** `icn-global`. */
  readonly name?: string
}

/**
 * A network on the page's thread, such as `libp2pMesh` of `icn-runtime-web/mesh/libp2p` makes. It carries bytes; the
 * runtime signs what it sends and believes nothing that it hears. It serves one runtime and is closed with it.
 */
export interface MeshPort {
  readonly kind: 'port'
  readonly terms?: MeshTerms
  /** The runtime's end. A runtime that replaces its worker asks again; with the new worker's first word the old port is left. */
  connect(): MessagePort
  close(): Promise<void>
}

/** `local`: no peers. */
export type MeshOptions = { readonly kind: 'local' } | ChannelMesh | MeshPort

/** Options that cross into the worker as plain data. */
export interface RuntimeOptions {
  /** IndexedDB name; one ledger, one DAG, one identity per database. `icn-runtime`. */
  readonly database?: string
  readonly storage?: 'indexeddb' | 'memory'
  readonly environment?: Environment
  /** 32 bytes; `testing` only. */
  readonly identitySeed?: Uint8Array
  /** A fixed clock, seconds since the epoch; `testing` only. */
  readonly fixedTime?: number
  /** Credited once, when the database is new. 1,000. */
  readonly initialMana?: bigint
  readonly manaRegeneration?: ManaRegeneration | false
  readonly integrityCheck?: IntegrityCheck | false
  readonly limits?: Partial<RunLimits>
  /** Most jobs under way at once, 1 to 512: their guests run one after the other, their commits together. 64. */
  readonly jobsInFlight?: number
  readonly governance?: GovernanceOptions
  readonly mesh?: MeshOptions
  /** Whoever puts a block must bring a proof (docs/zk.md). Nobody must when absent. */
  readonly blockProofs?: BlockProofOptions
}

export interface BlockProofOptions {
  /** Whose credentials count, at least one. */
  readonly issuers: readonly DidString[]
}

/** What a block is put with where the option `blockProofs` asks for it. */
export interface BlockProof {
  /** `ZkCredentialProof` JSON, about this node. */
  readonly credential: string
  /** `ZkRevocationProof` JSON: that the credential has not been revoked. */
  readonly revocation?: string
}

// --- modules ----------------------------------------------------------------------------------------------------

export interface ModuleInfo extends ModuleInspection {
  readonly cid: CidString
  /** Bytes of the metered module. */
  readonly meteredSize: number
  /** What the module declares it needs, in its section `icn:capabilities`; a run gets no more than that. */
  readonly capabilities?: RunCapabilities
}

// --- jobs -------------------------------------------------------------------------------------------------------

export type JobKind = 'CclWasm' | 'GenericPlaceholder' | { readonly Echo: { readonly payload: string } }

/** ref §2.5; all but `kind` default as there. */
export interface JobSpecInput {
  readonly kind: JobKind
  readonly inputs?: readonly CidString[]
  readonly outputs?: readonly string[]
  readonly required_resources?: {
    readonly cpu_cores: number
    readonly memory_mb: number
    readonly storage_mb?: number
  }
  readonly required_capabilities?: readonly string[]
  readonly required_trust_scope?: string | null
  readonly min_executor_reputation?: bigint | null
  readonly allowed_federations?: readonly string[]
}

/** What a run may do through the host. Absent or null: not limited beyond the ordinary rules; credit stays denied. */
export interface RunCapabilities {
  /** Names of the host functions it may call. */
  readonly calls?: readonly string[] | null
  /** Mana the node's account may lose by its calls; more ends the run. */
  readonly mana?: bigint | null
  /** Bytes of blocks, contract state, jobs and receipts it may store. */
  readonly storeBytes?: number | null
  /** Jobs it may submit. */
  readonly jobs?: number | null
}

export interface JobRequest {
  readonly manifestCid: CidString
  readonly spec: JobSpecInput
  /** Mana offered for the job before the reputation discount (ref §4.2). */
  readonly costMana: bigint
  readonly maxExecutionWaitMs?: bigint
  /** Export to call; `run` when absent. */
  readonly entry?: string
  /** Fuel budget, at most the runtime's limit. */
  readonly fuel?: bigint
  /** What the run may do; everything but credit when absent, and never more than the module declares. */
  readonly capabilities?: RunCapabilities
  /**
   * Who runs it: this node, or the best bidder of the mesh. Without it a `CclWasm` job runs here, and others go to the mesh
   * where the runtime has one.
   */
  readonly via?: 'local' | 'mesh'
}

export type JobState = 'Pending' | 'Assigned' | 'Completed' | 'Failed' | 'Cancelled'

export interface JobStatus {
  readonly jobId: JobId
  readonly manifestCid: CidString
  readonly kind: 'CclWasm' | 'GenericPlaceholder' | 'Echo'
  readonly state: JobState
  readonly creator: DidString
  readonly executor?: DidString
  /** Mana held for the job after the reputation discount. */
  readonly costMana: bigint
  /** Seconds since the epoch. */
  readonly submittedAt: number
  readonly finishedAt?: number
  readonly receiptCid?: CidString
  readonly resultCid?: CidString
  /** Why it failed: a full sentence, its error code and `data.reason`. */
  readonly failure?: { readonly code: string; readonly message: string; readonly reason?: string }
  /** The job that submitted this one from inside a run. */
  readonly parentJob?: JobId
  /** What the executor of a job of the mesh last said of it: stage, percent done, seconds since the epoch. */
  readonly progress?: { readonly stage: string; readonly percent: number; readonly at: number }
}

/** ICN's status of a job (ref §2.9); the last three are ends. */
export type JobLifecycleStatus =
  | 'Submitted'
  | 'BiddingOpen'
  | 'BiddingClosed'
  | 'Assigned'
  | 'Executing'
  | 'Completed'
  | 'Failed'
  | 'Cancelled'

/** One thing that happened to a job, as a block of the DAG has it. */
export interface JobHistoryEntry {
  readonly kind: 'submitted' | 'bid' | 'assignment' | 'checkpoint' | 'receipt' | 'state'
  /** The block. */
  readonly cid: CidString
  /** Seconds since the epoch. */
  readonly at: number
  /** Whose doing it is: the submitter's, the bidder's, the executor's. */
  readonly by: DidString
  /** Of a bid: what it asks. Of an assignment: what is agreed. Mana. */
  readonly priceMana?: bigint
  /** Of an assignment. */
  readonly executor?: DidString
  /** Of a checkpoint. */
  readonly stage?: string
  /** Of a checkpoint, 0 to 100. */
  readonly percent?: number
  /** Of a receipt. */
  readonly success?: boolean
  /** Of a change of status. */
  readonly from?: JobLifecycleStatus
  readonly to?: JobLifecycleStatus
}

export interface JobHistory {
  readonly jobId: JobId
  readonly status: JobLifecycleStatus
  /** Oldest first. Blocks that were pruned are left out. Of a job that was run here: the job and its receipt. */
  readonly entries: readonly JobHistoryEntry[]
}

// --- runs -------------------------------------------------------------------------------------------------------

/** A host call a guest made, in order. */
export interface HostCallTrace {
  readonly name: string
  /** Wasm arguments as passed. */
  readonly args: readonly (number | bigint)[]
  /** What the pointers meant, decoded, shortened for display. */
  readonly detail?: string
  readonly result?: number | bigint
  /** Message of the refusal, when the call was refused. */
  readonly error?: string
  readonly fuel: bigint
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

export interface RunOptions extends CallOptions {
  /** Fuel budget, at most the runtime's limit. */
  readonly fuel?: bigint
  /** Export to call; `run` when absent. Type () → i64 or i32 or nothing. */
  readonly entry?: string
  /** Mana offered; the runtime's price for a local run (10) when absent. */
  readonly costMana?: bigint
  /** What the run may do; everything but credit when absent, and never more than the module declares. */
  readonly capabilities?: RunCapabilities
  /** Count fuel by function and loop too: slower, and otherwise the same run with the same record. False when absent. */
  readonly profile?: boolean
}

/**
 * How a run ended. A run that was stopped or trapped is a result too: its job is `Failed`, its mana refunded, its
 * receipt signed with `success: false`.
 */
export interface RunResult {
  readonly jobId: JobId
  readonly success: boolean
  readonly receipt: ExecutionReceipt
  readonly receiptCid: CidString
  /** The entry's value: i64 as bigint, i32 widened; null without a result or on failure. */
  readonly result: bigint | null
  readonly failure?: {
    readonly code: string
    readonly message: string
    readonly reason?: string
    /** Where it happened, as the engine tells it; for people, and no part of any record or receipt. */
    readonly function?: string
  }
  readonly fuelUsed: bigint
  readonly fuelTable: FuelTableId
  readonly manaCharged: bigint
  readonly memoryPeakPages: number
  readonly hostCalls: readonly HostCallTrace[]
  readonly logs: readonly LogLine[]
  /** Wall clock of the run in ms; not part of any record. */
  readonly elapsedMs: number
  /** Present when the run was asked for with `profile`, unless its worker died and it was made again. No part of any record. */
  readonly profile?: FuelProfile
}

// --- receipts ---------------------------------------------------------------------------------------------------

/** ref §2.7, with CIDs and DIDs as strings and the signature as bytes. */
export interface ExecutionReceipt {
  readonly jobId: CidString
  readonly executor: DidString
  readonly resultCid: CidString
  readonly cpuMs: bigint
  readonly success: boolean
  readonly signature: Uint8Array
}

export interface StoredReceipt {
  readonly cid: CidString
  readonly receipt: ExecutionReceipt
  /** Checked strictly each time it is read (ref §3.5). */
  readonly signatureValid: boolean
  /** Seconds since the epoch, of the anchoring block. */
  readonly anchoredAt: number
  /** Bytes the signature covers, field by field. */
  readonly signedFields: readonly {
    readonly name: string
    readonly value: string
    readonly bytes: Uint8Array
  }[]
  /** Present where an execution record is stored. `manaCharged` is 0 for a run that was imported. */
  readonly run?: {
    readonly moduleCid: CidString
    readonly recordCid: CidString
    readonly fuelUsed: bigint
    readonly fuelTable: FuelTableId
    readonly manaCharged: bigint
    readonly memoryPeakPages: number
    readonly result: bigint | null
    readonly hostCalls: readonly HostCallTrace[]
    readonly logs: readonly LogLine[]
    readonly failure?: {
      readonly code: string
      readonly message: string
      readonly reason?: string
      /** Known to the node that ran it. */
      readonly function?: string
    }
  }
}

/** What making a run again showed. `reason` is a full sentence. */
export type ReceiptVerification =
  | { readonly status: 'verified' }
  | { readonly status: 'mismatch'; readonly field: string; readonly expected: string; readonly got: string }
  | { readonly status: 'notReplayable'; readonly reason: string }

export interface ReceiptsProgress {
  readonly checked: number
  readonly verified: number
  readonly mismatched: number
  readonly notReplayable: number
}

export interface VerifyReceiptsOptions extends CallOptions {
  readonly onProgress?: (progress: ReceiptsProgress) => void
}

/** `failed` tells the first 1,000 that were not verified. */
export interface VerifyReceiptsResult extends ReceiptsProgress {
  readonly failed: readonly (Exclude<ReceiptVerification, { readonly status: 'verified' }> & {
    readonly cid: CidString
  })[]
}

/** `receiptCid`: of the block that the record links to, under which a verified receipt is kept. */
export type ImportedReceipt = ReceiptVerification & { readonly receiptCid: CidString }

// --- mana, reputation -------------------------------------------------------------------------------------------

export type ManaCause =
  | 'initial'
  | 'spend'
  | 'credit'
  | 'escrow'
  | 'payment'
  | 'refund'
  | 'regeneration'
  | 'governance'
  | 'zk'

export interface ManaEntry {
  readonly seq: number
  readonly did: DidString
  /** Signed change. */
  readonly amount: bigint
  readonly balance: bigint
  readonly cause: ManaCause
  /** Job id, proposal id or the like. */
  readonly reference?: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** The ledger as its journal makes it, beside what it says. Sound when `faults` is empty. */
export interface ManaAudit {
  readonly accounts: number
  readonly entries: number
  /** `did` is absent for a total. At most 100 are named. */
  readonly faults: readonly { readonly did?: DidString; readonly reason: string }[]
}

// --- governance -------------------------------------------------------------------------------------------------

/** Rules of a co-operative. Given ones replace those of the database; a proposal keeps the rules it was made under. */
export interface GovernanceOptions {
  /** First members of a new database. This node alone. */
  readonly members?: readonly DidString[]
  /** Counted votes a decision needs when its proposal names no other number. 1. */
  readonly quorum?: bigint
  /** Share of Yes among counted votes, above 0 and at most 1, when its proposal names no other. 0.5. */
  readonly threshold?: number
  /** Members who must stand behind a proposal before voting opens, the proposer among them. 1. */
  readonly minSponsors?: number
  /** Seconds an accepted proposal waits before it can be executed. 0. */
  readonly timelockSecs?: bigint
  /** Seconds after acceptance in which a veto counts. 0. */
  readonly vetoGraceSecs?: bigint
  /** Who may veto. Nobody. */
  readonly vetoMembers?: readonly DidString[]
}

/** ref §2.12, with CIDs and DIDs as strings. */
export type ProposalType =
  | { readonly GenericText: string }
  | { readonly SystemParameterChange: readonly [key: string, value: string] }
  | { readonly NewMemberInvitation: DidString }
  | { readonly RemoveMember: DidString }
  | { readonly SoftwareUpgrade: string }
  | { readonly BudgetAllocation: readonly [recipient: DidString, amount: bigint, purpose: string] }
  | {
      readonly Resolution: {
        readonly actions: readonly (
          | { readonly PauseCredential: CidString }
          | { readonly FreezeReputation: DidString }
        )[]
      }
    }

export type ProposalStatus =
  | 'Pending'
  | 'PendingSponsorship'
  | 'VotingOpen'
  | 'AcceptedTimelock'
  | 'Accepted'
  | 'Rejected'
  | 'Vetoed'
  | 'Executed'
  | 'Failed'

export type VoteOption = 'Yes' | 'No' | 'Abstain'

export interface ProposalRequest {
  readonly proposalType: ProposalType
  /** At most 4,096 bytes of UTF-8. */
  readonly description: string
  /** From now to the deadline, which opening the voting does not move. */
  readonly durationSecs: bigint | number
  /** Counted votes needed, 1 or more; the rules' when absent. */
  readonly quorum?: bigint | number
  /** Above 0 and at most 1; the rules' when absent. */
  readonly threshold?: number
  /** A longer text, kept as a block of the DAG; at most 65,536 bytes. */
  readonly body?: Uint8Array
}

/** Times are seconds since the epoch. */
export interface ProposalInfo {
  readonly id: string
  readonly proposer: DidString
  readonly proposalType: ProposalType
  readonly description: string
  readonly createdAt: number
  readonly votingDeadline: number
  readonly status: ProposalStatus
  /** The vote of each member that counts, in the order of their DIDs. */
  readonly votes: readonly {
    readonly voter: DidString
    readonly option: VoteOption
    readonly votedAt: number
  }[]
  /** With delegated votes: as they count now, or counted when the voting was closed. */
  readonly tally: { readonly yes: number; readonly no: number; readonly abstain: number }
  readonly quorum: bigint
  readonly threshold: number
  /** The proposer first. */
  readonly sponsors: readonly DidString[]
  readonly sponsorsNeeded: number
  /** CID of the body's block. */
  readonly contentCid?: CidString
  readonly acceptedAt?: number
  readonly timelockSecs?: bigint
  readonly veto?: { readonly by: DidString; readonly at: number; readonly reason: string }
}

export interface Member {
  readonly did: DidString
  /** Seconds since the epoch. */
  readonly since: number
  /** The proposal by which the member was admitted; absent for a first member. */
  readonly proposal?: string
  /** Whose vote counts for them when they cast none. */
  readonly delegate?: DidString
}

export interface SystemParameter {
  readonly key: string
  readonly value: string
  /** The proposal that set it. */
  readonly proposal: string
  /** Seconds since the epoch. */
  readonly at: number
}

// --- dag --------------------------------------------------------------------------------------------------------

export interface DagLinkData {
  readonly cid: CidString
  readonly name: string
  readonly size: bigint
}

export interface DagBlockData {
  readonly cid: CidString
  readonly data: Uint8Array
  readonly links: readonly DagLinkData[]
  readonly timestamp: bigint
  readonly author: DidString
  readonly signature: Uint8Array | null
  readonly scope: string | null
  readonly pinned: boolean
  /** Absolute expiry, seconds since the epoch, or null. */
  readonly ttl: number | null
}

export interface DagListItem {
  readonly cid: CidString
  readonly size: number
  readonly links: number
  readonly timestamp: bigint
  readonly author: DidString
  readonly pinned: boolean
}

export interface VerifyAllProgress {
  readonly checked: number
  readonly bad: number
}

export interface VerifyAllResult {
  readonly checked: number
  readonly bad: readonly { readonly cid: CidString; readonly reason: string }[]
  readonly repaired: number
}

/** What a block is besides its CID. */
export type DagBlockContent = Pick<
  DagBlockData,
  'data' | 'links' | 'timestamp' | 'author' | 'signature' | 'scope'
>

/** A block as it stands in the store, checked or not. */
export interface ExaminedBlock {
  readonly cid: CidString
  /** Why it is not what its CID says; null when it is. */
  readonly reason: string | null
  /** Null when what is stored cannot be read as a block at all. */
  readonly stored: DagBlockContent | null
}

/** `report` leaves a bad block, `quarantine` moves it aside, `delete` removes it. */
export type RepairName = 'report' | 'quarantine' | 'delete'
/** Bytes replace the block's data alone, content replaces all of it; either is verified against the CID first. */
export type RepairAnswer = RepairName | Uint8Array | DagBlockContent

export interface VerifyAllOptions extends CallOptions {
  readonly onProgress?: (progress: VerifyAllProgress) => void
  /** What to do with each bad block; the strategy of the option `integrityCheck` when absent. */
  readonly repair?: RepairName | ((bad: ExaminedBlock) => RepairAnswer | Promise<RepairAnswer>)
}

export interface QuarantinedBlock {
  readonly cid: CidString
  readonly reason: string
  readonly stored: DagBlockContent | null
}

export interface ImportProgress {
  /** Bytes of the file read so far. */
  readonly bytes: number
  readonly blocks: number
}

export interface ImportResult {
  /** Blocks in the file. */
  readonly blocks: number
  /** Those of them that were new here. */
  readonly added: number
  /** Length of the file. */
  readonly bytes: number
  /**
   * Accounts, journal, jobs, receipts, pins: `restored` into a database that was as good as new, `kept` as they were
   * in any other, `absent` from the file.
   */
  readonly state: 'restored' | 'kept' | 'absent'
  /** Damaged blocks that were left out when the file was made. */
  readonly omitted: number
}

/** Messages since the start. */
export interface MeshStatistics {
  readonly peers: number
  readonly sent: number
  readonly received: number
  /** Dropped: malformed, stale, seen before, forged, too many. */
  readonly rejected: number
}

/** How far catching up with peers is, or what it came to. Counts are of one round. */
export interface SyncProgress {
  readonly stage: 'governance' | 'receipts' | 'blocks' | 'done'
  /** Peers that answered. */
  readonly peers: number
  /** Signed statements of governance that said something new. */
  readonly statements: number
  /** What was offered and not taken: of outsiders, or put out of force by what is known here. */
  readonly refused: number
  /** Receipts of members that were not here. */
  readonly receipts: number
  /** Blocks that came, and the bytes of data in them. */
  readonly blocks: number
  readonly bytes: number
  /** Blocks referred to that no peer asked had; known at the end. */
  readonly missing: number
}

export interface SyncOptions extends CallOptions {
  readonly onProgress?: (progress: SyncProgress) => void
}

// --- events, inspection -----------------------------------------------------------------------------------------

export interface RuntimeEvents {
  readonly job: JobStatus
  readonly receipt: { readonly cid: CidString; readonly jobId: JobId; readonly success: boolean }
  readonly mana: { readonly did: DidString; readonly balance: bigint; readonly cause: ManaCause }
  readonly proposal: { readonly id: string; readonly status: string }
  readonly block: { readonly cid: CidString; readonly change: 'put' | 'deleted' | 'pinned' | 'unpinned' }
  readonly integrity: VerifyAllResult
  readonly peer: { readonly did: DidString; readonly state: 'joined' | 'left' }
  /** A round of catching up that brought something. */
  readonly sync: SyncProgress
  readonly log: LogLine & { readonly source: string; readonly at: number }
  readonly restart: { readonly reason: 'crash' | 'timeout' | 'aborted'; readonly restarts: number }
}

export type RuntimeEventName = keyof RuntimeEvents

export interface RuntimeInspection {
  readonly version: string
  readonly protocolVersion: number
  readonly did: DidString
  readonly environment: Environment
  readonly storage: 'indexeddb' | 'memory'
  readonly database: string
  readonly epoch: number
  readonly limits: RunLimits
  readonly fuelTable: FuelTableId
  /** Counters under upstream's metric names (ref §12.3). */
  readonly counters: Readonly<Record<string, number>>
  readonly storageEstimate?: { readonly usage: number; readonly quota: number }
  readonly manaTotals: {
    readonly minted: bigint
    readonly regenerated: bigint
    readonly balances: bigint
    readonly escrow: bigint
    readonly burned: bigint
  }
}

// --- the runtime ------------------------------------------------------------------------------------------------

/**
 * A node: its identity, ledger, contracts and blocks. Every method settles, also when the worker dies, and rejects with
 * `IcnError` only: besides what each names, `InvalidParameters` for an argument of the wrong shape, `Aborted` by its
 * `signal`, `Closed` after `close`, `WorkerCrashed`, and `QuotaExceeded` or `StorageUnavailable` where something is written.
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
   * @throws IcnError as `modules.add`; InsufficientMana; ExecutionTimeout when the run took longer than `limits.executionMs`
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
     * @throws IcnError InvalidSpec, InsufficientMana
     */
    submit(request: JobRequest, options?: CallOptions): Promise<JobId>
    /** @throws IcnError UnknownJob */
    status(jobId: JobId, options?: CallOptions): Promise<JobStatus>
    /** Resolves when the job is in a terminal state. @throws IcnError UnknownJob */
    wait(jobId: JobId, options?: CallOptions): Promise<JobStatus>
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
     * @throws IcnError InvalidParameters, SignatureError, UnknownJob, InvalidJobState, PermissionDenied
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
    /** Takes mana from this node's account. @returns what is left @throws IcnError InsufficientMana */
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
     * @throws IcnError InvalidParameters with `data.reason` for one that cannot be judged; Serialization,
     * InvalidSpec, Economic
     */
    verify(proof: string, options?: CallOptions): Promise<boolean>
    /** Whether a ZkRevocationProof holds. @throws IcnError as `verify` */
    verifyRevocation(proof: string, options?: CallOptions): Promise<boolean>
    /**
     * Makes a proof.
     * @returns a ZkCredentialProof, for `verify`
     * @throws IcnError InvalidParameters with `data.reason` when it cannot be made or would not be true; Serialization,
     * InvalidSpec, Economic
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
     * Failed; either costs the proposer one reputation, once. InvalidSpec, PermissionDenied
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
    has(cid: CidString, options?: CallOptions): Promise<boolean>
    /** In the order of their CIDs. */
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
   * Hears what happens on this database, in every tab.
   * @returns ends it
   * @example const stop = runtime.on('receipt', ({ cid }) => console.log(cid))
   */
  on<E extends RuntimeEventName>(event: E, listener: (detail: RuntimeEvents[E]) => void): () => void
  /** Lets what was begun finish, ends the worker and frees the database. Calls that come later reject with `Closed`. */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

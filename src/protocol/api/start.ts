/** What a runtime is started with. */
import type { GovernanceOptions } from './governance.ts'
import type { DidString } from './values.ts'

/**
 * `production` refuses what would be unsafe there, `testing` allows a fixed key and clock; `development` is
 * between.
 */
export type Environment = 'production' | 'development' | 'testing'

/** What one run may use. */
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

/** What accounts regain by themselves. */
export interface ManaRegeneration {
  /** Mana each account regains at each tick. */
  readonly amount: bigint
  /** Time between ticks, ms. */
  readonly intervalMs: number
  /** No account is lifted above it. A `mana_max_capacity` that governance has set goes before it. */
  readonly cap?: bigint
}

/** How often all blocks are checked by themselves, and what becomes of bad ones. */
export interface IntegrityCheck {
  /** Time between checks, ms. */
  readonly intervalMs: number
  /** `report` leaves a bad block and tells of it, `quarantine` moves it aside, `delete` removes it. */
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
  /** Leaves the network; called with the runtime it serves. */
  close(): Promise<void>
}

/** `local`: no peers. */
export type MeshOptions = { readonly kind: 'local' } | ChannelMesh | MeshPort

/** Options that cross into the worker as plain data. */
export interface RuntimeOptions {
  /** IndexedDB name; one ledger, one DAG, one identity per database. `icn-runtime`. */
  readonly database?: string
  /**
   * `memory` is lost with the page, and with the worker: a run over its time, an aborted one and a crash leave a node that
   * begins anew, with another key. `indexeddb`.
   */
  readonly storage?: 'indexeddb' | 'memory'
  /** `development`. */
  readonly environment?: Environment
  /** 32 bytes; `testing` only. */
  readonly identitySeed?: Uint8Array
  /** A fixed clock, seconds since the epoch; `testing` only. */
  readonly fixedTime?: number
  /** Credited once, when the database is new. 1,000. */
  readonly initialMana?: bigint
  /** 10 mana a minute up to 10,000; false: none. */
  readonly manaRegeneration?: ManaRegeneration | false
  /** Every hour, `report`; false: none. */
  readonly integrityCheck?: IntegrityCheck | false
  /** Those that differ from the defaults; a run may ask for less fuel. */
  readonly limits?: Partial<RunLimits>
  /** Most jobs under way at once, 1 to 512: their guests run one after the other, their commits together. 64. */
  readonly jobsInFlight?: number
  /** Rules by which members decide (docs/governance.md). */
  readonly governance?: GovernanceOptions
  /** Other nodes (docs/mesh.md). `{ kind: 'local' }`: none. */
  readonly mesh?: MeshOptions
  /** Whoever puts a block must bring a proof (docs/zk.md). Nobody must when absent. */
  readonly blockProofs?: BlockProofOptions
}

/** The rule of a node that takes blocks with a proof only. */
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

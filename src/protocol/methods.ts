/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The list of methods that cross the worker boundary, checked by the compiler against `IcnRuntime` in both directions:
 * a method missing here, or one here that the runtime does not have, does not compile.
 */
import type { IcnRuntime, RuntimeEventName } from './api.ts'
import type { Transfers } from './transfers.ts'

/** Answered on the page's side of the boundary. */
type Local = 'on' | 'close' | typeof Symbol.asyncDispose
/** Made on the page's side from calls of `transfers`: a stream does not cross the boundary, its chunks do. */
type Streamed = 'export' | 'exportCar' | 'import'

/** What the worker serves: the runtime, and the parts its streams are made of. */
type Served = Omit<IcnRuntime, Local | 'dag'> & {
  readonly dag: Omit<IcnRuntime['dag'], Streamed>
  readonly transfers: Transfers
}
type Callable = (...args: never[]) => unknown

export type MethodName = {
  [K in keyof Served & string]: Served[K] extends Callable ? K : `${K}.${keyof Served[K] & string}`
}[keyof Served & string]

/**
 * What may be done with a call whose worker died under it.
 * - `repeat`: it reads, or doing it twice is the same as doing it once; it is sent to the next worker.
 * - `wait`: as `repeat`, and it has no deadline of its own.
 * - `once`: it may have taken effect; once begun it is rejected.
 */
export type Effect = 'repeat' | 'wait' | 'once'

/** Effect, and the position of the trailing options among the arguments (-1: none). */
type Traits = readonly [effect: Effect, options: number]

export const METHODS = {
  'identity.did': ['repeat', 0],
  'modules.add': ['repeat', 1],
  'modules.inspect': ['repeat', 1],
  'modules.get': ['repeat', 1],
  'modules.list': ['repeat', 0],
  run: ['once', 1],
  'jobs.submit': ['once', 1],
  'jobs.status': ['repeat', 1],
  'jobs.wait': ['wait', 1],
  'jobs.list': ['repeat', 0],
  'jobs.history': ['repeat', 1],
  'jobs.cancel': ['once', 1],
  'receipts.get': ['repeat', 1],
  'receipts.list': ['repeat', 0],
  'receipts.anchor': ['once', 1],
  'receipts.verify': ['repeat', 1],
  'receipts.verifyAll': ['wait', 0],
  'receipts.export': ['repeat', 1],
  'receipts.importAndVerify': ['repeat', 1],
  'mana.balance': ['repeat', 1],
  'mana.spend': ['once', 1],
  'mana.accounts': ['repeat', 0],
  'mana.history': ['repeat', 0],
  'mana.regenerate': ['once', 0],
  'mana.audit': ['wait', 0],
  'reputation.get': ['repeat', 1],
  'zk.verify': ['once', 1],
  'zk.verifyRevocation': ['once', 1],
  'zk.generate': ['once', 1],
  'governance.create': ['once', 1],
  'governance.openVoting': ['once', 1],
  'governance.castVote': ['once', 1],
  'governance.close': ['repeat', 1],
  'governance.execute': ['once', 1],
  'governance.sponsor': ['once', 1],
  'governance.veto': ['once', 2],
  'governance.delegate': ['repeat', 1],
  'governance.revokeDelegation': ['repeat', 0],
  'governance.get': ['repeat', 1],
  'governance.list': ['repeat', 0],
  'governance.members': ['repeat', 0],
  'governance.parameters': ['repeat', 0],
  'dag.put': ['once', 1],
  'dag.get': ['repeat', 1],
  'dag.has': ['repeat', 1],
  'dag.list': ['repeat', 0],
  'dag.pin': ['repeat', 1],
  'dag.unpin': ['repeat', 1],
  'dag.root': ['repeat', 0],
  'dag.setTtl': ['repeat', 2],
  'dag.prune': ['wait', 0],
  'dag.verifyAll': ['wait', 0],
  'dag.examine': ['repeat', 1],
  'dag.repair': ['repeat', 2],
  'dag.quarantined': ['repeat', 0],
  'transfers.open': ['once', 1],
  'transfers.read': ['once', 1],
  'transfers.write': ['once', 2],
  'transfers.finish': ['once', 1],
  'transfers.cancel': ['once', 1],
  'mesh.peers': ['repeat', 0],
  'mesh.stats': ['repeat', 0],
  'mesh.sync': ['wait', 0],
  call: ['once', -1],
  inspect: ['repeat', 0],
} as const satisfies Record<MethodName, Traits>

export function isMethodName(name: unknown): name is MethodName {
  return typeof name === 'string' && Object.hasOwn(METHODS, name)
}

/** `restart` is the page's own; every other event comes from the worker. */
export const WORKER_EVENTS = Object.keys({
  job: true,
  receipt: true,
  mana: true,
  proposal: true,
  block: true,
  integrity: true,
  peer: true,
  sync: true,
  log: true,
} satisfies Record<WorkerEventName, true>) as WorkerEventName[]

export type WorkerEventName = Exclude<RuntimeEventName, 'restart'>

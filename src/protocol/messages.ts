/**
 * What crosses the worker boundary. The page calls the five functions of `WorkerFacade` through comlink; the worker
 * answers those calls and posts `WorkerMessage`s beside them. Everything is plain data: an AbortSignal travels as
 * `abort`, a callback as `progress` messages, an error as an `Outcome` (comlink's own journey for thrown values drops
 * an error's code and class, and its replacement would be global to every user of comlink on the page).
 */
import type { JobId, MeshOptions, MeshPort, RuntimeEvents, RuntimeOptions } from './api.ts'
import type { WireError } from './errors.ts'
import type { MethodName, WorkerEventName } from './methods.ts'

/** Raised with every change of what this file describes. */
export const PROTOCOL_VERSION = 1

/** A job whose guest was on the thread when its worker was ended. */
export interface KilledJob {
  readonly jobId: JobId
  readonly reason: 'crash' | 'timeout' | 'aborted'
}

/** `MeshPort` without what cannot be sent. */
export interface SentMeshPort extends Pick<MeshPort, 'kind' | 'terms'> {
  readonly port: MessagePort
}

export interface Hello {
  readonly protocol: number
  readonly options: Omit<RuntimeOptions, 'mesh'> & {
    readonly mesh?: Exclude<MeshOptions, MeshPort> | SentMeshPort
  }
  /** The next worker fails and refunds these instead of running them again. */
  readonly killed: readonly KilledJob[]
}

export interface Welcome {
  readonly protocol: number
  /** Web Lock the worker holds while it lives; whoever is granted it knows that the worker is gone. */
  readonly lifeLock?: string
  /** Wall-clock limit of one guest, from the runtime's effective limits. */
  readonly executionMs: number
}

export type Outcome<T> = { readonly value: T } | { readonly error: WireError }

export interface WorkerFacade {
  start(hello: Hello): Promise<Outcome<Welcome>>
  call(id: number, method: MethodName, args: readonly unknown[], progress: boolean): Promise<Outcome<unknown>>
  abort(id: number): void
  close(): Promise<Outcome<void>>
}

/** The guest that holds the worker's thread. */
export interface RunningGuest {
  readonly jobId: JobId
  /** The page's call that waits for it; absent for a job that runs in the background. */
  readonly call?: number
}

export type EventPair = {
  [E in WorkerEventName]: readonly [name: E, detail: RuntimeEvents[E]]
}[WorkerEventName]

export type WorkerMessage =
  | { readonly icn: 'events'; readonly events: readonly EventPair[] }
  /** A call that may have effects is about to begin. */
  | { readonly icn: 'began'; readonly call: number }
  | { readonly icn: 'progress'; readonly call: number; readonly value: unknown }
  /** A guest took the thread, or left it. */
  | { readonly icn: 'guest'; readonly guest: RunningGuest | null }

/** Messages of comlink pass by here as well; ours carry `icn` and nothing else does. */
export function isWorkerMessage(data: unknown): data is WorkerMessage {
  return typeof data === 'object' && data !== null && 'icn' in data
}

/** The rooms that a start and a plain question do not need; each is loaded at its first use. */
import { late } from '../common/late.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import { METHODS } from '../protocol/methods.ts'
import type { RuntimeContext } from './context.ts'
import type { RepairStrategy } from './integrity.ts'
import type { Work } from './work.ts'

export type Rooms = ReturnType<typeof lateRooms>

export interface RoomsNeed {
  readonly context: RuntimeContext
  /** What to do with a damaged block when the call does not say. */
  readonly repair: RepairStrategy
  /** Metered modules are kept from one visit to the next. */
  readonly keepMetered: boolean
  /** Gives a job to the mesh, which brings it to its end. */
  readonly offer: (id: string) => void
  /** Aborted when the runtime closes. */
  readonly signal: AbortSignal
}

export function lateRooms({ context, repair, keepMetered, offer, signal }: RoomsNeed) {
  let opened: Work | undefined
  const work = late('The code that runs contracts', async (): Promise<Work> => {
    const { openWork } = await import('./work.ts')
    signal.throwIfAborted()
    opened = openWork(context, keepMetered, offer)
    return opened
  })
  /** A host function by name, as `IcnRuntime.call` makes it. */
  const call = async (name: string, args: readonly unknown[]) => (await work()).call(name, args)
  return {
    work,
    call,
    jobs: late('The code of jobs', async (): Promise<IcnRuntime['jobs']> => {
      const { jobsFacade } = await import('./jobs-facade.ts')
      return jobsFacade(context, work)
    }),
    receipts: late('The code that reads receipts', async (): Promise<IcnRuntime['receipts']> => {
      const { receiptsFacade } = await import('./receipts-facade.ts')
      return receiptsFacade(context, work)
    }),
    regeneration: late('The code that regenerates mana', () => import('./regeneration.ts')),
    audit: late('The code that audits the ledger', () => import('./audit.ts')),
    dag: late('The code that reads and writes blocks', async (): Promise<IcnRuntime['dag']> => {
      const { dagFacade } = await import('./dag-facade.ts')
      return dagFacade(context, repair, work)
    }),
    governance: late('The code of governance', async (): Promise<IcnRuntime['governance']> => {
      const { governanceFacade } = await import('./governance-facade.ts')
      return governanceFacade(context, call)
    }),
    /** What runs is finished. */
    close: async () => opened?.close(),
  }
}

/** Wraps what a caller may call (facade.ts). */
export type Method = <A extends unknown[], R>(
  work: (...args: A) => Promise<R> | R,
) => (...args: A) => Promise<R>

/**
 * A group of methods whose room is loaded by the first call of any.
 * @param group as the list of methods has it, which the compiler holds to be whole
 * @param streamed what that list does not have, since it crosses the worker boundary in parts
 */
export function lateGroup<T extends object>(
  method: Method,
  room: () => Promise<T>,
  group: string,
  streamed: readonly (keyof T & string)[] = [],
): T {
  const listed = Object.keys(METHODS).flatMap((name) => {
    const [first, second] = name.split('.')
    return first === group ? second! : []
  })
  const later = (name: string) =>
    method(async (...args: unknown[]) => {
      const methods = (await room()) as Record<string, (...args: unknown[]) => unknown>
      return methods[name]!(...args)
    })
  return Object.fromEntries([...listed, ...streamed].map((name) => [name, later(name)])) as T
}

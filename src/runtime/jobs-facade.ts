/** The jobs' part of the facade. */
import { Cid } from '../common/cid.ts'
import type { IcnRuntime, JobId, JobRequest, WaitOptions } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { listJobs } from './job-list.ts'
import { readPage } from './page.ts'
import type { Work } from './work.ts'

/** @param work what runs them, loaded when it is asked for: a list does without */
export function jobsFacade({ store }: RuntimeContext, work: () => Promise<Work>): IcnRuntime['jobs'] {
  return {
    submit: async (request: JobRequest) => (await work()).jobs.submit(request),
    status: async (id: JobId) => (await work()).jobs.status(readJobId(id)),
    wait: async (id: JobId, options?: WaitOptions) =>
      (await work()).jobs.wait(readJobId(id), options?.signal, options?.onProgress),
    list: async (page?: Parameters<IcnRuntime['jobs']['list']>[0]) => {
      const range = readPage(page)
      return store.read((tx) => listJobs(tx, range, page?.state))
    },
    history: async (id: JobId) => (await work()).jobs.history(readJobId(id)),
    cancel: async (id: JobId) => (await work()).jobs.cancel(readJobId(id)),
  }
}

function readJobId(id: unknown): string {
  return Cid.parse(id as string).toString()
}

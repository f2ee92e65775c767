/** The receipts' part of the facade. */
import { expectBytes } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { CallOptions, IcnRuntime, Page, VerifyReceiptsOptions } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { readPage } from './page.ts'
import { listReceipts, readReceipt } from './receipts.ts'
import type { Work } from './work.ts'

const replay = late('The code that replays runs', () => import('./replay-store.ts'))
const replayAll = late('The code that replays runs', () => import('./replay-all.ts'))

/** @param work where runs are made again, loaded when it is asked for: a reader does without */
export function receiptsFacade(context: RuntimeContext, work: () => Promise<Work>): IcnRuntime['receipts'] {
  const { store } = context
  return {
    get: async (cid: string) => {
      const key = Cid.parse(cid).toString()
      const found = await store.read((tx) => readReceipt(tx, context, key))
      if (found !== undefined) return found
      throw new IcnError('MissingOrInvalidReceipt', `No receipt is stored under ${key}.`, {
        data: { cid: key, reason: 'unknownReceipt' },
      })
    },
    list: async (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listReceipts(tx, context, range))
    },
    anchor: async (json: string) => String(await (await work()).call('host_anchor_receipt', [json])),
    verify: async (cid: string, options?: CallOptions) => {
      const [{ verifyRun }, { modules }] = await Promise.all([replay(), work()])
      return verifyRun(context, modules, Cid.parse(cid), options?.signal)
    },
    verifyAll: async (options?: VerifyReceiptsOptions) => {
      const [{ verifyReceipts }, { modules }] = await Promise.all([replayAll(), work()])
      return verifyReceipts(context, modules, options)
    },
    export: async (cid: string) => (await replay()).exportReceipt(context, Cid.parse(cid)),
    importAndVerify: async (file: Uint8Array, options?: CallOptions) => {
      const bytes = expectBytes(file, 'The file')
      return (await replay()).importAndVerify(context, bytes, options?.signal)
    },
  }
}

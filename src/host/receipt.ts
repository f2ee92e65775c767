/** Receipts from a guest: decoded strictly, then judged by the job manager's rules (ref §9.7). */
import { decodeJson } from '../common/codec.ts'
import { executionReceipt } from '../identity/receipt.ts'
import type { HostContext, HostFunction } from './context.ts'
import { unreadable } from './errors.ts'

export const receiptFunctions = {
  host_anchor_receipt(context: HostContext, json: string): string {
    const receipt = unreadable('Failed to deserialize receipt JSON: ', () =>
      decodeJson(executionReceipt, json, 'receipt'),
    )
    const { allowance, jobs, tx } = context
    return allowance.store(json.length, () => jobs.anchor(tx, receipt)).toString()
  },
} satisfies Record<string, HostFunction>

/** A run as a paper slip: how it ended, what it cost, what it asked for, and the signed receipt it left. */
import type { HostCallTrace, LogLine, RunResult, StoredReceipt } from '../../index.ts'
import { h, icon } from '../dom.ts'
import { milliseconds, number, pages, signed, when } from '../format.ts'
import type { ManaOfRun } from '../mana-of-run.ts'
import { nameOf } from '../names.ts'
import { href } from '../router.ts'
import type { RunCounts } from '../run-counts.ts'
import { afterFailure, cause, ending, type Failure } from '../words.ts'
import { callList, logList, writesLog } from './calls.ts'
import { bar, type Fact, facts, mark, share } from './facts.ts'
import { copyableId } from './id.ts'
import { profileView } from './profile.ts'

export interface SlipData {
  readonly name?: string
  readonly success: boolean
  readonly result: bigint | null
  readonly failure?: Failure
  readonly fuelUsed: bigint
  readonly budget?: bigint
  readonly fuelTable: string
  readonly manaCharged: bigint
  readonly memoryPeakPages: number
  readonly hostCalls: readonly HostCallTrace[]
  readonly logs: readonly LogLine[]
  readonly receiptCid: string
  /** Undefined until it has been checked. */
  readonly signatureValid?: boolean
  readonly elapsedMs?: number
  readonly anchoredAt?: number
  readonly mana?: ManaOfRun
  readonly profile?: NonNullable<RunResult['profile']>
  readonly recordCid?: string
  /** It ran on another node: what it cost there is not known here. */
  readonly foreign?: boolean
}

export function slipOfRun(
  name: string,
  run: RunResult,
  budget: bigint,
  stored: StoredReceipt | undefined,
  mana: ManaOfRun | undefined,
): SlipData {
  return {
    ...run,
    name,
    budget,
    ...(mana ? { mana } : {}),
    ...(stored ? { signatureValid: stored.signatureValid, anchoredAt: stored.anchoredAt } : {}),
    ...(stored?.run ? { recordCid: stored.run.recordCid } : {}),
  }
}

/**
 * Undefined for a receipt whose run is not stored: nothing is known of it but what the receipt says.
 * @param did of this node
 */
export function slipOfReceipt(stored: StoredReceipt, did: string): SlipData | undefined {
  if (!stored.run) return undefined
  const { cid, receipt, signatureValid, anchoredAt } = stored
  const { fuelLimit: budget, ...run } = stored.run
  const name = nameOf(run.moduleCid)
  return {
    ...run,
    ...(name === undefined ? {} : { name }),
    foreign: receipt.executor !== did,
    budget,
    success: receipt.success,
    receiptCid: cid,
    signatureValid,
    anchoredAt,
  }
}

export interface SlipOptions {
  /** Heading level of the ending's title. */
  readonly level: 2 | 3
  /** Leave out what the page around it already shows. */
  readonly withReceipt: boolean
  /** Reads from its record how many calls and log lines a run made in all. */
  counts(recordCid: string): Promise<RunCounts | undefined>
}

export function slip(data: SlipData, { level, withReceipt, counts }: SlipOptions): HTMLElement {
  const end = ending(data.success, data.result, data.failure)
  const below = level === 2 ? 'h3' : 'h4'
  const { hostCalls, logs } = data
  const calls = h(below, {}, `Host calls: ${number(hostCalls.length)}`)
  const [callsNote, logsNote] = [h('p', { class: 'quiet' }), h('p', { class: 'quiet' })]
  if (data.recordCid !== undefined && mayBeCut(data))
    void counts(data.recordCid)
      .then((all) => {
        if (!all) return
        calls.textContent = `Host calls: ${number(all.calls)}`
        callsNote.textContent = cutNote(hostCalls.length, all.calls, 'calls')
        logsNote.textContent = cutNote(logs.length, all.logs, 'lines')
      })
      .catch(() => undefined) // what is known stands
  return h(
    'article',
    {
      class: `slip slip-${end.tone}`,
      'data-ending': data.success ? 'completed' : (data.failure?.reason ?? 'failed'),
    },
    h(
      'header',
      { class: 'slip-head' },
      h(
        'p',
        { class: 'slip-name' },
        [
          data.name,
          data.foreign && 'from another node',
          data.anchoredAt !== undefined && when(data.anchoredAt),
        ]
          .filter(Boolean)
          .join(', '),
      ),
      h(
        level === 2 ? 'h2' : 'h3',
        { class: 'slip-title' },
        icon(end.tone === 'good' ? 'check' : 'cross'),
        end.title,
      ),
      h('p', {}, end.sentence),
    ),
    data.failure && failureBox(data.failure, data.manaCharged),
    slipLines(data),
    withReceipt && receiptMark(data),
    logs.length > 0 && h('section', {}, h(below, {}, 'What it wrote to its log'), logsNote, logList(logs)),
    h('section', {}, calls, callsNote, callList(hostCalls)),
    data.profile && h('section', {}, h(below, {}, 'Where the fuel went'), profileView(data.profile)),
  )
}

/** A run keeps the first thousand of its calls and log lines, and of the lines so many characters. */
const MOST_KEPT = 1_000

function mayBeCut({ hostCalls, logs }: SlipData): boolean {
  return hostCalls.length >= MOST_KEPT || logs.length < hostCalls.filter(writesLog).length
}

function cutNote(kept: number, all: number, what: string): string {
  return kept < all ? `The first ${number(kept)} of ${number(all)} ${what} were kept.` : ''
}

/** What the run gave and what it used. */
export function slipLines(data: SlipData): HTMLElement {
  const rows: readonly (Fact | false)[] = [
    data.success && ['Result', data.result === null ? 'none' : number(data.result)],
    [
      'Fuel used',
      data.budget === undefined
        ? number(data.fuelUsed)
        : [
            h('span', { class: 'line-value' }, `${number(data.fuelUsed)} of ${number(data.budget)}`),
            bar(share(data.fuelUsed, data.budget), 'Share of the fuel budget used', 'fuel'),
          ],
    ],
    ['Mana charged', data.foreign ? 'not known here' : number(data.manaCharged)],
    data.mana !== undefined && ['Mana before and after', manaChange(data.mana)],
    ['Memory, at most', data.memoryPeakPages === 0 ? 'none' : pages(data.memoryPeakPages)],
    data.elapsedMs !== undefined && ['Time taken', milliseconds(data.elapsedMs)],
  ]
  return facts(rows, 'lines')
}

/** Both balances in sight, each change one level down. */
function manaChange({ before, after, entries }: ManaOfRun): HTMLElement {
  return h(
    'details',
    { class: 'mana-change' },
    h('summary', {}, `${number(before)} → ${number(after)}`),
    h(
      'ul',
      {},
      entries.map((entry) => h('li', {}, `${cause(entry.cause)} ${signed(entry.amount)}`)),
    ),
  )
}

/** The runtime's own words on it, and in which function it happened, where that is known. */
export function failureBox(failure: Failure, manaCharged: bigint): HTMLElement {
  return h(
    'div',
    { class: 'slip-failure' },
    h('p', { class: 'problem-message' }, failure.message),
    h(
      'dl',
      { class: 'chips' },
      h('div', {}, h('dt', {}, 'code'), h('dd', {}, failure.code)),
      failure.reason && h('div', {}, h('dt', {}, 'reason'), h('dd', {}, failure.reason)),
      failure.function && h('div', {}, h('dt', {}, 'in function'), h('dd', {}, failure.function)),
    ),
    h('p', {}, afterFailure(manaCharged)),
  )
}

function receiptMark(data: SlipData): HTMLElement {
  return h(
    'div',
    { class: 'slip-receipt' },
    h(
      'p',
      { class: 'slip-stamp' },
      data.signatureValid === undefined ? 'Checking the signature…' : mark(data.signatureValid),
    ),
    h('p', { class: 'slip-label' }, 'Signed receipt'),
    copyableId(data.receiptCid, 'the receipt’s CID'),
    h('p', {}, h('a', { href: href('receipts', data.receiptCid) }, 'Read the receipt')),
  )
}

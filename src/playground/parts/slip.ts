/** A run as a paper slip: how it ended, what it cost, what it asked for, and the signed receipt it left. */
import type { HostCallTrace, LogLine, RunResult, StoredReceipt } from '../../index.ts'
import { h, icon } from '../dom.ts'
import { milliseconds, number, pages, signed, when } from '../format.ts'
import type { ManaOfRun } from '../mana-of-run.ts'
import { href } from '../router.ts'
import { afterFailure, cause, ending, type Failure } from '../words.ts'
import { callList, logList } from './calls.ts'
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
  }
}

/** Undefined for a receipt from elsewhere: nothing is known of its run but what it says. */
export function slipOfReceipt(stored: StoredReceipt): SlipData | undefined {
  if (!stored.run) return undefined
  const { cid, receipt, signatureValid, anchoredAt } = stored
  const { fuelLimit: budget, ...run } = stored.run
  return { ...run, budget, success: receipt.success, receiptCid: cid, signatureValid, anchoredAt }
}

export interface SlipOptions {
  /** Heading level of the ending's title. */
  readonly level: 2 | 3
  /** Leave out what the page around it already shows. */
  readonly withReceipt: boolean
}

export function slip(data: SlipData, { level, withReceipt }: SlipOptions): HTMLElement {
  const end = ending(data.success, data.result, data.failure)
  const below = level === 2 ? 'h3' : 'h4'
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
        [data.name, data.anchoredAt !== undefined && when(data.anchoredAt)].filter(Boolean).join(', '),
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
    data.logs.length > 0 && h('section', {}, h(below, {}, 'What it wrote to its log'), logList(data.logs)),
    h('section', {}, h(below, {}, `Host calls: ${number(data.hostCalls.length)}`), callList(data.hostCalls)),
    data.profile && h('section', {}, h(below, {}, 'Where the fuel went'), profileView(data.profile)),
  )
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
    ['Mana charged', number(data.manaCharged)],
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

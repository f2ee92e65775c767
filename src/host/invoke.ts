/** A function of the table under its rules, whoever calls it: permitted, and what it costs held to the grant. */
import type { IcnError } from '../common/errors.ts'
import { balanceOf } from '../economics/ledger.ts'
import type { HostContext, HostValue } from './context.ts'
import { refusal } from './errors.ts'
import { HOST_FUNCTIONS } from './functions.ts'
import type { AbiFunction } from './served.ts'

/** Runs a function of the table with decoded arguments, under its rules. @throws IcnError */
export function invoke(
  abi: AbiFunction,
  context: HostContext,
  args: readonly HostValue[],
): HostValue | undefined {
  if (abi.capability !== null && !context.capabilities.has(abi.capability)) {
    throw refusal(
      'PermissionDenied',
      `${abi.name} needs the capability "${abi.capability}", which this runtime was not started with.`,
      { capability: abi.capability, call: abi.name },
    )
  }
  const { allowance } = context
  allowance.call(abi.name)
  const work = HOST_FUNCTIONS[abi.name]!
  if (!allowance.countsMana) return work(context, ...(args as never[]))
  const before = balanceOf(context.tx, context.identity)
  const answer = work(context, ...(args as never[]))
  allowance.lost(before - balanceOf(context.tx, context.identity), abi.name)
  return answer
}

/** Under which its calls are counted, each before anything is checked (ref §12.3). */
export function metricOf({ name }: AbiFunction): string {
  return `runtime_${name}_calls_total`
}

/** Before anything is copied. */
export function tooLong(abi: AbiFunction, length: number): IcnError {
  return refusal('InvalidParameters', `${abi.subject} exceeds ${abi.maxBytes} bytes`, {
    call: abi.name,
    length,
    limit: abi.maxBytes,
  })
}

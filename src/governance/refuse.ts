/** Refusals of governance: upstream's HostAbiError names on our codes (ref §11.4). */
import { IcnError, type IcnErrorData } from '../common/errors.ts'

/** What was asked for makes no sense, whoever asks and whenever. */
export function invalid(reason: string, message: string, data: IcnErrorData = {}, cause?: unknown): IcnError {
  return new IcnError('InvalidSpec', message, {
    data: { hostError: 'InvalidParameters', reason, ...data },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Somebody else could do it. */
export function denied(reason: string, message: string, data: IcnErrorData = {}): IcnError {
  return new IcnError('PermissionDenied', message, {
    data: { hostError: 'PermissionDenied', reason, ...data },
  })
}

/** It could be done at another time. */
export function wrongState(message: string, data: IcnErrorData): IcnError {
  return new IcnError('InvalidJobState', message, { data: { reason: 'proposalState', ...data } })
}

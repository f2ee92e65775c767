/**
 * Code that is loaded when it is first needed. It may fail to come: the network is down, or a new deployment took the file
 * away under an open page. Then the call that needed it is refused and the next one tries again. Some browsers answer
 * that from memory: the page then replaces the worker (client/supervisor.ts).
 *
 * Load before a transaction begins, never inside of one: IndexedDB ends a transaction that waits for anything else.
 */
import { IcnError } from './errors.ts'

/**
 * @param what names the code in the refusal, as in "The code that runs contracts"
 * @param load imports it, and makes of it what callers want; asked again only after it has failed
 * @returns throws IcnError ProcessingFailure (codeUnavailable) when the code did not come
 */
export function late<T>(what: string, load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => {
    loading ??= load().catch((cause) => {
      loading = undefined
      if (IcnError.is(cause)) throw cause
      throw new IcnError(
        'ProcessingFailure',
        `${what} could not be loaded (${(cause as Error).message}). Check the connection and try again. If it goes on failing, reload the page: a new version may have been deployed.`,
        { data: { reason: 'codeUnavailable' }, cause },
      )
    })
    return loading
  }
}

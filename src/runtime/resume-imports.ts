/** The look for imports that have not ended, when a runtime starts. */
import { late } from '../common/late.ts'
import type { RuntimeContext } from './context.ts'
import { IMPORTS } from './import-rows.ts'

const imports = late('The code that imports', () => import('./import-staging.ts'))

/**
 * An accepted import goes on before anybody asks, the rest of a broken one is swept away.
 * @throws IcnError ProcessingFailure (codeUnavailable) when there is an accepted one and the code for it does not come
 */
export async function resumeImports(context: RuntimeContext, signal: AbortSignal): Promise<void> {
  const open = await context.store.read((tx) => tx.list(IMPORTS, { limit: 100 }))
  if (open.length === 0) return
  const finish = async () => (await imports()).finishImports(context)
  const turn = context.runExclusive('import', finish, signal)
  if (open.some(([, { phase }]) => phase === 'putting')) await turn
  else turn.catch(() => {})
}

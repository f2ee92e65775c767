/** The limits a module declares for its runs, in plain words. */
import type { RunCapabilities } from '../index.ts'
import { bytes, number, plural } from './format.ts'
import { hostCall } from './host-words.ts'

/** One sentence for each limit; none when it declares none. */
export function declaredLimits({ calls, mana, storeBytes, jobs }: RunCapabilities): readonly string[] {
  const said: string[] = []
  if (calls != null) {
    const named = calls.map((name) => hostCall(name, 'may')?.toLowerCase() ?? name)
    said.push(
      named.length === 0
        ? 'It may ask the runtime for nothing; every call is refused.'
        : `It may only ${listed([...new Set(named)])}; other calls are refused.`,
    )
  }
  if (mana != null) {
    said.push(
      mana === 0n
        ? 'Its calls may cost you no mana.'
        : `Its calls may cost you at most ${number(mana)} mana.`,
    )
  }
  if (storeBytes != null) {
    said.push(storeBytes === 0 ? 'It may store nothing.' : `It may store at most ${bytes(storeBytes)}.`)
  }
  if (jobs != null) {
    said.push(jobs === 0 ? 'It may submit no jobs.' : `It may submit at most ${plural(jobs, 'job')}.`)
  }
  return said
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

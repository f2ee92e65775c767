/** Tokens: each call writes rows of its own, since a row that is there already costs less. */
import type { World } from '../../src/runtime/fixtures/world.ts'
import { type Case, count, worded } from './case.ts'

const TIMES = 4_000
const ACCOUNT = 'did:icn:test:abcd'

export async function tokenCases({ call, me }: World): Promise<readonly Case[]> {
  const own = `${me}`
  await call('host_create_token_class', 'hours', 'Hours of work', 'h', own)
  await call('host_mint_tokens', 'hours', own, 1_000_000_000n)
  /** Where the letters of the account are that are counted up: behind the lengths and the words before it. */
  const at = (...before: readonly string[]) =>
    before.reduce((sum, word) => sum + 4 + word.length, 0) + 4 + ACCOUNT.indexOf('abcd')
  const one = '(i64.const 1)'
  return [
    worded('host_create_token_class', '(param i32 i32 i32 i32) (result i32)', ['abcd', 'Hours', 'h', own], {
      before: count(4),
      times: TIMES,
    }),
    worded('host_mint_tokens', '(param i32 i32 i64) (result i32)', ['hours', ACCOUNT], {
      before: count(at('hours')),
      more: one,
      times: TIMES,
    }),
    worded('host_transfer_tokens', '(param i32 i32 i32 i64) (result i32)', ['hours', own, ACCOUNT], {
      before: count(at('hours', own)),
      more: one,
      times: TIMES,
    }),
    worded('host_burn_tokens', '(param i32 i32 i64) (result i32)', ['hours', own], {
      more: one,
      times: TIMES,
    }),
    worded('host_get_token_balance', '(param i32 i32) (result i64)', ['hours', own], { times: TIMES }),
    {
      ...worded('host_mint_tokens_with_reputation', '(param i32 i32 i64 i32) (result i32)', []),
      ...reputed(own, at('hours')),
    },
  ]
}

/** The amount stands between the strings. */
function reputed(own: string, at: number): Pick<Case, 'text' | 'call' | 'times'> {
  const made = worded('', '', ['hours', ACCOUNT, own])
  const pointers = [0, 4 + 'hours'.length, 8 + 'hours'.length + ACCOUNT.length]
  const args = `(i32.const ${pointers[0]}) (i32.const ${pointers[1]}) (i64.const 1) (i32.const ${pointers[2]})`
  const lengths = ['hours', ACCOUNT, own].map(
    (word, i) => `(i32.store (i32.const ${pointers[i]}) (i32.const ${word.length}))`,
  )
  return {
    ...(made.text === undefined ? {} : { text: made.text }),
    call: () => `${lengths.join(' ')} ${count(at)} (drop (call $f ${args}))`,
    times: TIMES,
  }
}

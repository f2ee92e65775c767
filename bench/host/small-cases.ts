/** The rest: what is little work, and what an issuer signed. */
import { fromHex } from '../../src/common/bytes.ts'
import { did as didCodec } from '../../src/common/codecs.ts'
import { Did } from '../../src/common/did.ts'
import vectors from '../../src/common/fixtures/vectors.json' with { type: 'json' }
import { jobJson, type World } from '../../src/runtime/fixtures/world.ts'
import { type Case, count, drop, OUT, text, worded } from './case.ts'

const TIMES = 20_000

export async function smallCases({ call }: World): Promise<readonly Case[]> {
  const claim = vectors.credential_claim.cases[0]!
  const credential = JSON.stringify({
    issuer: didCodec.encode(Did.parse(claim.issuer)),
    holder: didCodec.encode(Did.parse(claim.holder)),
    claims: { [claim.key]: claim.value },
    signatures: { [claim.key]: [...fromHex(claim.signature_hex, 's')] },
    expires_at: null,
  })
  const leaf = String(await call('host_dag_put', 'leaf to link'))
  const plain = (name: string, type: string, args: string): Case => ({
    name,
    type,
    call: () => drop(args),
    times: TIMES,
  })
  return [
    plain('host_last_error_code', '(result i32)', ''),
    plain('host_last_error', '(param i32 i32) (result i32)', OUT),
    plain('host_price_by_reputation', '(param i64 i64) (result i64)', '(i64.const 1000) (i64.const 50)'),
    plain('host_quadratic_vote_cost', '(param i32) (result i32)', '(i32.const 7)'),
    worded('host_dag_unpin', '(param i32) (result i32)', [leaf], { times: 2_000 }),
    // A link of another name each time: a new block.
    worded('host_dag_link', '(param i32 i32 i32) (result i32)', [leaf, leaf, 'abcd'], {
      before: count(2 * (4 + leaf.length) + 4),
      times: 500,
    }),
    worded('host_verify_credential', '(param i32 i32) (result i32)', [credential, claim.issuer]),
    {
      name: 'host_get_job_id',
      type: '(param i64 i32 i32) (result i32)',
      text: jobJson(1n),
      call: () => drop(`(i64.const 5) ${OUT}`),
      times: TIMES,
    },
    ...(['', 'nobody', '{'] as const).map((data) => ({
      name: data === '{' ? 'host_cast_governance_vote' : 'host_account_get_mana',
      of: `refused: "${data}"`,
      type: data === '{' ? '(param i32 i32) (result i32)' : '(param i32 i32) (result i64)',
      text: data,
      call: (n: number) => drop(text(n)),
      times: 2_000,
    })),
    {
      name: 'host_log',
      of: 'with a level',
      type: '(param i32 i32 i32)',
      text: 'a line',
      call: (n) => `(call $f (i32.const 1) ${text(n)})`,
      times: 10_000,
    },
  ]
}

import { describe, expect, it } from 'vitest'
import { HOST_ABI } from './abi.ts'
import { HOST_DOCS } from './docs.ts'
import { COMPILED_CONTRACT_IMPORTS } from './fixtures/compiled.ts'
import { HOST_FUNCTIONS } from './functions.ts'
import { parseShape, showType } from './shapes.ts'
import { UNSERVED } from './unserved.ts'

const served = HOST_ABI.filter((entry) => entry.shapes.length > 0)

describe('the table', () => {
  it('abi_constants_are_stable: the numbers of ref §1.2', () => {
    const numbers = Object.fromEntries(HOST_ABI.map(({ name, index }) => [name, index]))
    expect(numbers).toMatchObject({
      host_account_get_mana: 10,
      host_account_spend_mana: 11,
      host_account_credit_mana: 12,
      host_submit_mesh_job: 16,
      host_create_governance_proposal: 17,
      host_open_governance_voting: 18,
      host_cast_governance_vote: 19,
      host_close_governance_proposal_voting: 20,
      host_execute_governance_proposal: 21,
      host_get_pending_mesh_jobs: 22,
      host_anchor_receipt: 23,
      host_get_reputation: 24,
      host_verify_zk_proof: 25,
      host_generate_zk_proof: 26,
    })
  })

  it('gives no number and no name twice', () => {
    const indices = HOST_ABI.flatMap(({ index }) => index ?? [])
    const names = HOST_ABI.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(indices).size).toBe(indices.length)
    expect(new Set(names).size).toBe(names.length)
  })

  it('knows all 75 imports of a compiled contract', () => {
    const names = new Set(HOST_ABI.map(({ name }) => name))
    expect(COMPILED_CONTRACT_IMPORTS).toHaveLength(75)
    expect(COMPILED_CONTRACT_IMPORTS.filter((name) => !names.has(name))).toEqual([])
  })

  it.each(Object.entries(UNSERVED))('%s is not served for a reason', (name, reason) => {
    expect(COMPILED_CONTRACT_IMPORTS).toContain(name)
    expect(HOST_FUNCTIONS[name]).toBeUndefined()
    expect(reason).toMatch(/^[A-Z][^|]{30,}\.$/)
  })

  it.each(served.map((entry) => [entry.name, entry] as const))('%s is whole', (name, entry) => {
    const types = entry.shapes.map((line) => showType(parseShape(line).type))
    expect(new Set(types).size, 'two shapes of one type could not be told apart').toBe(types.length)
    expect(HOST_FUNCTIONS[name]).toBeTypeOf('function')
    expect(HOST_DOCS[name]).toMatch(/^[A-Z].*[^.]\.$/s)
    // What a member of a co-operative reads before a run has no word of the trade in it.
    const [first] = HOST_DOCS[name]!.split(/(?<=\.) /)
    expect(first).not.toMatch(
      /\b(JSON|CID|DID|DAG|UTF|Merkle|SHA|hash|bincode|Groth16|u64|i32|pointer)\b|[a-z][A-Z]|_|\d{3}/,
    )
    expect(first!.length).toBeLessThan(120)
    expect(entry.fuel).toBeGreaterThan(0)
    expect(entry.index).not.toBeNull()
  })

  it('offers no random numbers: a run answers the same when it is made again', () => {
    expect(HOST_ABI.filter(({ name }) => /random|entropy|seed/.test(name))).toEqual([])
  })

  it('serves nothing that is not in it', () => {
    expect(Object.keys(HOST_FUNCTIONS).sort()).toEqual(served.map(({ name }) => name).sort())
  })
})

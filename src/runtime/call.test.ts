/** `runtime.call`, over the table: every served name is there, under the rules a guest has (src/host/page.test.ts). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SERVED_ABI } from '../host/served.ts'
import { UNSERVED } from '../host/unserved.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import { testRuntime } from './fixtures/world.ts'

let runtime: IcnRuntime
beforeAll(async () => {
  runtime = await testRuntime({ initialMana: 1_000n })
})
afterAll(() => runtime.close())

const counter = async (name: string) => (await runtime.inspect()).counters[`runtime_${name}_calls_total`] ?? 0

describe('a served name', () => {
  const names = SERVED_ABI.flatMap(({ name, aliases }) => [name, ...aliases].map((by) => [by, name] as const))

  it.each(names)('%s is the function %s, which says what it takes', async (by, name) => {
    await expect(runtime.call(by, ...Array<string>(9).fill('x'))).rejects.toMatchObject({
      code: 'InvalidSpec',
      message: expect.stringMatching(new RegExp(`^${name} takes \\(`)),
      data: { hostError: 'InvalidParameters', call: name },
    })
  })

  it('is counted by its name in the table, and only when it was called', async () => {
    const before = await counter('host_account_get_mana')
    expect(await runtime.call('wasm_host_account_get_mana')).toBe(1_000n)
    expect(await runtime.call('host_get_mana_balance', await runtime.identity.did())).toBe(1_000n)
    expect(await counter('host_account_get_mana')).toBe(before + 2)
  })

  it('takes bytes, answers bytes and lists', async () => {
    const leaf = String(await runtime.call('host_dag_put', new Uint8Array([0xff, 0, 1])))
    expect(await runtime.call('host_dag_get', leaf)).toEqual(new Uint8Array([0xff, 0, 1]))
    const top = String(await runtime.call('host_dag_link', leaf, leaf, 'child'))
    expect(await runtime.call('host_dag_list_links', top)).toEqual(['child'])
    expect(await runtime.mana.balance()).toBe(998n)
  })

  it('commits what it does, and is refused as a guest is', async () => {
    const me = await runtime.identity.did()
    await runtime.call('host_create_token_class', 'hours', 'Hours', 'h', me)
    await runtime.call('host_mint_tokens', 'hours', me, 8n)
    expect(await runtime.call('host_get_token_balance', 'hours', me)).toBe(8n)
    expect(await runtime.mana.balance()).toBe(996n)
    await expect(runtime.call('host_burn_tokens', 'hours', me, 9n)).rejects.toMatchObject({
      code: 'Economic',
    })
    await expect(runtime.call('host_account_credit_mana', me, 5n)).rejects.toMatchObject({
      code: 'PermissionDenied',
      data: { capability: 'credit' },
    })
    expect(await runtime.mana.balance()).toBe(996n)
  })
})

describe('a name of compiled contracts that is not served', () => {
  it.each(Object.keys(UNSERVED))('%s', async (name) => {
    await expect(runtime.call(name)).rejects.toMatchObject({ code: 'InvalidSystemApiCall' })
  })
})

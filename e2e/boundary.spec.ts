import { expect, startIn, test } from './harness.ts'

// What crosses between page and worker, and what does not.

test('errors arrive whole: code, sentence, data with bigint, stack of the worker, class', async ({
  harness,
}) => {
  await startIn(harness, { environment: 'testing', identitySeed: new Uint8Array(32).fill(7) })
  const errors = await harness.evaluate(async () => {
    const unknown = new icn.Cid(1, 0x55, 0x12, new Uint8Array(32)).toString()
    const text = (bytes: string) => new TextEncoder().encode(bytes)
    const cases: Record<string, () => Promise<unknown>> = {
      'not wasm': () => runtime.run(text('hello')),
      'truncated wasm': async () => runtime.run((await sample('hello')).slice(0, 40)),
      'unknown module': () => runtime.run(unknown),
      'no such entry': async () => runtime.run(await sample('hello'), { entry: 'walk' }),
      'too much mana': () => runtime.mana.spend(10n ** 18n),
      'negative mana': () => runtime.mana.spend(-1n),
      'mana beyond u64': () => runtime.mana.spend(2n ** 64n),
      'unknown job': () => runtime.jobs.status(unknown),
      'a standard CID': () =>
        runtime.jobs.status('bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'),
      'not a receipt': () => runtime.receipts.anchor('{"job_id":'),
      'not a host function': () => runtime.call('host_make_coffee'),
      'not plain data': () => runtime.mana.spend(Symbol('5') as never),
    }
    const found: Record<string, unknown> = {}
    for (const [name, attempt] of Object.entries(cases)) {
      const thrown = await attempt().then(
        () => new Error('it succeeded'),
        (error: unknown) => error,
      )
      const error = thrown as InstanceType<typeof icn.IcnError>
      found[name] = {
        isIcnError: icn.IcnError.is(error),
        code: error.code,
        message: error.message,
        data: JSON.parse(
          JSON.stringify(error.data ?? {}, (_key, value) =>
            typeof value === 'bigint' ? `${value}n` : value,
          ),
        ),
        stackHasPlaces: /at .*\.js:\d+/.test(error.stack ?? ''),
      }
    }
    return found
  })
  expect(JSON.stringify(errors, null, 2)).toMatchSnapshot('errors.json')
})

test('the strict content policy is in force while contracts run', async ({ page }) => {
  const refused: string[] = []
  page.on('console', (message) => refused.push(message.text()))
  const response = await page.goto('/harness/')
  expect(response?.headers()['content-security-policy']).toContain(
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  )
  await startIn(page)
  expect(await page.evaluate(async () => (await runtime.run(await sample('hello'))).result)).toBe(42n)
  expect(refused).toEqual([])
  const tried = await page.evaluate(async () => {
    const outcome = (attempt: (done: (outcome: string) => void) => void) => new Promise<string>(attempt)
    return {
      // In a task of its own: what the debugger evaluates is exempt.
      eval: await outcome((done) =>
        setTimeout(() => {
          try {
            done(String(Function('return 1')()))
          } catch (error) {
            done((error as Error).name)
          }
        }),
      ),
      blobWorker: await outcome((done) => {
        const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))
        worker.onerror = () => done('refused')
        worker.onmessage = () => done('started')
      }),
    }
  })
  expect(tried).toEqual({ eval: 'EvalError', blobWorker: 'refused' })
})

test('whoever holds the worker can call its methods and do nothing else to it', async ({ harness }) => {
  await startIn(harness)
  const found = await harness.evaluate(async () => {
    const worker = workers.at(-1) as Worker
    const ask = (message: object) =>
      new Promise((resolve) => {
        const id = `attack-${Math.random()}`
        worker.addEventListener('message', ({ data }) => {
          if (data.id === id) resolve(data.value?.value?.code ?? data)
        })
        worker.postMessage({ id, ...message })
      })
    const raw = { type: 'RAW', value: 'mine' }
    const answers = [
      await ask({ type: 'SET', path: ['call'], value: raw }),
      await ask({ type: 'SET', path: ['call', '__proto__', 'apply'], value: raw }),
      await ask({ type: 'GET', path: ['call', 'constructor'] }),
      await ask({ type: 'APPLY', path: ['call', 'constructor'], argumentList: [raw] }),
      await ask({ type: 'CONSTRUCT', path: ['call', 'constructor'], argumentList: [raw] }),
      await ask({ type: 'ENDPOINT', path: [] }),
      await ask({ type: 'RELEASE', path: [] }),
    ]
    return { answers, balance: await runtime.mana.balance(), workers: workers.length }
  })
  expect(found).toEqual({ answers: Array(7).fill('PermissionDenied'), balance: 1_000n, workers: 1 })
})

test('the page’s runtime cannot be changed by a script that is given it', async ({ harness }) => {
  await startIn(harness)
  const changed = await harness.evaluate(() => {
    const attempt = (work: () => unknown) => {
      try {
        work()
        return 'changed'
      } catch (error) {
        return (error as Error).name
      }
    }
    const open = runtime as unknown as Record<string, Record<string, unknown>>
    return [
      attempt(() => Object.assign(open, { run: () => 'mine' })),
      attempt(() => Object.assign(open.mana as object, { spend: () => 'mine' })),
    ]
  })
  expect(changed).toEqual(['TypeError', 'TypeError'])
})

test('a page and a worker of different releases refuse each other', async ({ harness }) => {
  const outcome = await harness.evaluate(async () => {
    class Older extends Worker {
      override postMessage(message: unknown, ...rest: unknown[]) {
        const call = message as { path?: string[]; argumentList?: { value: { protocol: number } }[] }
        if (call.path?.[0] === 'start' && call.argumentList?.[0]) call.argumentList[0].value.protocol = 0
        super.postMessage(message, ...(rest as [Transferable[]]))
      }
    }
    return settled(icn.startRuntime({ worker: () => new Older('/harness/worker.js', { type: 'module' }) }))
  })
  expect(outcome).toMatchObject({ error: { code: 'VersionMismatch', data: { page: 0, worker: 1 } } })
})

/** What a person can do with a module: choose it, run it, cancel it. Panels call these and watch the store. */
import type { IcnRuntime } from '../index.ts'
import { announce } from './announce.ts'
import { number, parseFuel } from './format.ts'
import type { Intake } from './intake.ts'
import { manaOfRun } from './mana-of-run.ts'
import { nameOf, rememberName } from './names.ts'
import { fetchSample, type Sample } from './samples.ts'
import { type Limits, rememberSettings, type Settings } from './settings.ts'
import type { Choice, LiveRun, Store, UiState } from './store.ts'
import { ending, problem } from './words.ts'

export interface Actions {
  chooseSample(sample: Sample): Promise<void>
  /** `entry`: what to start with, where the module has it. */
  takeModule(module: Intake, entry?: string): Promise<void>
  /** A module that was just assembled from this text. */
  takeAssembled(module: Intake, text: string): Promise<void>
  /** The text has changed: its module has to be built before a run, unless another is chosen first. */
  outdate(build: () => Promise<unknown>): void
  /** Nothing to run, and why. */
  withdraw(reason: string): void
  /** A module kept in this browser, by its CID. */
  chooseStored(cid: string): Promise<void>
  refuse(name: string, error: unknown): void
  run(): Promise<void>
  cancel(): void
  /** Starts the runtime again under other limits, and reads the chosen module again under them. */
  limit(changed: Partial<Limits>): Promise<void>
  /** Starts the runtime again under other settings. @throws what the runtime refused; the settings before are in force then */
  settle(changed: Partial<Settings>): Promise<void>
}

/** Entry points: exported functions that need nothing and give a whole number or nothing. */
export function entries(choice: Choice): readonly string[] {
  return choice.info.exports
    .filter(({ kind, type }) => {
      if (kind !== 'func' || !type || type.params.length > 0 || type.results.length > 1) return false
      return type.results[0] === undefined || type.results[0] === 'i32' || type.results[0] === 'i64'
    })
    .map((item) => item.name)
}

/** The bytes of a module as far as they are known: where it is refused, the place can be shown. */
interface Held {
  bytes?: Uint8Array
}

export function createActions(
  runtime: IcnRuntime,
  did: string,
  store: Store<UiState>,
  restart: (settings: Settings) => Promise<void>,
): Actions {
  let latest = 0
  let reading: Promise<void> = Promise.resolve()
  let again: (() => Promise<void>) | undefined
  let unbuilt: (() => Promise<unknown>) | undefined

  /** Reads and checks a module; only the newest choice counts, and a refused one leaves the one before in place. */
  function choose(
    name: string,
    load: () => Promise<Choice>,
    wanted?: string,
    held: Held = {},
  ): Promise<void> {
    const begin = (entry?: string) => {
      reading = read(name, load, entry, held)
      return reading
    }
    unbuilt = undefined
    again = () => begin(store.get().entry)
    return begin(wanted)
  }

  function chooseBytes(name: string, bytes: Uint8Array, more: { text?: string } = {}, wanted?: string) {
    const load = async () => ({ name, source: bytes, ...more, info: await runtime.modules.inspect(bytes) })
    return choose(name, load, wanted, { bytes })
  }

  async function read(
    name: string,
    load: () => Promise<Choice>,
    wanted?: string,
    held: Held = {},
  ): Promise<void> {
    latest += 1
    const mine = latest
    store.set({ choosing: name, refused: null })
    try {
      const choice = await load()
      if (mine !== latest) return
      const names = entries(choice)
      const preferred = [wanted, 'run', store.get().entry, names[0]]
      const entry = preferred.find((one) => one !== undefined && names.includes(one)) ?? ''
      store.set({ choosing: null, choice, unready: null, entry })
    } catch (error) {
      if (mine === latest) refuse(name, error, held.bytes)
    }
  }

  function refuse(name: string, error: unknown, bytes?: Uint8Array): void {
    store.set({ choosing: null, refused: { name, error, ...(bytes ? { bytes } : {}) } })
    announce(`${name} was not opened. ${problem(error).message}`, 'assertive')
  }

  async function run(): Promise<void> {
    // Run means what is on the screen: the text as it is now, and the module that was chosen last, also when it is still
    // being read; one that is refused is not run.
    await unbuilt?.()
    if (store.get().choosing !== null) {
      await reading
      if (store.get().refused) return
    }
    const { choice, entry, fuel, profile, run: current } = store.get()
    const budget = parseFuel(fuel)
    if (!choice || !entry || budget === undefined || current.kind === 'running') return
    const abort = new AbortController()
    const { name } = choice
    const startedAt = performance.now()
    const live: LiveRun = { toldAt: startedAt }
    rememberName(choice.info.cid, name)
    store.set({ run: { kind: 'running', name, startedAt, budget, live, abort } })
    try {
      const result = await runtime.run(choice.source, {
        entry,
        fuel: budget,
        profile,
        signal: abort.signal,
        onProgress(progress) {
          live.progress = progress
          live.toldAt = performance.now()
        },
      })
      const end = ending(result.success, result.result, result.failure)
      store.set({ run: { kind: 'done', name, result, budget } })
      announce(
        `${end.title}. ${end.sentence} Fuel used: ${number(result.fuelUsed)}. Mana charged: ${number(result.manaCharged)}.`,
        result.success ? 'polite' : 'assertive',
      )
      const [stored, mana] = await Promise.all([
        runtime.receipts.get(result.receiptCid),
        manaOfRun(runtime, did, result.jobId),
      ])
      const now = store.get().run
      if (now.kind === 'done' && now.result === result)
        store.set({ run: { ...now, stored, ...(mana ? { mana } : {}) } })
    } catch (error) {
      if (store.get().run.kind === 'done') return // the run stands; only its signature mark could not be read back
      store.set({ run: { kind: 'failed', name, error } })
      const { title, message } = problem(error)
      announce(`${title}. ${message}`, abort.signal.aborted ? 'polite' : 'assertive')
    }
  }

  async function settle(changed: Partial<Settings>): Promise<void> {
    const { limits, rules, network } = store.get()
    const before: Settings = { limits, rules, network }
    const wanted: Settings = { ...before, ...changed }
    store.set(wanted)
    try {
      await restart(wanted)
      rememberSettings(wanted)
    } catch (error) {
      store.set(before)
      throw error
    }
  }

  return {
    refuse,
    run,
    chooseSample(sample) {
      const { title: name } = sample
      const held: Held = {}
      const load = async () => {
        const source = await fetchSample(sample)
        held.bytes = source
        return { name, source, info: await runtime.modules.inspect(source), sample }
      }
      return choose(name, load, undefined, held)
    },
    takeModule: ({ name, bytes }, entry) => chooseBytes(name, bytes, {}, entry),
    takeAssembled({ name, bytes }, text) {
      // Assembled anew while it is written, it keeps the entry that was chosen for it.
      const { choice, entry } = store.get()
      return chooseBytes(name, bytes, { text }, choice === null || choice.name === name ? entry : undefined)
    },
    outdate(build) {
      unbuilt = build
    },
    withdraw(reason) {
      unbuilt = undefined
      latest += 1 // what is being read is for an older text
      reading = Promise.resolve()
      store.set({ choosing: null, choice: null, refused: null, unready: reason })
    },
    settle,
    async limit(changed) {
      const before = store.get().limits
      const limits = { ...before, ...changed }
      if (limits.memoryPages === before.memoryPages && limits.executionMs === before.executionMs) return
      try {
        await settle({ limits })
      } catch (error) {
        return refuse('The limit', error)
      }
      // What was refused under the limits before may pass now, and the other way round.
      await again?.()
    },
    chooseStored: (cid) =>
      choose('The stored module', async () => {
        const info = await runtime.modules.get(cid)
        if (!info) throw new Error(`No module is stored here under ${cid}.`)
        return { name: nameOf(cid) ?? 'Stored module', source: cid, info }
      }),
    cancel() {
      const { run: current } = store.get()
      if (current.kind === 'running') current.abort.abort()
    },
  }
}

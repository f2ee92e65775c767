/**
 * Catching up: what peers have that this node lacks, asked for from one peer after the other. Governance first, then
 * receipts of members, then missing blocks. Whatever comes is verified by itself, so that it makes no difference who sends
 * it; a peer that sends what is not what was asked for is left, and it is held against it. A round begins when a peer is
 * met, when something is told of what is not known here, and now and then.
 */
import { equalBytes, fromHex, toHex } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { decodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { putBlock } from '../dag/blocks.ts'
import { UNKNOWN_EVENT } from '../governance/incoming.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import { MOST_FETCHED, runEvidence, type SyncMessage, type SyncSet } from '../mesh/sync-messages.ts'
import { type Answer, type Question, SyncPeers } from '../mesh/sync-peers.ts'
import type { SyncOptions, SyncProgress } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { announceLeftOver } from './governance-messages.ts'
import { Budget, fetchBlock, missingBlocks, takeReceipt } from './sync-blocks.ts'
import { SyncSets } from './sync-sets.ts'
import { takeStatements } from './sync-statements.ts'
import { FEW_PEERS, ONE_PEER, SyncTurns } from './sync-turns.ts'

/** Peers asked in one round that a caller asks for. */
const MANY_PEERS = 8
/** Questions about the names of one peer, and names wanted of it, in one round. */
const MOST_QUESTIONS = 512
const MOST_WANTED = 4_096
/** Names remembered that are not to be asked for again, and blocks that a peer does not have. */
const MOST_REMEMBERED = 10_000
/** A question is asked so often: any message may be lost. */
const TRIES = 2
/** From one round to the next, ms: when a peer is met or something is missed, while there is more, and in peace. */
const SOON_MS = 500
const MORE_MS = 2_000
const PEACE_MS = 20_000

/** A peer said what no honest node says. */
class Lie extends Error {}
/** A peer does not answer. `owing`: it said that it has what it does not send. */
class Silence extends Error {
  readonly owing: boolean
  constructor(owing: boolean) {
    super()
    this.owing = owing
  }
}

type Count = { -readonly [K in keyof SyncProgress]: SyncProgress[K] }

export class Sync {
  readonly #context: RuntimeContext
  readonly #mesh: MeshParticipant
  readonly #signal: AbortSignal
  readonly #sets: SyncSets
  readonly #peers: SyncPeers
  readonly #useless = new Set<string>()
  readonly #absent = new Set<string>()
  readonly #whole = new Set<string>()
  readonly #turns = new SyncTurns()
  readonly #unsubscribe: () => void
  #round: Promise<unknown> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined
  #due = Number.POSITIVE_INFINITY
  #most = 0

  /** @param signal aborted when the runtime closes */
  constructor(context: RuntimeContext, mesh: MeshParticipant, signal: AbortSignal) {
    this.#context = context
    this.#mesh = mesh
    this.#signal = signal
    this.#sets = new SyncSets(context.store)
    this.#peers = new SyncPeers(mesh, (question, from) => this.#answer(question, from))
    this.#unsubscribe = context.store.subscribe(({ type, detail }) => {
      if (type === UNKNOWN_EVENT) this.#soon(SOON_MS, FEW_PEERS)
      else if (type === 'block' && (detail as { change: string }).change === 'deleted') this.#whole.clear()
      // Somebody may have become a member, whose words are worth something now.
      else if (type === 'proposal' && (detail as { status: string }).status === 'Executed')
        this.#useless.clear()
    })
  }

  /** Says what was left unsaid when the page closed last. */
  async start(): Promise<void> {
    await announceLeftOver(this.#context)
  }

  /** A peer is there, or is there again. */
  met(peer: Did): void {
    this.#absent.clear()
    void this.#mesh.peers().then((present) => {
      const most = this.#turns.met(peer, present.length)
      if (most > 0) this.#soon(SOON_MS, most)
    })
  }

  /** One round now, after the one under way. @throws IcnError Aborted, Closed */
  async sync({ onProgress, signal }: SyncOptions = {}): Promise<SyncProgress> {
    this.#turns.forgive()
    this.#absent.clear()
    const all = signal === undefined ? this.#signal : AbortSignal.any([signal, this.#signal])
    const round = this.#round.then(() => this.#catchUp(MANY_PEERS, all, onProgress))
    this.#round = round.catch(() => {})
    try {
      return await round
    } catch (cause) {
      if (IcnError.is(cause) || !signal?.aborted) throw cause
      throw new IcnError('Aborted', 'Catching up was aborted; what had come by then is kept.', { cause })
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#unsubscribe()
    this.#peers.close()
    this.#sets.close()
    await this.#round
  }

  /** Who asks may know what this node does not. */
  async #answer(question: Question, from: Did): Promise<SyncMessage | undefined> {
    await this.#sets.filled()
    if ('Ask' in question && question.Ask.prefix === '') {
      const { set, fingerprint } = question.Ask
      const same = equalBytes(fingerprint, this.#sets[set].fingerprint())
      if (!same && this.#turns.differs(from)) this.#soon(SOON_MS, ONE_PEER)
    }
    return this.#sets.answer(question)
  }

  /** @param most peers to ask then, at least */
  #soon(ms: number, most: number): void {
    this.#most = Math.max(this.#most, most)
    const due = performance.now() + ms
    if (this.#signal.aborted || due >= this.#due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY
      this.#round = this.#round.then(() => this.#ofItself())
    }, ms)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  async #ofItself(): Promise<void> {
    const most = this.#most
    this.#most = 0
    try {
      const { statements, receipts, blocks } = await this.#catchUp(most, this.#signal)
      const more = statements + receipts + blocks > 0
      this.#soon(more ? MORE_MS : PEACE_MS, more ? FEW_PEERS : ONE_PEER)
    } catch (error) {
      if (this.#signal.aborted || IcnError.is(error, 'Closed')) return
      this.#context.report(
        `Catching up with others failed: ${error instanceof Error ? error.message : error}`,
      )
      this.#soon(PEACE_MS, ONE_PEER)
    }
  }

  async #catchUp(
    most: number,
    signal: AbortSignal,
    onProgress?: (progress: SyncProgress) => void,
  ): Promise<SyncProgress> {
    const count: Count = {
      stage: 'governance',
      peers: 0,
      statements: 0,
      refused: 0,
      receipts: 0,
      blocks: 0,
      bytes: 0,
      missing: 0,
    }
    const budget = new Budget()
    const tell = (stage: SyncProgress['stage']) => {
      Object.assign(count, { stage, blocks: budget.blocks, bytes: budget.bytes })
      onProgress?.({ ...count })
    }
    signal.throwIfAborted()
    this.#context.count('runtime_sync_rounds_total')
    await this.#sets.filled()
    const present = await this.#mesh.peers()
    for (const peer of this.#turns.choose(present, most)) {
      signal.throwIfAborted()
      try {
        tell('governance')
        await this.#statements(peer, signal, count, () => tell('governance'))
        count.peers++
        tell('receipts')
        await this.#receipts(peer, signal, count, budget, () => tell('receipts'))
        await this.#blocks(peer, signal, budget, () => tell('blocks'))
      } catch (error) {
        if (signal.aborted) throw error
        if (error instanceof Silence) {
          if (error.owing) this.#mesh.blame(peer)
          this.#turns.silent(peer)
        } else if (error instanceof Lie) {
          this.#mesh.blame(peer)
          this.#turns.lied(peer)
          this.#context.count('runtime_sync_lies_total')
        } else throw error
      }
    }
    count.missing = (await missingBlocks(this.#context, this.#whole)).length
    tell('done')
    if (count.statements + count.receipts + budget.blocks > 0) {
      await this.#context.store.transact((tx) => tx.emit({ type: 'sync', detail: { ...count } }))
    }
    return { ...count }
  }

  async #statements(peer: Did, signal: AbortSignal, count: Count, tell: () => void): Promise<void> {
    for await (const items of this.#lacked(peer, 'Statements', signal)) {
      const { fresh, useless, forged } = await takeStatements(this.#context, items)
      count.statements += fresh
      count.refused += useless.length
      for (const name of useless) remember(this.#useless, name)
      tell()
      if (forged) throw new Lie()
    }
  }

  async #receipts(
    peer: Did,
    signal: AbortSignal,
    count: Count,
    budget: Budget,
    tell: () => void,
  ): Promise<void> {
    for await (const items of this.#lacked(peer, 'Receipts', signal)) {
      for (const { name, data } of items) {
        if (budget.spent) return
        const evidence = lieUnless(() => decodeBincode(runEvidence, data, 'Receipt and record'))
        const fetch = (cid: Cid) => fetchBlock(this.#mesh, cid, peer, budget, signal)
        const end = await takeReceipt(this.#context, evidence, fetch)
        if (end === 'kept') count.receipts++
        else if (end === 'useless') {
          count.refused++
          remember(this.#useless, toHex(name))
        }
        tell()
      }
    }
  }

  async #blocks(peer: Did, signal: AbortSignal, budget: Budget, tell: () => void): Promise<void> {
    // A manifest that has come may name a module that has not.
    for (let depth = 0; depth < 3; depth++) {
      const missing = await missingBlocks(this.#context, this.#whole)
      const worth = missing.filter((cid) => !this.#absent.has(`${cid} ${peer}`))
      if (worth.length === 0) return
      for (const cid of worth) {
        if (budget.spent) return
        const block = await fetchBlock(this.#mesh, cid, peer, budget, signal)
        if (block === undefined) remember(this.#absent, `${cid} ${peer}`)
        else await this.#context.store.transact((tx) => putBlock(tx, block))
        tell()
      }
    }
  }

  /** What a peer has and this node lacks, some at a time. @throws Lie, Silence, the signal's reason */
  async *#lacked(peer: Did, set: SyncSet, signal: AbortSignal) {
    const own = this.#sets[set]
    const branches = ['']
    let questions = 0
    let wanted = 0
    for (let prefix = branches.pop(); prefix !== undefined; prefix = branches.pop()) {
      if (questions++ >= MOST_QUESTIONS) return
      const at = prefix
      const fingerprint = own.fingerprint(at)
      const told = await this.#ask(peer, signal, false, (number) => ({
        Ask: { number, set, prefix: at, fingerprint },
      }))
      this.#turns.answered(peer)
      const { lacked, ask } = lieUnless(() => own.compare(at, told))
      branches.push(...ask)
      let names = lacked.filter((name) => !this.#useless.has(name))
      while (names.length > 0) {
        if (wanted >= MOST_WANTED) return
        const some = names.slice(0, MOST_FETCHED)
        wanted += some.length
        const wantedNames = some.map((name) => fromHex(name))
        const { items, left } = await this.#ask(peer, signal, true, (number) => ({
          Fetch: { number, set, names: wantedNames },
        }))
        const asked = items.every(({ name }) => wantedNames.some((other) => equalBytes(name, other)))
        const done = some.length - left
        if (!asked || items.length > done || done < 1) throw new Lie()
        yield items
        names = names.slice(done)
      }
    }
  }

  /** @param owing whether the peer has said that it has what is asked for @throws Silence, the signal's reason */
  async #ask<Q extends Question>(
    peer: Did,
    signal: AbortSignal,
    owing: boolean,
    question: (number: number) => Q,
  ): Promise<Answer<Q>> {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await this.#peers.ask(peer, question(this.#peers.number()), signal)
      if (answer !== undefined) return answer
    }
    throw new Silence(owing)
  }
}

function remember(set: Set<string>, what: string): void {
  set.add(what)
  if (set.size > MOST_REMEMBERED) set.delete(set.keys().next().value!)
}

/** What a peer sent is read; whatever is wrong with it is its own. */
function lieUnless<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw new Lie()
  }
}

/** Questions to peers and their answers, and questions of peers: every one bounded, every wait with an end. */
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { MeshParticipant } from './service.ts'
import { SYNC_TOPIC, type SyncMessage, syncMessage } from './sync-messages.ts'
import { Waiting } from './waiting.ts'

/** How long an answer is waited for, ms. */
const ANSWER_MS = 3_000
/** Questions of others that wait for an answer of this node at once; more are not answered. */
const MOST_ASKED = 64

export type Question = Extract<SyncMessage, { readonly Ask: unknown } | { readonly Fetch: unknown }>
export type Answer<Q> = Q extends { readonly Ask: unknown }
  ? Extract<SyncMessage, { readonly Tell: unknown }>['Tell']
  : Extract<SyncMessage, { readonly Items: unknown }>['Items']

export class SyncPeers {
  readonly #mesh: MeshParticipant
  readonly #waiting = new Waiting<SyncMessage>()
  readonly #unsubscribe: () => void
  /** Begins anywhere: questions of a page that was opened again within one second are not taken for those before. */
  #number = crypto.getRandomValues(new Uint32Array(1))[0]!
  #asked = 0

  /** @param answer to a question of another node */
  constructor(
    mesh: MeshParticipant,
    answer: (question: Question, from: Did) => Promise<SyncMessage | undefined>,
  ) {
    this.#mesh = mesh
    this.#unsubscribe = mesh.subscribe(SYNC_TOPIC, (payload, from) => {
      let message: SyncMessage
      try {
        message = decodeBincode(syncMessage, payload, 'Sync message')
      } catch (error) {
        if (!IcnError.is(error)) throw error
        mesh.blame(from)
        return
      }
      if ('Tell' in message) this.#waiting.settle(`Tell ${from} ${message.Tell.number}`, message)
      else if ('Items' in message) this.#waiting.settle(`Items ${from} ${message.Items.number}`, message)
      else void this.#serve(message, from, answer)
    })
  }

  /** @returns undefined when the peer does not answer in time @throws the signal's reason */
  async ask<Q extends Question>(peer: Did, question: Q, signal: AbortSignal): Promise<Answer<Q> | undefined> {
    const kind = 'Ask' in question ? 'Tell' : 'Items'
    const { number } = 'Ask' in question ? question.Ask : question.Fetch
    const answer = this.#waiting.wait(`${kind} ${peer} ${number}`, ANSWER_MS, signal)
    answer.catch(() => {})
    await this.#mesh.publish(SYNC_TOPIC, encodeBincode(syncMessage, question), peer)
    const found = await answer
    return found === undefined ? undefined : (Object.values(found)[0] as Answer<Q>)
  }

  /** Of the next question. */
  number(): number {
    this.#number = (this.#number + 1) >>> 0
    return this.#number
  }

  close(): void {
    this.#unsubscribe()
  }

  async #serve(
    question: Question,
    from: Did,
    answer: (question: Question, from: Did) => Promise<SyncMessage | undefined>,
  ): Promise<void> {
    if (this.#asked >= MOST_ASKED) return
    this.#asked++
    try {
      const message = await answer(question, from)
      if (message === undefined) this.#mesh.blame(from)
      else await this.#mesh.publish(SYNC_TOPIC, encodeBincode(syncMessage, message), from)
    } catch (error) {
      // Closed meanwhile: who asked asks somebody else.
      if (!IcnError.is(error)) throw error
    } finally {
      this.#asked--
    }
  }
}

/** Keeps governance in touch with the mesh: this node's changes go out once they are durable, others' come in. */
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { Announce } from '../governance/rows.ts'
import { DELEGATION_TOPIC } from '../governance/topics.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import type { RuntimeContext } from './context.ts'

const messages = late('The code of governance messages', () => import('./governance-messages.ts'))

/** As governance/proposal.ts emits it. */
const ANNOUNCE_EVENT = 'governance:announce'

/**
 * Runs until the signal. What cannot be sent is reported and not tried again (ref §6.3): peers ask for what they lack
 * (sync.ts). What is refused is counted.
 */
export function startGovernanceMesh(context: RuntimeContext, signal: AbortSignal): void {
  const { store, mesh } = context
  const trouble = (what: string) => (error: unknown) => {
    if (signal.aborted || IcnError.is(error, 'Closed')) return
    context.report(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
  let sending: Promise<unknown> = Promise.resolve()
  const unsubscribe = store.subscribe(({ type, detail }, origin) => {
    // The tab that made the change announces it.
    if (type !== ANNOUNCE_EVENT || origin !== 'local') return
    sending = sending
      .then(async () => (await messages()).announceChange(context, detail as Announce))
      .catch(trouble('A change of governance could not be announced'))
  })
  let receiver: Promise<{ receive(encoded: Uint8Array): Promise<boolean> }> | undefined
  const hear = (encoded: Uint8Array) => {
    receiver ??= messages().then(({ GovernanceReceiver }) => new GovernanceReceiver(context))
    receiver
      .then((ready) => ready.receive(encoded))
      .catch((error) => {
        context.count('runtime_governance_messages_refused_total')
        trouble('A message of governance was refused')(error)
      })
  }
  const unhear = mesh.onGovernance(hear)
  const unhearDelegations = (mesh as Partial<MeshParticipant>).subscribe?.(DELEGATION_TOPIC, hear)
  signal.addEventListener('abort', () => {
    unsubscribe()
    unhear()
    unhearDelegations?.()
  })
}

/** Doing what can be done with a proposal: one thing after the other, a failure told, focus kept where it was. */
import type { IcnRuntime } from '../../index.ts'
import { announce } from '../announce.ts'
import { fill } from '../dom.ts'
import { problemAlert } from '../parts/problem.ts'
import type { Act } from './proposal-acts.ts'

export interface Acting {
  act(chosen: Act, words: string): Promise<void>
  /** Rows are built anew by `reload`; focus stays on the proposal, and on the button, that it was on. */
  refresh(): Promise<void>
  /** What is under way will refresh at its end. */
  underWay(): boolean
}

export function acting(
  place: HTMLElement,
  trouble: HTMLElement,
  reload: () => Promise<void>,
  signal: AbortSignal,
): Acting {
  /** The first of them is under way; what is pressed meanwhile waits for it. */
  const pressed: { readonly chosen: Act; readonly words: string }[] = []

  async function refresh(): Promise<void> {
    const held = place.contains(document.activeElement) ? document.activeElement : null
    const id = held?.closest<HTMLElement>('[data-proposal]')?.dataset.proposal
    const name = held instanceof HTMLElement ? held.dataset.act : undefined
    await reload()
    if (id === undefined || signal.aborted) return
    const row = findProposal(place, id)
    const same = row?.querySelector<HTMLElement>(`[data-act="${name}"]`)
    const first =
      row?.querySelector<HTMLElement>('.actions button') ?? row?.querySelector<HTMLElement>('.proposal-title')
    ;(same ?? first)?.focus()
  }

  return {
    refresh,
    underWay: () => pressed.length > 0,
    async act(chosen, words) {
      if (pressed.some((one) => one.chosen === chosen)) return
      pressed.push({ chosen, words })
      if (pressed.length > 1) return
      for (let one = pressed[0]; one !== undefined; one = pressed[0]) {
        try {
          await one.chosen.run(one.words)
          fill(trouble)
          announce(one.chosen.done)
        } catch (error) {
          // What was pressed after it may have counted on it.
          pressed.length = 0
          if (signal.aborted) return
          fill(trouble, problemAlert(error))
        }
        pressed.shift()
      }
      await refresh()
    },
  }
}

export function findProposal(place: HTMLElement, id: string): HTMLElement | undefined {
  return [...place.querySelectorAll<HTMLElement>('[data-proposal]')].find(
    (element) => element.dataset.proposal === id,
  )
}

/** Calls on what members do, here and elsewhere, and now and then: some things change by the clock alone. */
export function followProposals(
  runtime: IcnRuntime,
  look: (status?: string) => void,
  signal: AbortSignal,
): void {
  signal.addEventListener(
    'abort',
    runtime.on('proposal', ({ status }) => look(status)),
  )
  const timer = setInterval(() => look(), LOOK_AGAIN_MS)
  signal.addEventListener('abort', () => clearInterval(timer))
}

/** A voting ends, a delay is over. */
const LOOK_AGAIN_MS = 15_000

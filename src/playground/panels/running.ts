/** A run while it goes on: how long it takes, and what it has used as far as its last report tells. */
import type { RunProgress } from '../../index.ts'
import { announce } from '../announce.ts'
import { h, icon } from '../dom.ts'
import { bytes, milliseconds, number, pages } from '../format.ts'
import { track } from '../parts/busy.ts'
import { bar, facts, setBar, share } from '../parts/facts.ts'
import type { RunState } from '../store.ts'
import '../style/running.css'

type Running = Extract<RunState, { kind: 'running' }>

/** Reports come every 100 ms while there are host calls: beyond this there were none. */
const OLD_MS = 1_000
/** Who listens to the page is told this seldom, first after so long. */
const SAY_FIRST_MS = 5_000
const SAY_EVERY_MS = 15_000

const size = (count: number) => bytes(count * 65_536)
/** Below one, too: the unit does not change under way. */
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export interface RunningView {
  readonly element: HTMLElement
  /** As it stands now. */
  update(): void
}

export function running(run: Running, limitMs: number): RunningView {
  const label = h('p', { class: 'progress-label' })
  const fuel = measured('Share of the fuel budget used', 'fuel')
  const memory = measured('Share of the memory limit used')
  const time = measured('Share of the time limit used')
  const calls = h('span', {})
  const note = h('p', { class: 'running-note' })
  const limit = seconds(limitMs)
  const stop = h(
    'button',
    { type: 'button', class: 'button running-stop', onclick: end },
    icon('stop'),
    'Stop the run',
  )
  let sayAt = SAY_FIRST_MS
  let seen = false

  function end(): void {
    // The button goes with the run; who is on it stays where they are.
    const heading = element.closest('section')?.querySelector('h2')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus()
    run.abort.abort()
  }

  function update(): void {
    const passed = performance.now() - run.startedAt
    const { progress, toldAt } = run.live
    label.textContent = `Running ${run.name}`
    fuel.show(...fuelOf(run, progress))
    memory.show(...memoryOf(progress))
    time.show(passed / limitMs, `${seconds(passed)} of ${limit}`, `${limit} of ${limit}`)
    calls.textContent = progress?.hostCallCount ? number(progress.hostCallCount) : 'none yet'
    note.textContent = noteOf(progress, performance.now() - toldAt)
    // On a narrow screen it is below the controls, and so is what they are pressed for.
    if (!seen && stop.offsetParent !== null) element.scrollIntoView({ block: 'nearest' })
    seen ||= element.isConnected
    if (passed < sayAt) return
    sayAt = passed + SAY_EVERY_MS
    announce(spoken(run, progress, passed))
  }

  const element = h(
    'div',
    { class: 'tray-empty running' },
    h('div', { class: 'progress' }, track(`Running ${run.name}`), label),
    facts(
      [
        ['Fuel used', fuel.parts],
        ['Memory', memory.parts],
        ['Host calls', calls],
        ['Time', time.parts],
      ],
      'lines',
    ),
    note,
    stop,
  )
  update()
  return { element, update }
}

/** A value and its bar. The value has the room that its longest needs, so that nothing moves while it grows. */
function measured(label: string, kind: 'fuel' | 'plain' = 'plain') {
  const value = h('span', { class: 'line-value' })
  const meter = bar(0, label, kind)
  return {
    parts: [value, meter],
    show(part: number, text: string, longest = text): void {
      value.textContent = text
      value.dataset.longest = longest
      setBar(meter, part, text)
    },
  }
}

function fuelOf({ budget }: Running, progress: RunProgress | undefined): [number, string, string] {
  const limit = progress?.fuelLimit ?? budget
  const longest = `${number(limit)} of ${number(limit)}`
  // Zero at its start; how much it is without a host call is not known.
  if (!progress?.hostCallCount) return [0, 'not known yet', longest]
  return [share(progress.fuelUsed, limit), `${number(progress.fuelUsed)} of ${number(limit)}`, longest]
}

function memoryOf(progress: RunProgress | undefined): [number, string, string?] {
  if (!progress) return [0, 'not known yet']
  const { memoryPages, memoryLimitPages, hostCallCount } = progress
  if (memoryPages === 0) return [0, 'none']
  const limit = size(memoryLimitPages)
  // It never shrinks.
  const words = hostCallCount === 0 ? `at least ${size(memoryPages)}` : `${size(memoryPages)} of ${limit}`
  return [memoryPages / memoryLimitPages, words, `${limit} of ${limit}`]
}

function noteOf(progress: RunProgress | undefined, age: number): string {
  if (!progress) return 'It is being made ready, or waits for its turn.'
  const { attempt, hostCallCount } = progress
  const again =
    attempt > 1
      ? `Begun ${number(attempt)} times by now: what it reads had to be fetched or was changed. `
      : ''
  if (hostCallCount === 0)
    return `${again}No host call yet: what it has used is known only where it calls the host.`
  if (age > OLD_MS)
    return `${again}As it was ${milliseconds(age)} ago: it is known only where it calls the host.`
  return `${again}As it was at its last host calls.`
}

function spoken({ name }: Running, progress: RunProgress | undefined, passed: number): string {
  const so = `${name} has been running for ${Math.round(passed / 1000)} seconds.`
  if (!progress?.hostCallCount) return `${so} It has not called the host yet, so its fuel is not known.`
  const { fuelUsed, fuelLimit, memoryPages, hostCallCount } = progress
  const percent = Math.floor(share(fuelUsed, fuelLimit) * 100)
  return `${so} Fuel used: ${percent} %. Memory: ${pages(memoryPages)}. Host calls: ${number(hostCallCount)}.`
}

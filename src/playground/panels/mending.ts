/** A block that is not what its name says: why, what is stored, and the choices there are. */
import type { DagBlockContent, ExaminedBlock, IcnRuntime, RepairAnswer } from '../../index.ts'
import { fill, h, icon } from '../dom.ts'
import { bytes } from '../format.ts'
import { blockContent } from '../parts/block-content.ts'
import { pickFile } from '../parts/pick-file.ts'
import { problemCard } from '../parts/problem.ts'

type Done = (sentence: string) => void

export function mending(
  runtime: IcnRuntime,
  { cid, reason, stored }: ExaminedBlock,
  signal: AbortSignal,
  done: Done,
): HTMLElement {
  return h(
    'section',
    { class: 'mending' },
    h('h2', {}, 'This block is damaged'),
    h('p', { class: 'verdict tone-bad' }, icon('cross'), ' ', reason),
    h(
      'p',
      {},
      'Its bytes do not give the name it is stored under, so it is not served. What is to be done with it?',
    ),
    choices(
      runtime,
      cid,
      signal,
      done,
      [
        ['Set it aside', 'It was set aside.', 'quarantine'],
        ['Remove it', 'It was removed.', 'delete'],
      ],
      stored,
    ),
    h('p', { class: 'quiet' }, 'Or leave it as it is: nothing happens by itself.'),
    stored &&
      h(
        'details',
        { class: 'detail' },
        h('summary', {}, `What is stored now, ${bytes(stored.data.length)}`),
        ...blockContent(stored.data),
      ),
  )
}

/** A block that was set aside earlier; undefined when there is none under this CID. */
export async function aside(
  runtime: IcnRuntime,
  cid: string,
  signal: AbortSignal,
  done: Done,
): Promise<HTMLElement | undefined> {
  const { items } = await runtime.dag.quarantined({ limit: 1_000, signal })
  const found = items.find((one) => one.cid === cid)
  if (!found) return undefined
  return h(
    'section',
    { class: 'mending' },
    h('h2', {}, 'This block was set aside'),
    h('p', {}, found.reason),
    h('p', {}, 'It is no longer served. It comes back when somebody gives its right bytes.'),
    choices(runtime, cid, signal, done, [], found.stored),
    found.stored && h('div', {}, ...blockContent(found.stored.data)),
  )
}

function choices(
  runtime: IcnRuntime,
  cid: string,
  signal: AbortSignal,
  done: Done,
  named: readonly (readonly [label: string, sentence: string, answer: RepairAnswer])[],
  stored: DagBlockContent | null,
): HTMLElement {
  const trouble = h('div')
  async function repair(answer: RepairAnswer, sentence: string): Promise<void> {
    try {
      await runtime.dag.repair(cid, answer, { signal })
      done(sentence)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemCard(error, { title: 'The block was not mended' }))
    }
  }
  /** All but the data is taken from what is stored; the runtime puts the whole to the test before it counts. */
  async function fromFile(): Promise<void> {
    const file = await pickFile()
    if (!file || signal.aborted || !stored) return
    const data = new Uint8Array(await file.arrayBuffer())
    await repair({ ...stored, data }, 'The block is whole again.')
  }
  const button = (label: string, act: () => void) =>
    h('button', { type: 'button', class: 'button', onclick: act }, label)
  return h(
    'div',
    { class: 'verify' },
    h(
      'div',
      { class: 'actions' },
      stored !== null && button('Give the right bytes from a file', () => void fromFile()),
      named.map(([label, sentence, answer]) => button(label, () => void repair(answer, sentence))),
    ),
    trouble,
  )
}

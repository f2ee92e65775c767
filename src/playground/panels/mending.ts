/** A block that is not what its name says: why, what is stored, and the choices there are. */
import type { DagBlockContent, ExaminedBlock, IcnRuntime, RepairAnswer } from '../../index.ts'
import { fill, h, icon } from '../dom.ts'
import { bytes } from '../format.ts'
import { blockContent } from '../parts/block-content.ts'
import { facts } from '../parts/facts.ts'
import { copyableId } from '../parts/id.ts'
import { pickFile } from '../parts/pick-file.ts'
import { problemAlert } from '../parts/problem.ts'

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
    h(
      'p',
      { class: 'verdict tone-bad' },
      icon('cross'),
      'What is stored here was changed after it was written. It does not match its name any more, so nobody is given it.',
    ),
    facts([['Its name', copyableId(cid, 'the block’s CID')]], 'facts facts-stacked'),
    h('h3', {}, 'What is to be done with it?'),
    choices(
      runtime,
      cid,
      signal,
      done,
      [
        [
          'Set it aside',
          'It is kept to be looked at, but counts no more.',
          'It was set aside.',
          'quarantine',
        ],
        ['Remove it', 'It is gone from here for good.', 'It was removed.', 'delete'],
      ],
      stored,
    ),
    h('p', { class: 'quiet' }, 'Or leave it as it is: nothing happens by itself.'),
    engineers(reason ?? '', stored),
  )
}

function engineers(reason: string, stored: DagBlockContent | null): HTMLElement {
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'For engineers'),
    h('p', { class: 'mending-reason' }, reason),
    stored && [h('h3', {}, `What is stored now, ${bytes(stored.data.length)}`), ...blockContent(stored.data)],
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
    h(
      'p',
      {},
      'It was damaged, so it counts no more and nobody is given it. It comes back when it is given its right bytes.',
    ),
    facts([['Its name', copyableId(cid, 'the block’s CID')]], 'facts facts-stacked'),
    choices(runtime, cid, signal, done, [], found.stored),
    engineers(found.reason, found.stored),
  )
}

function choices(
  runtime: IcnRuntime,
  cid: string,
  signal: AbortSignal,
  done: Done,
  named: readonly (readonly [label: string, note: string, sentence: string, answer: RepairAnswer])[],
  stored: DagBlockContent | null,
): HTMLElement {
  const trouble = h('div')
  async function repair(answer: RepairAnswer, sentence: string): Promise<void> {
    try {
      await runtime.dag.repair(cid, answer, { signal })
      done(sentence)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error, { title: 'The block was not mended' }))
    }
  }
  /** All but the data is taken from what is stored; the runtime puts the whole to the test before it counts. */
  async function fromFile(): Promise<void> {
    const file = await pickFile()
    if (!file || signal.aborted || !stored) return
    const data = new Uint8Array(await file.arrayBuffer())
    await repair({ ...stored, data }, 'The block is whole again.')
  }
  const choice = (label: string, note: string, act: () => void) =>
    h(
      'li',
      {},
      h('button', { type: 'button', class: 'button', onclick: act }, label),
      h('span', { class: 'quiet' }, note),
    )
  return h(
    'div',
    { class: 'verify' },
    h(
      'ul',
      { class: 'choices' },
      stored !== null &&
        choice(
          'Give the right bytes from a file',
          'From a copy of yours or of another node. They are compared with the name first.',
          () => void fromFile(),
        ),
      named.map(([label, note, sentence, answer]) =>
        choice(label, note, () => void repair(answer, sentence)),
      ),
    ),
    trouble,
  )
}

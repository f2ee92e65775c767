/** Looking after what is stored: check it, mend it, take it elsewhere and back, and let go of what has had its time. */
import type { IcnRuntime, RepairName, VerifyAllResult } from '../../index.ts'
import type { Context } from '../context.ts'
import { h } from '../dom.ts'
import { bytes, number, plural, short } from '../format.ts'
import { linkedId } from '../parts/id.ts'
import { pickFile } from '../parts/pick-file.ts'
import { saveAs } from '../parts/save.ts'
import { type TaskResult, task } from '../parts/task.ts'
import { href } from '../router.ts'

const REPAIRS: readonly (readonly [answer: RepairName, label: string])[] = [
  ['report', 'Tell me, and leave them'],
  ['quarantine', 'Set them aside'],
  ['delete', 'Remove them'],
]

/** Every block against its name; bad ones are named, and can be mended one by one on their own pages. */
export function verification({ runtime }: Context, life: AbortSignal): HTMLElement {
  const repair = h(
    'select',
    { id: 'repair', 'aria-describedby': 'repair-note' },
    REPAIRS.map(([answer, label]) => h('option', { value: answer }, label)),
  )
  return h(
    'section',
    { 'aria-labelledby': 'check-title' },
    h('h2', { id: 'check-title' }, 'Check all of them'),
    h('div', { class: 'field' }, h('label', { for: 'repair' }, 'Damaged blocks'), repair),
    h(
      'p',
      { class: 'quiet', id: 'repair-note' },
      'Each is compared with its name. A damaged one that is set aside is kept to be looked at, but counts no more; on its own page it can be given back its right bytes.',
    ),
    task(
      'Verify every block',
      async (tell, signal) =>
        verdict(
          await runtime.dag.verifyAll({
            signal,
            repair: repair.value as RepairName,
            onProgress: ({ checked, bad }) => tell(`${number(checked)} checked, ${number(bad)} bad`),
          }),
          repair.value as RepairName,
        ),
      life,
    ),
  )
}

/** The node as a file, back from one, and room made. */
export function files({ runtime }: Context, life: AbortSignal): HTMLElement {
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'Export, import, tidy up'),
    h(
      'div',
      { class: 'upkeep' },
      exporting(runtime, life),
      importing(runtime, life),
      pruning(runtime, life),
      asideList(runtime, life),
    ),
  )
}

function asideList(runtime: IcnRuntime, life: AbortSignal): HTMLElement {
  return task(
    'List the blocks set aside',
    async (_tell, signal) => {
      const { items, next } = await runtime.dag.quarantined({ limit: 100, signal })
      if (items.length === 0) return { good: true, sentence: 'No block has been set aside.' }
      const more = next === undefined ? '' : ' These are the first of them.'
      return {
        good: false,
        sentence: `${plural(items.length, 'block was', 'blocks were')} set aside.${more}`,
        detail: blockLinks(items),
      }
    },
    life,
  )
}

function verdict({ checked, bad, repaired }: VerifyAllResult, repair: RepairName): TaskResult {
  const did = { report: '', quarantine: 'set aside', delete: 'removed' }[repair]
  const answered = repaired > 0 ? ` ${plural(repaired, 'block was', 'blocks were')} ${did}.` : ''
  if (bad.length === 0)
    return { good: true, sentence: `${plural(checked, 'block')} checked: all are what their names say.` }
  return {
    good: false,
    sentence: `${plural(checked, 'block')} checked: ${plural(bad.length, 'does', 'do')} not match ${bad.length === 1 ? 'its name' : 'their names'}.${answered}`,
    detail: blockLinks(bad),
  }
}

/** More would not be read; the list of all blocks marks every one. */
const MOST_NAMED = 50

function blockLinks(blocks: readonly { readonly cid: string; readonly reason: string }[]): HTMLElement {
  const named = blocks.slice(0, MOST_NAMED)
  const rest = blocks.length - named.length
  return h(
    'div',
    { class: 'bad-blocks' },
    h(
      'ul',
      {},
      named.map(({ cid }) => h('li', {}, linkedId(cid, href('blocks', cid)))),
    ),
    rest > 0 && h('p', {}, `and ${number(rest)} more.`),
    h(
      'details',
      { class: 'detail' },
      h('summary', {}, 'For engineers'),
      h(
        'ul',
        {},
        named.map(({ cid, reason }) => h('li', {}, h('code', {}, short(cid)), `: ${reason}`)),
      ),
    ),
  )
}

function exporting(runtime: IcnRuntime, life: AbortSignal): HTMLElement {
  return task(
    'Export the whole node as a file',
    async (tell, signal) => {
      const parts: BlobPart[] = []
      let size = 0
      for await (const piece of await runtime.dag.export({ signal })) {
        parts.push(piece as BlobPart)
        size += piece.length
        tell(`${bytes(size)} written`)
      }
      saveAs('icn-node.icn', 'application/octet-stream', new Blob(parts))
      return {
        good: true,
        sentence: `${bytes(size)} saved: blocks, accounts, jobs and receipts. The key of this node is not in it.`,
      }
    },
    life,
  )
}

function importing(runtime: IcnRuntime, life: AbortSignal): HTMLElement {
  return task(
    'Import a node from a file',
    async (tell, signal) => {
      const file = await pickFile()
      if (!file) return undefined
      const { blocks, added, state, omitted } = await runtime.dag.import(file.stream(), {
        signal,
        onProgress: (so) =>
          tell(`${bytes(so.bytes)} of ${bytes(file.size)} read, ${plural(so.blocks, 'block')}`),
      })
      const ledger = {
        restored: 'Accounts, jobs and receipts were restored.',
        kept: 'Accounts, jobs and receipts stay as they were here.',
        absent: 'The file holds blocks alone.',
      }[state]
      const missing = omitted > 0 ? ` ${plural(omitted, 'damaged block')} had been left out of the file.` : ''
      return {
        good: true,
        sentence: `${plural(blocks, 'block')} read and verified, ${number(added)} of them new here. ${ledger}${missing}`,
      }
    },
    life,
  )
}

function pruning(runtime: IcnRuntime, life: AbortSignal): HTMLElement {
  return task(
    'Remove blocks whose time is over',
    async (_tell, signal) => {
      const removed = await runtime.dag.prune({ signal })
      return {
        good: true,
        sentence:
          removed.length === 0
            ? 'No block’s time is over; nothing was removed.'
            : `${plural(removed.length, 'block')} removed.`,
      }
    },
    life,
  )
}

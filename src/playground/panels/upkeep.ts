/** Looking after what is stored: check it, mend it, take it elsewhere and back, and let go of what has had its time. */
import type { IcnRuntime, VerifyAllResult } from '../../index.ts'
import type { Context } from '../context.ts'
import { h } from '../dom.ts'
import { bytes, number, plural, short } from '../format.ts'
import { saveAs } from '../parts/save.ts'
import { type TaskResult, task } from '../parts/task.ts'
import { href } from '../router.ts'

/** Every block against its name; bad ones are named, and can be mended in the next step. */
export function verification({ runtime }: Context, life: AbortSignal): HTMLElement {
  const check = (repair: 'report' | 'quarantine') =>
    task(
      repair === 'report' ? 'Verify every block' : 'Verify and set bad blocks aside',
      async (tell, signal) =>
        verdict(
          await runtime.dag.verifyAll({
            signal,
            repair,
            onProgress: ({ checked, bad }) => tell(`${number(checked)} checked, ${number(bad)} bad`),
          }),
        ),
      life,
    )
  return h(
    'div',
    { class: 'upkeep' },
    check('report'),
    h(
      'details',
      { class: 'detail' },
      h('summary', {}, 'Mend, export, import, tidy up'),
      h(
        'div',
        { class: 'upkeep' },
        h(
          'p',
          { class: 'quiet' },
          'A bad block set aside is no longer served; it is kept for whoever wants to look into it.',
        ),
        check('quarantine'),
        exporting(runtime, life),
        importing(runtime, life),
        pruning(runtime, life),
      ),
    ),
  )
}

function verdict({ checked, bad, repaired }: VerifyAllResult): TaskResult {
  const aside = repaired > 0 ? ` ${plural(repaired, 'block')} mended or set aside.` : ''
  if (bad.length === 0)
    return { good: true, sentence: `${plural(checked, 'block')} checked: all are what their names say.` }
  return {
    good: false,
    sentence: `${plural(checked, 'block')} checked: ${number(bad.length)} do not match their names.${aside}`,
    detail: h(
      'ul',
      {},
      bad.map(({ cid, reason }) =>
        h('li', {}, h('a', { href: href('blocks', cid) }, short(cid)), `: ${reason}`),
      ),
    ),
  }
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
  const picker = h('input', {
    type: 'file',
    id: 'node-file',
    class: 'visually-hidden',
    tabindex: '-1',
    'aria-hidden': 'true',
  })
  const choose = () =>
    new Promise<File | undefined>((resolve) => {
      picker.onchange = () => resolve(picker.files?.[0])
      picker.oncancel = () => resolve(undefined)
      picker.value = ''
      picker.click()
    })
  return h(
    'div',
    {},
    picker,
    task(
      'Import a node from a file',
      async (tell, signal) => {
        const file = await choose()
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
        const missing =
          omitted > 0 ? ` ${plural(omitted, 'damaged block')} had been left out of the file.` : ''
        return {
          good: true,
          sentence: `${plural(blocks, 'block')} read and verified, ${number(added)} of them new here. ${ledger}${missing}`,
        }
      },
      life,
    ),
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

/** A link that carries a module: it is unpacked, its settings are put in place, and nothing runs until Run is pressed. */
import type { Context } from '../context.ts'
import { h } from '../dom.ts'
import type { IntakeHandlers } from '../intake.ts'
import { unpackLink } from '../link.ts'
import { notice } from '../notices.ts'
import { problemCard } from '../parts/problem.ts'
import { href, type Panel, type PanelFactory } from '../router.ts'
import { runPanel } from './run.ts'

export function openPanel(context: Context, handlers: IntakeHandlers): PanelFactory {
  const { store, actions } = context
  return async (argument, signal): Promise<Panel> => {
    try {
      const { name, content, entry, fuel, limits } = await unpackLink(argument ?? '')
      if (fuel !== undefined) store.set({ fuel: fuel.toLocaleString('en') })
      if (limits) await actions.limit(limits)
      notice('link', `${name} came with the link you opened. It has not been run: look at it first.`)
      if (typeof content !== 'string') {
        void actions.takeModule({ name, bytes: content }, entry)
        return await runPanel(context, handlers)(undefined, signal)
      }
      store.set({
        entry: entry ?? 'run',
        incoming: { name: /\.wat$/i.test(name) ? name : `${name}.wat`, text: content },
      })
      const { writePanel } = await import('./write.ts')
      return await writePanel(context)(undefined, signal)
    } catch (error) {
      return {
        title: 'Link',
        element: h(
          'div',
          {},
          h('header', { class: 'page-head' }, h('h1', {}, 'This link could not be opened')),
          h('div', { role: 'alert' }, problemCard(error, { after: 'Nothing was stored and nothing ran.' })),
          h('p', { class: 'actions' }, h('a', { href: href('run') }, 'Choose a contract instead')),
        ),
      }
    }
  }
}

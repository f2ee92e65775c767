/** Write a contract: an editor whose text is assembled and kept as it is typed, beside the bench that runs it. */
import '../style/write.css'
import type { Context } from '../context.ts'
import { h } from '../dom.ts'
import type { PanelFactory } from '../router.ts'
import { desk } from '../write/desk.ts'
import { modulePanel } from './module.ts'
import { outcomePanel } from './outcome.ts'

export function writePanel(context: Context): PanelFactory {
  return (argument, signal) => ({
    title: 'Write',
    element: h(
      'div',
      {},
      h(
        'header',
        { class: 'page-head' },
        h('h1', {}, 'Write a contract'),
        h(
          'p',
          {},
          'In the text format of WebAssembly. It is assembled here as you type, and kept in this browser.',
        ),
      ),
      h(
        'div',
        { class: 'bench bench-write' },
        desk(context, argument, signal),
        modulePanel(context, signal),
        outcomePanel(context, signal),
      ),
    ),
  })
}

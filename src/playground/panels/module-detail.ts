/** Everything inside the chosen module, for those who build modules. */
import type { ModuleInfo } from '../../index.ts'
import { fill, h } from '../dom.ts'
import { bytes, number, pages } from '../format.ts'
import { type Fact, facts } from '../parts/facts.ts'
import { copyableId } from '../parts/id.ts'
import { href } from '../router.ts'
import type { Choice } from '../store.ts'

type Named = ModuleInfo['imports'][number] | ModuleInfo['exports'][number]

export function moduleDetail({ info, sample }: Choice): HTMLElement {
  const limits = info.memory?.maximumPages
  const imports = h('div', {}, nameList(info.imports))
  let explained = false
  // The words for host functions are loaded when someone looks.
  const explain = async () => {
    if (explained) return
    explained = true
    const { importDocs } = await import('../parts/import-docs.ts')
    fill(imports, info.imports.length === 0 ? nameList([]) : importDocs(info.imports))
  }
  return h(
    'details',
    { class: 'detail', ontoggle: () => void explain().catch(() => undefined) },
    h('summary', {}, 'Everything in this module'),
    facts([
      ['Module CID', copyableId(info.cid, 'the module’s CID')],
      ['Size', `${number(info.size)} bytes, ${number(info.meteredSize)} with the fuel meter built in`],
      sample && ['Source', h('a', { href: href('write', sample.id) }, sample.source.replace(/^.*\//, ''))],
      [
        'Memory',
        info.memory
          ? `${pages(info.memory.initialPages)}, at most ${limits == null ? 'what the runtime allows' : pages(limits)}`
          : 'none',
      ],
      [
        'Tables',
        info.tables.length === 0
          ? 'none'
          : info.tables.map((item) => `${item.initial} to ${item.maximum ?? 'any'}`).join(', '),
      ],
      ['Start function', info.hasStart ? 'yes' : 'no'],
      ['Features', info.features.length === 0 ? 'WebAssembly 1.0 only' : info.features.join(', ')],
      custom(info.customSections),
    ]),
    h('h3', {}, `Imports: ${info.imports.length}`),
    imports,
    h('h3', {}, `Exports: ${info.exports.length}`),
    nameList(info.exports),
  )
}

function custom(sections: Choice['info']['customSections']): Fact | false {
  if (sections.length === 0) return false
  return ['Custom sections', sections.map((item) => `${item.name} (${bytes(item.size)})`).join(', ')]
}

function nameList(items: readonly Named[]): HTMLElement {
  if (items.length === 0) return h('p', { class: 'quiet' }, 'None.')
  return h(
    'ul',
    { class: 'signatures' },
    items.map((item) => h('li', {}, h('code', {}, signature(item)))),
  )
}

function signature(item: Named): string {
  const name = 'module' in item ? `${item.module}.${item.name}` : item.name
  if (!item.type) return `${name}: ${item.kind}`
  return `${name}(${item.type.params.join(', ')}) → ${item.type.results.join(', ') || 'nothing'}`
}

/** What a module imports, each with what the runtime says of it: the docs, the price, what it needs. */
import { HOST_ABI, HOST_DOCS, UNSERVED } from '../../host/index.ts'
import type { ModuleInfo } from '../../index.ts'
import { h } from '../dom.ts'
import { number } from '../format.ts'
import { withCode } from './with-code.ts'

type Import = ModuleInfo['imports'][number]

export function importDocs(imports: readonly Import[]): HTMLElement {
  return h(
    'ul',
    { class: 'signatures imports' },
    imports.map((item) =>
      h(
        'li',
        {},
        h('code', {}, `${item.module}.${item.name}${typed(item)}`),
        h('p', { class: 'quiet' }, withCode(sentence(item))),
      ),
    ),
  )
}

function typed({ type, kind }: Import): string {
  return type ? `(${type.params.join(', ')}) → ${type.results.join(', ') || 'nothing'}` : `: ${kind}`
}

/** What happens at the call, also where it is a refusal. */
export function sentence({ module, name, kind }: Pick<Import, 'module' | 'name' | 'kind'>): string {
  if (module !== 'icn' || kind !== 'func') return 'Not of the runtime: it is refused.'
  const known = HOST_ABI.find((row) => row.name === name || row.aliases.includes(name))
  if (!known || known.shapes.length === 0) {
    return `Not served by this runtime: a call ends the run. ${UNSERVED[name] ?? ''}`.trim()
  }
  const price =
    known.fuelPerByte > 0
      ? `Costs ${number(known.fuel)} fuel and ${number(known.fuelPerByte)} for each byte.`
      : `Costs ${number(known.fuel)} fuel.`
  const needs =
    known.capability === null ? '' : ` Only where the runtime was started with ‘${known.capability}’.`
  return `${HOST_DOCS[known.name] ?? ''} ${price}${needs}`.trim()
}

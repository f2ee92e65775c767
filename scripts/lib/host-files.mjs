// Declarations of the host functions for guest toolchains, and the page that says which names are served. Everything here
// is made from the table in src/host that the linker uses.

const MADE = 'Made by scripts/build-guests.mjs from src/host/abi.ts.'
const INDENT = { text: ['', '_length'], bytes: ['', '_length'], out: ['out', 'out_length'] }

/** Every served function with each of its types; the first has the plain name, the others a number behind it. */
function declarations({ HOST_ABI, HOST_DOCS, parseShape }) {
  return HOST_ABI.filter(({ shapes }) => shapes.length > 0).flatMap(({ name, aliases, shapes }) =>
    shapes.map((line, at) => {
      const shape = parseShape(line)
      const params = shape.params.flatMap((kind, i) => {
        const own = kind === 'out' ? '' : `${kind}${i}`
        if (kind === 'out') return INDENT.out.map((text) => ({ name: text, kind }))
        if (kind in INDENT)
          return INDENT[kind].map((end) => ({ name: own + end, kind: end ? 'length' : kind }))
        return [{ name: own, kind }]
      })
      return {
        as: at === 0 ? name : `${name}_${at + 1}`,
        name,
        // One module imports a name with one type: another type comes by another name, where there is one.
        imported: at === 0 ? name : (aliases[at - 1] ?? name),
        line: line.replace('->', '→').trim(),
        doc: at === 0 ? HOST_DOCS[name] : undefined,
        params: params.map((param, i) => ({ ...param, type: shape.type.params[i] })),
        result: shape.type.results[0],
      }
    }),
  )
}

export function cHeader(table) {
  const type = { i32: 'int32_t', i64: 'int64_t' }
  const pointer = ({ kind, name }, wasm) =>
    kind === 'out' && name === 'out'
      ? 'void *'
      : ['text', 'bytes', 'string'].includes(kind)
        ? 'const void *'
        : `${type[wasm]} `
  const lines = declarations(table).map(({ as, imported, line, doc, params, result }) => {
    const list = params.map((param) => `${pointer(param, param.type)}${param.name}`).join(', ') || 'void'
    const said = doc === undefined ? '' : `\n// ${doc}\n`
    return `${said}// ${line}\nICN_HOST("${imported}") ${result ? type[result] : 'void'} ${as}(${list});`
  })
  return `// Every host function as it is imported. ${MADE}
#ifndef ICN_HOST_H
#define ICN_HOST_H

#include <stdint.h>

#define ICN_HOST(name) __attribute__((import_module("icn"), import_name(name)))
${lines.join('\n')}

#endif
`
}

export function assemblyScript(table) {
  const lines = declarations(table).map(({ as, imported, line, doc, params, result }) => {
    const pointer = ({ kind, name: own }) =>
      (kind === 'out' && own === 'out') || ['text', 'bytes', 'string'].includes(kind)
    const list = params.map((param) => `${param.name}: ${pointer(param) ? 'usize' : param.type}`).join(', ')
    const said = doc === undefined ? '' : `/** ${doc} */\n`
    return `\n${said}// ${line}\n// @ts-ignore: decorator\n@external("icn", "${imported}")\nexport declare function ${as}(${list}): ${result ?? 'void'}`
  })
  return `// Every host function as it is imported. ${MADE}\n${lines.join('\n')}\n`
}

export function typeScript(table) {
  const type = { i32: 'number', i64: 'bigint' }
  const byName = Map.groupBy
    ? Map.groupBy(declarations(table), ({ name }) => name)
    : declarations(table).reduce(
        (map, entry) => map.set(entry.name, [...(map.get(entry.name) ?? []), entry]),
        new Map(),
      )
  const lines = [...byName].map(([name, shapes]) => {
    const types = shapes.map(({ params, result }) => {
      const list = params.map((param) => `${param.name}: ${type[param.type]}`).join(', ')
      return `((${list}) => ${result ? type[result] : 'void'})`
    })
    return `  /** ${shapes[0].doc} */\n  readonly ${name}: ${types.join('\n    | ')}`
  })
  return `// What a guest may import from "icn", as JavaScript sees it; a module declares one type of each. ${MADE}\nexport interface IcnImports {\n${lines.join('\n')}\n}\n`
}

export function servedPage({ HOST_ABI, HOST_DOCS, COMPILED }) {
  const rows = HOST_ABI.map(({ name, index, shapes, fuel, fuelPerByte, capability }) => {
    const served = shapes.length > 0
    const what = served
      ? (HOST_DOCS[name] ?? '').replaceAll('|', '\\|')
      : 'Links; traps with `InvalidSystemApiCall` when it is called.'
    const price = served ? `${fuel} + ${fuelPerByte}/byte` : ''
    return `| \`${name}\` | ${index ?? ''} | ${served ? 'yes' : 'no'} | ${COMPILED.includes(name) ? 'yes' : ''} | ${price} | ${capability ?? ''} | ${what} |`
  })
  return `# Host functions: which name is served

<!-- ${MADE} -->

Types and shapes of those that are served: [guest/ABI.md](../guest/ABI.md). Declarations: \`guest/c/icn_host.h\`,
\`guest/assemblyscript/host.ts\`, \`guest/types/icn-host.d.ts\`.

"Compiled" marks the names that ICN's contract compiler declares in every contract; its strings are pointers to
\`[u32 length][bytes]\`. Those that are not served have no meaning that the ICN documents settle, or need what this
runtime does not have (tokens, federations, key rotation, budgets).

Fuel is at most 50 times cheaper than the host's work for it (\`npm run bench -- host\`). A Groth16 check takes about
17,000,000 units: a contract that verifies proofs needs a runtime whose \`limits.fuel\` allows it.

| name | index | served | compiled | fuel | capability | what it does |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

// Declarations of the host functions for guest toolchains, and the page that says which names are served. Everything here
// is made from the table in src/host that the linker uses.

const MADE = 'Made by scripts/build-guests.mjs from src/host/abi.ts.'
/** The two parameters of what is given by pointer and length. */
const PAIRS = { text: ['', '_length'], bytes: ['', '_length'], out: ['out', 'out_length'] }
const isRoom = ({ kind, name }) => kind === 'out' && name === 'out'
const isPointer = ({ kind }) => ['text', 'bytes', 'string'].includes(kind)

/** Every served function with each of its types; the first has the plain name, the others a number behind it. */
function declarations({ HOST_ABI, HOST_DOCS, parseShape }) {
  return HOST_ABI.filter(({ shapes }) => shapes.length > 0).flatMap(({ name, aliases, shapes }) =>
    shapes.map((line, at) => {
      const shape = parseShape(line)
      const params = shape.params.flatMap((kind, i) => {
        const own = kind === 'out' ? '' : /\d$/.test(kind) ? `${kind}_${i}` : `${kind}${i}`
        if (kind === 'out') return PAIRS.out.map((text) => ({ name: text, kind }))
        if (kind in PAIRS) return PAIRS[kind].map((end) => ({ name: own + end, kind: end ? 'length' : kind }))
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
  const typed = (param) =>
    isRoom(param) ? 'void *' : isPointer(param) ? 'const void *' : `${type[param.type]} `
  const lines = declarations(table).map(({ as, imported, line, doc, params, result }) => {
    const list = params.map((param) => `${typed(param)}${param.name}`).join(', ') || 'void'
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
    const typed = (param) => (isRoom(param) || isPointer(param) ? 'usize' : param.type)
    const list = params.map((param) => `${param.name}: ${typed(param)}`).join(', ')
    const said = doc === undefined ? '' : `/** ${doc} */\n`
    return `\n${said}// ${line}\n// @ts-ignore: decorator\n@external("icn", "${imported}")\nexport declare function ${as}(${list}): ${result ?? 'void'}`
  })
  return `// Every host function as it is imported. ${MADE}\n${lines.join('\n')}\n`
}

export function rust(table) {
  const typed = (param) =>
    isRoom(param)
      ? '*mut u8'
      : isPointer(param)
        ? '*const u8'
        : /length$/.test(param.name)
          ? 'usize'
          : param.type
  const lines = declarations(table).map(({ as, imported, line, doc, params, result }) => {
    const list = params.map((param) => `${param.name}: ${typed(param)}`).join(', ')
    const said = doc === undefined ? '' : `\n    /// ${doc}\n`
    const name = as === imported ? '' : `    #[link_name = "${imported}"]\n`
    return `${said}    // ${line}\n${name}    pub fn ${as}(${list})${result ? ` -> ${result}` : ''};`
  })
  return `//! Every host function as it is imported. ${MADE}
// A contract uses some of them, and of each name one type.
#![allow(dead_code, clashing_extern_declarations)]

#[link(wasm_import_module = "icn")]
extern "C" {${lines.join('\n')}
}
`
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

const cell = (text) => text.replaceAll('|', '\\|')

export function servedPage({ HOST_ABI, HOST_DOCS, UNSERVED, COMPILED_CONTRACT_IMPORTS }) {
  const compiled = (name) => (COMPILED_CONTRACT_IMPORTS.includes(name) ? 'yes' : '')
  const served = HOST_ABI.filter(({ shapes }) => shapes.length > 0).map(
    ({ name, index, fuel, fuelPerByte, capability }) =>
      `| \`${name}\` | ${index} | ${compiled(name)} | ${fuel} + ${fuelPerByte}/byte | ${capability ?? ''} | ${cell(HOST_DOCS[name])} |`,
  )
  const reasons = [...new Set(Object.values(UNSERVED))]
  const unserved = reasons.map((why) => {
    const names = Object.keys(UNSERVED).filter((name) => UNSERVED[name] === why)
    return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${cell(why)} |`
  })
  return `# Host functions: which name is served

<!-- ${MADE} -->

Types and shapes of those that are served: [guest/ABI.md](../guest/ABI.md). Declarations: \`guest/c/icn_host.h\`,
\`guest/assemblyscript/host.ts\`, \`guest/rust/icn_host.rs\`, \`guest/types/icn-host.d.ts\`.

Fuel is at most 50 times cheaper than the host's work for it (\`npm run bench -- host\`). A refusal charges 8,000 more. A Groth16 check takes about
17,000,000 units: a contract that verifies proofs needs a runtime whose \`limits.fuel\` allows it.

## Served

"Compiled" marks the names that ICN's contract compiler declares in every contract. Its strings are pointers to
\`[u32 length][bytes]\`, its arrays of strings pointers to \`[u32 count][u32 capacity][u64 pointer]*\`.

| name | index | compiled | fuel | capability | what it does |
| --- | --- | --- | --- | --- | --- |
${served.join('\n')}

## Known, not served

These ${Object.keys(UNSERVED).length} of the ${COMPILED_CONTRACT_IMPORTS.length} names of compiled contracts link, since every contract declares all of them, and trap with
\`InvalidSystemApiCall\` when they are called. What they would do is settled neither by the ICN documents nor by the
compiler's library, or needs what a node in a page does not have.

| names | why not |
| --- | --- |
${unserved.join('\n')}
`
}

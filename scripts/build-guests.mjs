// Rebuilds every contract this repository carries (the samples of the playground, and the third-party modules linked
// with an adapter for the tests) and guest/ABI.md. Same toolchain, same bytes. Where a tool is missing it says which, and the committed
// file stays.
//
//   node scripts/build-guests.mjs            write what changed
//   node scripts/build-guests.mjs --check    write nothing; fail when a file differs from its source
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assemblyScript, cHeader, rust, servedPage, typeScript } from './lib/host-files.mjs'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const THIRD_PARTY = join(ROOT, 'src/runtime/fixtures/third-party')
/** The clang the committed C samples were built with; another gives other, equally correct bytes. */
const CLANG_MAJOR = 14
/** The same for the samples in Rust. */
const RUSTC = '1.95.0'
/** WebAssembly 1.0 and imported mutable globals, nothing newer: what nodes running icn-core take. */
const RUST_TARGET = 'wasm32v1-none'

const require = createRequire(import.meta.url)
let wabt

/** WAT text to bytes, names kept. */
export async function buildWat(text, name = 'module.wat') {
  wabt ??= await require('wabt')()
  const module = wabt.parseWat(name, text, { bulk_memory: false, reference_types: false, simd: false })
  try {
    module.validate()
    return module.toBinary({ write_debug_names: true }).buffer
  } finally {
    module.destroy()
  }
}

/** An AssemblyScript file to bytes: smallest code, names kept, none of the features icn-core refuses. */
export async function buildAssemblyScript(path) {
  const { default: asc } = await import('assemblyscript/asc')
  const file = relative(ROOT, path)
  let binary
  const { error, stderr } = await asc.main(
    [
      file,
      '-Oz',
      '--converge',
      '--debug',
      '--runtime',
      'stub',
      '--disable',
      'bulk-memory',
      '--use',
      'abort=guest/assemblyscript/icn/abort',
      '--outFile',
      'out.wasm',
    ],
    {
      readFile: (name, base) => {
        const found = resolve(ROOT, base, name)
        return existsSync(found) ? readFileSync(found, 'utf8') : null
      },
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents
      },
      listFiles: () => [],
    },
  )
  if (error || !binary) throw new Error(`${file}: ${error?.message ?? 'no output'}\n${stderr}`)
  return binary
}

/** The version of a tool on the path, or what is missing. */
function toolMajor(command, pattern) {
  try {
    return Number(pattern.exec(execFileSync(command, ['--version'], { encoding: 'utf8' }))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Why C cannot be rebuilt here to the committed bytes; undefined when it can. */
export function missingForC() {
  const clang = toolMajor('clang', /clang version (\d+)/)
  const lld = toolMajor('wasm-ld', /LLD (\d+)/)
  if (!clang) return 'clang is not installed (Debian: apt install clang lld)'
  if (!lld) return 'wasm-ld is not installed (Debian: apt install lld)'
  if (clang !== CLANG_MAJOR || lld !== CLANG_MAJOR)
    return `clang ${clang} and LLD ${lld} are installed; the committed bytes come from version ${CLANG_MAJOR}`
  return undefined
}

/** A C file to bytes. Compiler and linker are called apart: the driver would run any `wasm-opt` it finds. */
export function buildC(path) {
  const work = mkdtempSync(join(tmpdir(), 'icn-guest-'))
  try {
    const object = join(work, `${basename(path, '.c')}.o`)
    const out = join(work, 'out.wasm')
    const compile = ['--target=wasm32', '-mcpu=mvp', '-O2', '-ffreestanding', '-fno-builtin', '-fno-ident']
    execFileSync(
      'clang',
      [...compile, '-Wall', '-Wextra', '-Werror', '-c', '-o', object, relative(ROOT, path)],
      {
        cwd: ROOT,
      },
    )
    execFileSync('wasm-ld', ['--no-entry', '--stack-first', '-z', 'stack-size=16384', '-o', out, object])
    return new Uint8Array(readFileSync(out))
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** Why Rust cannot be rebuilt here to the committed bytes; undefined when it can. */
export function missingForRust() {
  const ask = (...args) => execFileSync('rustc', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    const version = ask('--version').split(' ')[1]
    if (version !== RUSTC) return `rustc ${version} is installed; the committed bytes come from ${RUSTC}`
    if (existsSync(ask('--print', 'target-libdir', '--target', RUST_TARGET))) return undefined
    return `rustc has no target ${RUST_TARGET} (rustup target add ${RUST_TARGET})`
  } catch {
    return `rustc is not installed (rustup toolchain install ${RUSTC} --target ${RUST_TARGET})`
  }
}

/** A Rust file to bytes. */
export function buildRust(path) {
  const work = mkdtempSync(join(tmpdir(), 'icn-guest-'))
  try {
    // The linker writes this name into the module.
    const out = join(work, basename(path, '.rs').concat('.wasm'))
    const codegen = ['opt-level=s', 'panic=abort', 'lto', 'codegen-units=1', 'strip=debuginfo']
    const stack = ['link-arg=--stack-first', 'link-arg=-zstack-size=16384']
    execFileSync(
      'rustc',
      [
        ...['--edition', '2021', '--target', RUST_TARGET, '--crate-type', 'cdylib', '-D', 'warnings'],
        ...[...codegen, ...stack].flatMap((option) => ['-C', option]),
        ...['-o', out, relative(ROOT, path)],
      ],
      { cwd: ROOT },
    )
    return new Uint8Array(readFileSync(out))
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The wasm module a hash-wasm distribution file carries as base64. */
export function hashWasm(algorithm) {
  const text = readFileSync(require.resolve(`hash-wasm/dist/${algorithm}.umd.min.js`), 'utf8')
  const found = /AGFzbQEAAA[A-Za-z0-9+/]+=*/.exec(text)
  if (!found) throw new Error(`hash-wasm/dist/${algorithm}.umd.min.js carries no wasm module`)
  return new Uint8Array(Buffer.from(found[0], 'base64'))
}

/**
 * Links a module nobody here wrote with an adapter of ours that gives it input: binaryen's wasm-merge joins the two,
 * the adapter exports `run`.
 */
export async function link({ adapter, as, bulk, library, name }) {
  const work = mkdtempSync(join(tmpdir(), 'icn-link-'))
  try {
    const files = { adapter: join(work, 'a.wasm'), library: join(work, 'b.wasm'), out: join(work, 'c.wasm') }
    writeFileSync(files.adapter, await buildWat(readFileSync(join(THIRD_PARTY, adapter), 'utf8'), adapter))
    writeFileSync(files.library, library())
    const features = [
      'sign-ext',
      'mutable-globals',
      'nontrapping-float-to-int',
      ...(bulk ? ['bulk-memory'] : []),
    ]
    const merge = join(dirname(require.resolve('binaryen')), 'bin', 'wasm-merge')
    const inputs = [files.library, name, files.adapter, as]
    execFileSync(
      process.execPath,
      [merge, ...features.map((name) => `--enable-${name}`), ...inputs, '-o', files.out],
      { stdio: 'pipe' },
    )
    return new Uint8Array(readFileSync(files.out))
  } finally {
    rmSync(work, { recursive: true })
  }
}

const committed = (name) => () => new Uint8Array(readFileSync(join(THIRD_PARTY, name)))

/** Third-party code and our adapter to it; `name` is what the adapter imports from, `as` what the library imports from. */
export const LINKS = [
  {
    out: 'sha256.linked.wasm',
    adapter: 'sha256.wat',
    name: 'hash-wasm',
    as: 'adapter',
    library: () => hashWasm('sha256'),
  },
  {
    out: 'lz4.linked.wasm',
    adapter: 'lz4.wat',
    name: 'lz4',
    as: '__wbindgen_placeholder__',
    library: committed('lz4-wasm-nodejs-0.9.2.wasm'),
  },
  {
    out: 'as-sha256.linked.wasm',
    adapter: 'as-sha256.wat',
    name: 'as-sha256',
    as: 'env',
    library: committed('as-sha256-0.3.1.wasm'),
  },
  {
    out: 'xxhash.linked.wasm',
    adapter: 'xxhash.wat',
    name: 'xxhash',
    as: 'adapter',
    library: committed('xxhash-wasm-1.1.0.wasm'),
    bulk: true,
  },
  {
    out: 'es-module-lexer.linked.wasm',
    adapter: 'es-module-lexer.wat',
    name: 'lexer',
    as: 'adapter',
    library: committed('es-module-lexer-3.0.5.wasm'),
  },
]

async function hostTable() {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: {
      contents: ['abi', 'shapes', 'docs', 'unserved', 'fixtures/compiled']
        .map((file) => `export * from './${file}.ts'`)
        .join('\n'),
      resolveDir: join(ROOT, 'src/host'),
    },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** guest/ABI.md, made from the table the linker uses. */
export async function buildAbiPage() {
  const { HOST_ABI, HOST_DOCS, parseShape, showType } = await hostTable()
  const served = HOST_ABI.filter((entry) => entry.shapes.length > 0)
  const stubs = HOST_ABI.filter((entry) => entry.shapes.length === 0)
  const lines = [
    '# Host functions',
    '',
    '<!-- Made by scripts/build-guests.mjs from src/host/abi.ts. -->',
    '',
    'Import them from the module `icn`. A function with several types takes any of them; the type you declare chooses.',
    'Within one module a name has one type: for a second one use another name of the function.',
    '',
    'Fuel is the price of a call, plus the price per byte of text that goes in or out. A refusal charges 8,000 more, for the',
    'sentence that says why.',
    '',
  ]
  for (const { name, aliases, index, shapes, fuel, fuelPerByte, capability } of served) {
    lines.push(`## ${name}`, '', HOST_DOCS[name] ?? '', '')
    for (const shape of shapes)
      lines.push(`- \`${showType(parseShape(shape).type)}\`: ${shape.replace('->', '→').trim()}`)
    const also = aliases.length > 0 ? `; also named ${aliases.map((alias) => `\`${alias}\``).join(', ')}` : ''
    const needs = capability ? `; needs the capability \`${capability}\`` : ''
    lines.push('', `Index ${index}; fuel ${fuel} + ${fuelPerByte} per byte${also}${needs}.`, '')
  }
  lines.push('## Known by name, not served', '')
  lines.push('A module that imports one of these loads; calling it ends the run and names it.', '')
  lines.push(`${stubs.map((entry) => `\`${entry.name}\``).join(', ')}.`, '')
  return new TextEncoder().encode(lines.join('\n'))
}

/** Every built file: its path, its source, how to build it, and what is missing to build it. */
export function guests() {
  const { samples } = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8'))
  const own = samples.map((sample) => {
    const source = join(ROOT, 'public', sample.source)
    const out = join(ROOT, 'public', sample.wasm)
    if (sample.language === 'WAT')
      return { out, language: 'WAT', build: () => buildWat(readFileSync(source, 'utf8'), basename(source)) }
    if (sample.language === 'AssemblyScript')
      return { out, language: 'AssemblyScript', build: () => buildAssemblyScript(source) }
    if (sample.language === 'Rust')
      return { out, language: 'Rust', build: () => buildRust(source), missing: missingForRust() }
    return { out, language: 'C', build: () => buildC(source), missing: missingForC() }
  })
  const linked = LINKS.map((entry) => ({
    out: join(THIRD_PARTY, entry.out),
    language: 'linked',
    build: () => link(entry),
  }))
  const page = { out: join(ROOT, 'guest/ABI.md'), language: 'page', build: buildAbiPage }
  const made = (path, make) => ({
    out: join(ROOT, path),
    language: 'page',
    build: async () => new TextEncoder().encode(make(await hostTable())),
  })
  return [
    page,
    made('docs/host-abi.md', servedPage),
    made('guest/c/icn_host.h', cHeader),
    made('guest/assemblyscript/host.ts', assemblyScript),
    made('guest/rust/icn_host.rs', rust),
    made('guest/types/icn-host.d.ts', typeScript),
    // Contracts include the files above.
    ...own,
    ...linked,
  ]
}

async function main() {
  const check = process.argv.includes('--check')
  let differs = 0
  for (const guest of guests()) {
    const name = relative(ROOT, guest.out)
    if (guest.missing) {
      console.log(`kept      ${name}: ${guest.missing}`)
      continue
    }
    const bytes = Buffer.from(await guest.build())
    const before = existsSync(guest.out) ? readFileSync(guest.out) : undefined
    if (before?.equals(bytes)) console.log(`unchanged ${name} (${bytes.length} bytes)`)
    else {
      differs++
      if (!check) writeFileSync(guest.out, bytes)
      console.log(
        `${check ? 'differs  ' : 'built    '} ${name} (${before?.length ?? 0} → ${bytes.length} bytes)`,
      )
    }
  }
  if (check && differs > 0) {
    console.error(`${differs} file(s) differ from their sources: run node scripts/build-guests.mjs`)
    process.exitCode = 1
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await main().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })

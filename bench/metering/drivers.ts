/** Packages from npm with WebAssembly inside, each driven through its own interface; a run gives a checksum. */

export interface Driver {
  readonly name: string
  /** Files of node_modules the driver wants as bytes. */
  readonly files?: readonly string[]
  readonly load: (file: (path: string) => Uint8Array<ArrayBuffer>) => Promise<() => unknown>
}

const filled = (length: number) => {
  const bytes = new Uint8Array(length)
  let state = 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}
/** Compressible: words in no particular order. */
const prose = (length: number) => {
  const words = ['fuel', 'mana', 'receipt', 'ledger', 'block', 'the', 'of', 'a', 'worker', 'network']
  const numbers = filled(length)
  let out = ''
  for (let i = 0; out.length < length; i++) out += `${words[numbers[i]! % words.length]} `
  return new TextEncoder().encode(out.slice(0, length))
}
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return `${bytes.length}:${hash >>> 0}`
}

const BLOCK = filled(1 << 18)
type Hasher = { init(): unknown; update(data: Uint8Array): unknown; digest(): string }
type HashWasm = typeof import('hash-wasm')

/** hash-wasm carries one module per algorithm. */
const hasher = (name: string, repeat: number, make: (hash: HashWasm) => Promise<Hasher>): Driver => ({
  name: `hash-wasm ${name}`,
  async load() {
    const made = await make(await import('hash-wasm'))
    return () => {
      made.init()
      for (let i = 0; i < repeat; i++) made.update(BLOCK)
      return made.digest()
    }
  },
})

export const DRIVERS: readonly Driver[] = [
  hasher('sha256', 16, (h) => h.createSHA256()),
  hasher('sha512', 24, (h) => h.createSHA512()),
  hasher('sha3', 16, (h) => h.createSHA3(256)),
  hasher('blake2b', 40, (h) => h.createBLAKE2b()),
  hasher('blake3', 40, (h) => h.createBLAKE3()),
  hasher('md5', 40, (h) => h.createMD5()),
  hasher('ripemd160', 20, (h) => h.createRIPEMD160()),
  hasher('sm3', 16, (h) => h.createSM3()),
  hasher('whirlpool', 8, (h) => h.createWhirlpool()),
  hasher('crc32', 80, (h) => h.createCRC32()),
  hasher('xxhash64', 200, (h) => h.createXXHash64()),
  {
    name: 'hash-wasm argon2id',
    async load() {
      const { argon2id } = await import('hash-wasm')
      return () =>
        argon2id({
          password: 'pass',
          salt: new Uint8Array(16),
          parallelism: 1,
          iterations: 3,
          memorySize: 2048,
          hashLength: 32,
        })
    },
  },
  {
    name: 'hash-wasm bcrypt',
    async load() {
      const { bcrypt } = await import('hash-wasm')
      return () => bcrypt({ password: 'pass', salt: new Uint8Array(16), costFactor: 6 })
    },
  },
  {
    name: 'hash-wasm scrypt',
    async load() {
      const { scrypt } = await import('hash-wasm')
      return () =>
        scrypt({
          password: 'pass',
          salt: new Uint8Array(16),
          costFactor: 1024,
          blockSize: 8,
          parallelism: 1,
          hashLength: 32,
        })
    },
  },
  {
    name: 'xxhash-wasm',
    async load() {
      const { default: xxhash } = await import('xxhash-wasm')
      const { h64Raw, h32Raw } = await xxhash()
      return () => {
        let sum = 0n
        for (let i = 0; i < 200; i++) sum ^= h64Raw(BLOCK, BigInt(i)) ^ BigInt(h32Raw(BLOCK, i))
        return String(sum)
      }
    },
  },
  {
    name: 'brotli-wasm',
    files: ['brotli-wasm/pkg.web/brotli_wasm_bg.wasm'],
    async load(file) {
      const brotli = await import('../../node_modules/brotli-wasm/pkg.web/brotli_wasm.js')
      await brotli.default(file('brotli-wasm/pkg.web/brotli_wasm_bg.wasm'))
      const text = prose(60_000)
      return () => {
        const packed: Uint8Array = brotli.compress(text, { quality: 6 })
        return `${checksum(packed)} ${checksum(brotli.decompress(packed)) === checksum(text)}`
      }
    },
  },
  {
    name: 'zstd-wasm',
    files: ['@bokuweb/zstd-wasm/dist/esm/zstd.wasm'],
    async load(file) {
      const zstd = await import('../../node_modules/@bokuweb/zstd-wasm/dist/esm/index.web.js')
      const bytes = file('@bokuweb/zstd-wasm/dist/esm/zstd.wasm')
      await zstd.init(URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' })))
      const text = prose(400_000)
      return () => {
        const packed: Uint8Array = zstd.compress(text, 5)
        return `${checksum(packed)} ${checksum(zstd.decompress(packed)) === checksum(text)}`
      }
    },
  },
  {
    name: 'libsodium',
    async load() {
      const { default: sodium } = await import('libsodium-wrappers')
      await sodium.ready
      const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(new Uint8Array(32))
      const key = new Uint8Array(32)
      const nonce = new Uint8Array(24)
      const message = BLOCK.subarray(0, 1 << 16)
      return () => {
        let out = ''
        for (let i = 0; i < 20; i++) {
          const signature = sodium.crypto_sign_detached(BLOCK.subarray(i, i + 500), privateKey)
          out =
            hex(signature) +
            sodium.crypto_sign_verify_detached(signature, BLOCK.subarray(i, i + 500), publicKey)
        }
        for (let i = 0; i < 10; i++) {
          const box = sodium.crypto_secretbox_easy(message, nonce, key)
          out += checksum(box) + checksum(sodium.crypto_secretbox_open_easy(box, nonce, key))
        }
        return out
      }
    },
  },
  {
    name: 'sql.js',
    files: ['sql.js/dist/sql-wasm-browser.wasm'],
    async load(file) {
      // @ts-expect-error without types for this path
      const { default: initSqlJs } = await import('../../node_modules/sql.js/dist/sql-wasm-browser.js')
      const sql = await initSqlJs({ wasmBinary: file('sql.js/dist/sql-wasm-browser.wasm') })
      return () => {
        const db = new sql.Database()
        db.run('create table t (id integer primary key, name text, value real)')
        db.run('begin')
        const insert = db.prepare('insert into t values (?, ?, ?)')
        for (let i = 0; i < 3000; i++) insert.run([i, `name ${(i * 7919) % 3001}`, i / 7])
        insert.free()
        db.run('commit')
        db.run('create index n on t (name)')
        const rows = db.exec(
          'select count(*), sum(value), min(name), max(name) from t where id % 3 = 1; select a.id from t a join t b on a.name = b.name order by a.name limit 5',
        )
        db.close()
        return JSON.stringify(rows)
      }
    },
  },
  {
    name: 'rapier2d',
    async load() {
      const { default: rapier } = await import('@dimforge/rapier2d-compat')
      await rapier.init()
      return () => {
        const world = new rapier.World({ x: 0, y: -9.81 })
        world.createCollider(rapier.ColliderDesc.cuboid(50, 0.5))
        const bodies = Array.from({ length: 120 }, (_, i) => {
          const body = world.createRigidBody(
            rapier.RigidBodyDesc.dynamic().setTranslation((i % 12) * 1.1 - 6, 2 + Math.floor(i / 12) * 1.1),
          )
          world.createCollider(
            i % 2 ? rapier.ColliderDesc.cuboid(0.5, 0.5) : rapier.ColliderDesc.ball(0.5),
            body,
          )
          return body
        })
        for (let i = 0; i < 60; i++) world.step()
        const out = bodies.map((body) => `${body.translation().x},${body.translation().y}`).join(' ')
        world.free()
        return out
      }
    },
  },
  {
    name: 'yoga-layout',
    async load() {
      const { loadYoga } = await import('yoga-layout/load')
      const yoga = await loadYoga()
      return () => {
        let out = 0
        for (let round = 0; round < 5; round++) {
          const root = yoga.Node.create()
          root.setWidth(800)
          root.setFlexWrap(yoga.WRAP_WRAP)
          root.setFlexDirection(yoga.FLEX_DIRECTION_ROW)
          for (let i = 0; i < 120; i++) {
            const child = yoga.Node.create()
            child.setFlexGrow(1 + (i % 3))
            child.setMinWidth(20 + (i % 7) * 9)
            child.setHeight(10 + (i % 5))
            child.setMargin(yoga.EDGE_ALL, 2)
            for (let k = 0; k < 3; k++) {
              const leaf = yoga.Node.create()
              leaf.setFlex(1)
              leaf.setHeightPercent(50)
              child.insertChild(leaf, k)
            }
            root.insertChild(child, i)
          }
          root.calculateLayout(800, undefined, yoga.DIRECTION_LTR)
          for (let i = 0; i < 120; i++)
            out += root.getChild(i).getComputedLeft() * (i + 1) + root.getChild(i).getComputedTop()
          root.freeRecursive()
        }
        return out
      }
    },
  },
  {
    name: 'source-map',
    files: ['source-map/lib/mappings.wasm'],
    async load(file) {
      const { SourceMapConsumer, SourceMapGenerator } = await import('source-map')
      ;(SourceMapConsumer as unknown as { initialize(options: Record<string, unknown>): void }).initialize({
        'lib/mappings.wasm': file('source-map/lib/mappings.wasm').buffer,
      })
      const generator = new SourceMapGenerator({ file: 'out.js' })
      for (let i = 0; i < 20_000; i++)
        generator.addMapping({
          source: `s${i % 7}.js`,
          original: { line: 1 + ((i * 13) % 997), column: i % 61 },
          generated: { line: 1 + Math.floor(i / 20), column: (i % 20) * 4 },
        })
      const map = JSON.parse(generator.toString())
      const consumer = await new SourceMapConsumer(map)
      return async () => {
        const fresh = await new SourceMapConsumer(map)
        let out = 0
        fresh.eachMapping((mapping) => {
          out = (Math.imul(out, 31) + (mapping.originalLine ?? 0) + mapping.generatedColumn) | 0
        })
        for (let i = 0; i < 2000; i++)
          out =
            (Math.imul(out, 31) +
              (consumer.originalPositionFor({ line: 1 + (i % 900), column: i % 80 }).line ?? 0)) |
            0
        fresh.destroy()
        return out
      }
    },
  },
  {
    name: 'snappy-wasm',
    files: ['snappy-wasm/es/snappy_bg.wasm'],
    async load(file) {
      const snappy = await import('../../node_modules/snappy-wasm/es/snappy.js')
      await snappy.default(file('snappy-wasm/es/snappy_bg.wasm'))
      const text = prose(400_000)
      return () => {
        let out = ''
        for (let i = 0; i < 10; i++) {
          const packed: Uint8Array = snappy.compress_raw(text)
          out = `${checksum(packed)} ${checksum(snappy.decompress_raw(packed)) === checksum(text)}`
        }
        return out
      }
    },
  },
  {
    name: 'es-module-lexer',
    async load() {
      const { init, parse } = await import('es-module-lexer')
      await init
      const source = Array.from(
        { length: 20_000 },
        (_, i) =>
          `import { a${i} } from './m${i}.js'; export const b${i} = a${i} + /x${i}\\//.source; // ${i}\nimport('./d${i}.js');`,
      ).join('\n')
      return () => {
        const [imports, exports] = parse(source)
        return `${imports.length} ${exports.length} ${imports.at(-1)?.specifier} ${exports.at(-1)?.type}`
      }
    },
  },
  {
    name: 'oniguruma',
    files: ['vscode-oniguruma/release/onig.wasm'],
    async load(file) {
      const { default: onig } = await import('vscode-oniguruma')
      await onig.loadWASM(file('vscode-oniguruma/release/onig.wasm').buffer)
      const scanner = onig.createOnigScanner([
        '\\b(fuel|mana)\\b',
        '(?<word>[a-z]+)er\\b',
        '(?:the|of)\\s+a',
        '\\d+',
      ])
      const text = new TextDecoder().decode(prose(100_000))
      const string = onig.createOnigString(text)
      return () => {
        let out = 0
        let at = 0
        for (;;) {
          const match = scanner.findNextMatchSync(string, at)
          if (!match) break
          out = (Math.imul(out, 31) + match.index + match.captureIndices[0]!.start) | 0
          at = match.captureIndices[0]!.end
        }
        return out
      }
    },
  },
]

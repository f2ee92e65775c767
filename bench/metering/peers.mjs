/**
 * The designs we are measured against, each as plain as its authors describe it: a counter in a global charged and
 * compared in every basic block, and a host call per basic block. Kernels of the MVP only; costs as in our table.
 */

class Reader {
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }
  u8() {
    return this.bytes[this.at++]
  }
  leb() {
    let result = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8()
      result += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return result
    }
  }
  skipLeb() {
    while (this.u8() >= 0x80);
  }
}
const uleb = (value) => {
  const out = []
  let rest = value
  do {
    const byte = rest % 128
    rest = Math.floor(rest / 128)
    out.push(rest ? byte | 0x80 : byte)
  } while (rest)
  return out
}
const text = (value) => [...uleb(value.length), ...new TextEncoder().encode(value)]

function sections(bytes) {
  const from = new Reader(bytes)
  from.at = 8
  const out = []
  while (from.at < bytes.length) {
    const id = from.u8()
    const size = from.leb()
    out.push({ id, body: [...bytes.subarray(from.at, from.at + size)] })
    from.at += size
  }
  return out.filter(({ id }) => id !== 0)
}
function assemble(list) {
  const order = (id) => (id === 12 ? 9.5 : id)
  const sorted = [...list].sort((a, b) => order(a.id) - order(b.id))
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sorted.flatMap(({ id, body }) => [id, ...uleb(body.length), ...body]),
  ])
}
/** Adds one entry to a section that is a list; returns its index. */
function append(list, id, entry) {
  let found = list.find((one) => one.id === id)
  if (!found) {
    found = { id, body: [0] }
    list.push(found)
  }
  const from = new Reader(found.body)
  const count = from.leb()
  found.body = [...uleb(count + 1), ...found.body.slice(from.at), ...entry]
  return count
}

const FREE = new Set([0x00, 0x01, 0x02, 0x03, 0x05, 0x0b, 0x0f, 0x1a])
/** After these a new basic block begins. */
const ENDS = new Set([0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11])

/** Rewrites each body: `charge(cost)` in front of every basic block, function indices shifted by `shift`. */
function instrument(body, charge, shift) {
  const from = new Reader(body)
  const groups = from.leb()
  for (let i = 0; i < groups; i++) {
    from.skipLeb()
    from.u8()
  }
  const out = body.slice(0, from.at)
  let block = []
  let cost = 1
  const flush = () => {
    if (cost > 0) for (const byte of charge(cost)) out.push(byte)
    for (const byte of block) out.push(byte)
    block = []
    cost = 0
  }
  while (from.at < body.length) {
    const start = from.at
    const op = from.u8()
    let replaced
    if (
      (op >= 0x02 && op <= 0x04) ||
      op === 0x0c ||
      op === 0x0d ||
      (op >= 0x20 && op <= 0x24) ||
      op === 0x41 ||
      op === 0x42
    )
      from.skipLeb()
    else if (op === 0x10) replaced = [op, ...uleb(from.leb() + shift)]
    else if (op === 0x0e) for (let n = from.leb() + 1; n > 0; n--) from.skipLeb()
    else if (op === 0x11 || (op >= 0x28 && op <= 0x3e)) {
      from.skipLeb()
      from.skipLeb()
    } else if (op === 0x3f || op === 0x40) from.u8()
    else if (op === 0x43) from.at += 4
    else if (op === 0x44) from.at += 8
    else if (op === 0xfc) {
      const sub = from.leb()
      if (sub > 7) throw new Error(`operator fc ${sub}`)
    } else if (op > 0xc4) throw new Error(`operator ${op.toString(16)}`)
    if (!FREE.has(op)) cost++
    for (const byte of replaced ?? body.slice(start, from.at)) block.push(byte)
    if (ENDS.has(op)) flush()
  }
  flush()
  return out
}
function eachBody(list, change) {
  const code = list.find(({ id }) => id === 10)
  const from = new Reader(code.body)
  const count = from.leb()
  const out = [...uleb(count)]
  for (let i = 0; i < count; i++) {
    const size = from.leb()
    const body = change(code.body.slice(from.at, from.at + size))
    from.at += size
    for (const byte of uleb(body.length)) out.push(byte)
    for (const byte of body) out.push(byte)
  }
  code.body = out
}
const countIn = (list, id) => {
  const found = list.find((one) => one.id === id)
  return found ? new Reader(found.body).leb() : 0
}

/** Fuel in an i64 global; every basic block subtracts, compares and traps. */
export function perBlockGlobal(bytes) {
  const list = sections(bytes)
  const budget = [0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0x0b]
  const global = append(list, 6, [0x7e, 1, ...budget])
  append(list, 7, [...text('peer:fuel'), 3, ...uleb(global)])
  const g = uleb(global)
  eachBody(list, (body) =>
    instrument(
      body,
      (cost) => [
        0x23,
        ...g,
        0x42,
        ...signed(cost),
        0x7d,
        0x24,
        ...g,
        0x23,
        ...g,
        0x42,
        0,
        0x53,
        0x04,
        0x40,
        0x00,
        0x0b,
      ],
      0,
    ),
  )
  return assemble(list)
}
const signed = (value) => {
  const out = []
  let rest = value
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if (rest === 0 && !(byte & 0x40)) return [...out, byte]
    out.push(byte | 0x80)
  }
}

/** An imported function called with the block's cost, i32. */
export function perBlockHostCall(bytes) {
  const list = sections(bytes)
  if (countIn(list, 2) > 0) throw new Error('modules with imports are not handled')
  const type = append(list, 1, [0x60, 1, 0x7f, 0])
  append(list, 2, [...text('peer'), ...text('charge'), 0, ...uleb(type)])
  eachBody(list, (body) => instrument(body, (cost) => [0x41, ...signed(cost), 0x10, 0], 1))
  const exports = list.find(({ id }) => id === 7)
  const from = new Reader(exports.body)
  const count = from.leb()
  const out = [...uleb(count)]
  for (let i = 0; i < count; i++) {
    const start = from.at
    const length = from.leb()
    from.at += length
    const kind = from.u8()
    out.push(...exports.body.slice(start, from.at))
    out.push(...uleb(from.leb() + (kind === 0 ? 1 : 0)))
  }
  exports.body = out
  const elements = list.find(({ id }) => id === 9)
  if (elements) {
    const elem = new Reader(elements.body)
    const segments = elem.leb()
    const moved = [...uleb(segments)]
    for (let i = 0; i < segments; i++) {
      const start = elem.at
      if (elem.leb() !== 0) throw new Error('only plain element segments are handled')
      while (elem.u8() !== 0x0b);
      moved.push(...elements.body.slice(start, elem.at))
      const functions = elem.leb()
      moved.push(...uleb(functions))
      for (let k = 0; k < functions; k++) moved.push(...uleb(elem.leb() + 1))
    }
    elements.body = moved
  }
  return assemble(list)
}

/** ewasm's wasm-metering, where it accepts the module. */
export async function ewasm(bytes) {
  const { default: metering } = await import('wasm-metering')
  const out = metering.meterWASM(Buffer.from(bytes), { meterType: 'i32' })
  if (!WebAssembly.validate(out)) throw new Error('its output does not validate')
  return new Uint8Array(out)
}

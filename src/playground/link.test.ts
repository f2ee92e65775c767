import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { packLink, unpackLink } from './link.ts'

const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)

/** A link of anything at all, made the way ours are. */
const link = (raw: string | Uint8Array) => `1${deflateRawSync(raw).toString('base64url')}`
const header = (fields: object, content = '(module)') =>
  link(`${JSON.stringify({ name: 'a', kind: 'wat', ...fields })}\n${content}`)

describe('a link carries', () => {
  test('a module, what to start with, its fuel and its limits', async () => {
    const shared = {
      name: 'Vote – 投票.wasm',
      content: module,
      entry: 'tally',
      fuel: 5_000_000_000_000n,
      limits: { memoryPages: 512, executionMs: 1_000 },
    }
    const text = await packLink(shared)
    expect(text).toMatch(/^1[\w-]+$/)
    expect(await unpackLink(text)).toEqual(shared)
  })

  test('a source', async () => {
    const shared = { name: 'hours.wat', content: ';; 投票\n(module)\n', limits: {} }
    expect(await unpackLink(await packLink(shared))).toEqual(shared)
  })

  test('nothing that is too long to be sent', async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000))
    const three = new Uint8Array(180_000)
    for (const at of [0, 60_000, 120_000]) three.set(crypto.getRandomValues(content), at)
    await expect(packLink({ name: 'noise.wasm', content: three })).rejects.toThrow(
      /^The link would have \d+ characters; beyond 200000 it would be cut on its way\. Send the file instead\.$/,
    )
  })
})

describe('what came from anywhere is refused with a sentence', () => {
  test.each([
    ['nothing', '', /not one of this playground/],
    ['another version', `2${link('').slice(1)}`, /newer version/],
    ['signs that do not belong', '1<script>', /characters missing, or some that do not belong/],
    ['one character short', '1AAAAA', /characters missing/],
    ['no deflate', '1AAAA', /cannot be unpacked/],
    ['cut in the middle', header({}, 'x'.repeat(9)).slice(0, -6), /cannot be unpacked|no header/],
    ['no header', link('(module)'), /no header/],
    ['a header without an end', link(`${' '.repeat(5_000)}\n(module)`), /no header/],
    ['a header that is no JSON', link('{name\n(module)'), /not JSON/],
    ['a header that is null', link('null\n(module)'), /must name what it carries/],
    ['a header of bad bytes', link(Uint8Array.of(0xff, 10, 1)), /not UTF-8/],
    [
      'a source of bad bytes',
      link(Uint8Array.of(...new TextEncoder().encode('{"name":"a","kind":"wat"}\n'), 0xff)),
      /source in the link is not UTF-8/,
    ],
    ['no name', header({ name: '' }), /must name what it carries/],
    ['a long name', header({ name: 'n'.repeat(201) }), /at most 200 characters/],
    ['a name that is an object', header({ name: { toString: 1 } }), /must name/],
    ['another kind', header({ kind: 'js' }), /must carry WebAssembly/],
    ['no content', header({}, ''), /nothing but a name/],
    ['an entry that is no name', header({ entry: 7 }), /export to start with/],
    ['fuel below zero', header({ fuel: '-1' }), /fuel of the link/],
    ['fuel as a number', header({ fuel: 1e30 }), /fuel of the link/],
    ['fuel beyond 64 bits', header({ fuel: '9'.repeat(20) }), /at most 19 digits/],
    ['memory that cannot be chosen', header({ memoryPages: 65_536 }), /memory limit that cannot be chosen/],
    ['time without an end', header({ executionMs: null }), /time limit that cannot be chosen/],
    ['very much of it', `1${'A'.repeat(1_000_000)}`, /has 1000001 characters; at most 1000000/],
  ])('%s', async (_what, text, message) => {
    const error = await unpackLink(text).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toMatch(/^[A-Z].*\.$/)
  })

  test('a bomb stops at its bound, not at the end of memory', async () => {
    const bomb = link(new Uint8Array(200_000_000))
    expect(bomb.length).toBeLessThan(1_000_000)
    await expect(unpackLink(bomb)).rejects.toThrow(/unpacks to more than 8388608 bytes/)
  }, 30_000)

  test('prototypes stay as they are', async () => {
    const text = link('{"name":"a","kind":"wat","__proto__":{"fuel":"7"},"constructor":1}\n(module)')
    expect(await unpackLink(text)).toEqual({ name: 'a', content: '(module)', limits: {} })
  })
})

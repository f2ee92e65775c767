import { describe, expect, it } from 'vitest'
import { utf8 } from '../../common/bytes.ts'
import { encodeBincode } from '../../common/codec.ts'
import { Did } from '../../common/did.ts'
import { nobleSigner, type Signer } from '../../identity/signer.ts'
import { newProtocolMessage, protocolMessage } from '../protocol.ts'
import { MAX_MESSAGE_BYTES, signedMessage, signMessage } from '../signed-message.ts'
import { Judge } from './judge.ts'

const NOW = 1_700_000_000
const [one, two] = [1, 2].map((byte) => nobleSigner(new Uint8Array(32).fill(byte))) as [Signer, Signer]

const message = (text: string, by: Signer = one, at = NOW) =>
  newProtocolMessage(
    { GossipMessage: { topic: 'governance_vote', payload: utf8(text), ttl: 1 } },
    by.did,
    BigInt(at),
  )
const wire = async (text: string, by: Signer = one, at = NOW) =>
  encodeBincode(signedMessage, await signMessage(message(text, by, at), by))
const judged = (judge: Judge, bytes: Uint8Array, neighbour = 'a', now = NOW * 1_000) =>
  judge.judge(neighbour, bytes, now)

describe('what gossipsub may pass on', () => {
  it('a signed message in time, once, whoever hands it over', async () => {
    const judge = new Judge()
    expect(judged(judge, await wire('x'))).toBe('accept')
    expect(judged(judge, await wire('x'))).toBe('ignore')
    expect(judged(judge, await wire('x'), 'b')).toBe('ignore')
    expect(judged(judge, await wire('y'), 'b')).toBe('accept')
    expect(judge.counts).toEqual({ accept: 2, ignore: 2, reject: 0 })
  })

  it.each<[string, 'ignore' | 'reject', () => Promise<Uint8Array>]>([
    ['too old', 'ignore', () => wire('x', one, NOW - 301)],
    ['of the future', 'ignore', () => wire('x', one, NOW + 301)],
    [
      'unsigned, as upstream also sends them',
      'ignore',
      async () => encodeBincode(protocolMessage, message('x')),
    ],
    [
      'of somebody whose key is not known here',
      'ignore',
      async () => {
        const sender = Did.parse('did:web:example.org')
        const { signature } = await signMessage(message('x'), one)
        return encodeBincode(signedMessage, { message: { ...message('x'), sender }, sender, signature })
      },
    ],
    ['empty', 'reject', async () => new Uint8Array(0)],
    ['no message', 'reject', async () => utf8('{"json": true}')],
    ['oversized', 'reject', async () => new Uint8Array(MAX_MESSAGE_BYTES + 1)],
    ['cut short', 'reject', async () => (await wire('x')).subarray(0, -1)],
    [
      'with an empty signature',
      'reject',
      async () => {
        return encodeBincode(signedMessage, {
          message: message('x'),
          sender: one.did,
          signature: new Uint8Array(0),
        })
      },
    ],
    [
      'in another’s name',
      'reject',
      async () => {
        const { signature } = await signMessage(message('x', two), two)
        return encodeBincode(signedMessage, { message: message('x', two), sender: one.did, signature })
      },
    ],
    [
      'changed after it was signed',
      'reject',
      async () => {
        const { signature } = await signMessage(message('x'), one)
        return encodeBincode(signedMessage, { message: message('y'), sender: one.did, signature })
      },
    ],
  ])('%s: %s', async (_what, verdict, make) => {
    const judge = new Judge()
    expect(judged(judge, await make())).toBe(verdict)
    // Whatever it was, the true message is not kept out by it.
    expect(judged(judge, await wire('x'))).toBe('accept')
  })

  it('a flood of one neighbour is looked at no further, and harms no other', async () => {
    const judge = new Judge()
    const old = await wire('x', one, NOW - 301)
    for (let n = 0; n < 1_024; n++) judged(judge, old)
    expect(judged(judge, await wire('late'))).toBe('ignore')
    expect(judged(judge, await wire('late'), 'b')).toBe('accept')
    // 512 a second come again.
    expect(judged(judge, await wire('next'), 'a', NOW * 1_000 + 20)).toBe('accept')
  })

  it('a large message counts as much as several small ones', async () => {
    const judge = new Judge()
    const large = await wire('x'.repeat(1_000_000), one, NOW - 301)
    // 1,024 at once, a good 16 for each million of bytes.
    for (let n = 0; n < 60; n++) judged(judge, large)
    expect(judged(judge, await wire('still looked at'))).toBe('accept')
    for (let n = 0; n < 4; n++) judged(judge, large)
    expect(judged(judge, await wire('other'))).toBe('ignore')
    expect(judged(judge, await wire('other'), 'b')).toBe('accept')
  })

  it('however many neighbours come, their number is bounded and the latest are remembered', async () => {
    const judge = new Judge()
    const old = await wire('x', one, NOW - 301)
    for (let n = 0; n < 1_024; n++) judged(judge, old, 'busy')
    for (let n = 0; n < 1_023; n++) judged(judge, old, `peer ${n}`)
    expect(judged(judge, await wire('a'), 'busy')).toBe('ignore')
  })
})

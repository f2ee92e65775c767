/** Blocks larger than a message, in pieces: whole in the end or not at all, whatever the other side or the way does. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { concatBytes, equalBytes, utf8 } from '../common/bytes.ts'
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { buildBlock, type DagBlock, dagBlock } from '../dag/block.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner } from '../identity/signer.ts'
import { BLOCK_TOPIC, type BlockMessage, blockMessage, PIECE_BYTES, TOO_LARGE } from './block-pieces.ts'
import { Hub } from './fixtures/hub.ts'
import { newProtocolMessage } from './protocol.ts'
import type { MessagePayload } from './protocol-types.ts'
import type { MeshNode } from './service.ts'
import { GossipMeshService, type GossipServices } from './service-gossip.ts'
import { decodeSignedMessage, signedMessage, signMessage } from './signed-message.ts'

const NOW = 1_700_000_000
const [asker, holder, other] = [1, 2, 3].map((byte) => nobleSigner(new Uint8Array(32).fill(byte))) as [
  ReturnType<typeof nobleSigner>,
  ReturnType<typeof nobleSigner>,
  ReturnType<typeof nobleSigner>,
]
const MIB = 1_048_576

/** Every byte differs from its neighbours, so that pieces in another order are another block. */
const large = (bytes: number): DagBlock =>
  buildBlock({
    data: Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) & 0xff),
    timestamp: 1n,
    authorDid: holder.did,
  })

/** Megabytes are compared as bytes: `toEqual` looks at each of them as a property. */
function expectSame(found: DagBlock | undefined, block: DagBlock): void {
  expect(found && equalBytes(encodeBincode(dagBlock, found), encodeBincode(dagBlock, block))).toBe(true)
}

const open: GossipMeshService[] = []
afterEach(() => Promise.all(open.splice(0).map((service) => service.close())))

async function service(
  hub: Hub,
  signer = asker,
  blocks: readonly DagBlock[] = [],
  more: Partial<GossipServices> = {},
) {
  const made = new GossipMeshService({
    transport: hub.port(),
    signer,
    resolver: new KeyDidResolver(),
    time: new FixedTimeProvider(NOW),
    ...more,
  })
  open.push(made)
  const node: MeshNode = {
    block: async (cid) => blocks.find((block) => block.cid.equals(cid)),
    announced() {},
    assigned() {},
    peer() {},
  }
  await made.join(node)
  return made
}

/** What of ours passes in a message, or undefined. */
function pieceIn(bytes: Uint8Array): BlockMessage | undefined {
  const { payload } = decodeSignedMessage(bytes).message
  return 'GossipMessage' in payload && payload.GossipMessage.topic === BLOCK_TOPIC
    ? decodeBincode(blockMessage, payload.GossipMessage.payload, 'Block message')
    : undefined
}

/** A peer that says what the test wants to whoever asks it for a piece. */
function liar(
  hub: Hub,
  answer: (ask: Extract<BlockMessage, { Ask: unknown }>['Ask']) => BlockMessage | undefined,
) {
  const port = hub.port()
  const asks: bigint[] = []
  const say = async (payload: MessagePayload) => {
    const message = newProtocolMessage(payload, holder.did, BigInt(NOW), asker.did)
    port.send(encodeBincode(signedMessage, await signMessage(message, holder)))
  }
  port.listen((bytes) => {
    const { payload } = decodeSignedMessage(bytes).message
    if ('DagBlockRequest' in payload) {
      const { blockCid, priority } = payload.DagBlockRequest
      void say({ DagBlockResponse: { blockCid, blockData: null, error: `${TOO_LARGE} (${priority})` } })
    }
    const piece = pieceIn(bytes)
    if (piece === undefined || !('Ask' in piece)) return
    asks.push(piece.Ask.offset)
    const said = answer(piece.Ask)
    if (said === undefined) return
    void say({
      GossipMessage: { topic: BLOCK_TOPIC, payload: encodeBincode(blockMessage, said), ttl: 1 },
    })
  })
  return asks
}

const honest =
  (block: DagBlock) =>
  ({ cid, offset, number }: Extract<BlockMessage, { Ask: unknown }>['Ask']): BlockMessage => {
    const whole = encodeBincode(dagBlock, block)
    const data = whole.slice(Number(offset), Number(offset) + PIECE_BYTES)
    return { Piece: { cid, offset, size: BigInt(whole.length), number, data } }
  }

describe('a block larger than a message', () => {
  it.each([MIB - 4_096, MIB, 4 * PIECE_BYTES - 200, 3 * MIB + 1])(
    'of %i bytes of data comes whole',
    async (bytes) => {
      const hub = new Hub()
      const block = large(bytes)
      await service(hub, holder, [block])
      const mine = await service(hub)
      expectSame(await mine.requestBlock(block.cid, holder.did, 5_000), block)
      expect((await mine.stats()).rejected).toBe(0)
    },
  )

  it('comes whole when one message in four is lost, and others come twice', async () => {
    const hub = new Hub()
    const block = large(2 * MIB)
    await service(hub, holder, [block])
    const mine = await service(hub)
    let n = 0
    hub.drop = (bytes) => pieceIn(bytes) !== undefined && n++ % 4 === 1
    hub.twice = true
    expectSame(await mine.requestBlock(block.cid, holder.did, 200), block)
    expect(n).toBeGreaterThan(2 * 9)
  })

  it('is asked for in pieces no longer than 256 KiB, of that peer alone', async () => {
    const hub = new Hub()
    const block = large(MIB + MIB / 2)
    await service(hub, holder, [block])
    const stranger = await service(hub, other, [block])
    const mine = await service(hub)
    const longest = { ask: 0, message: 0 }
    hub.drop = (bytes) => {
      const piece = pieceIn(bytes)
      if (piece !== undefined && 'Ask' in piece) longest.ask = Math.max(longest.ask, piece.Ask.length)
      longest.message = Math.max(longest.message, bytes.length)
      return false
    }
    const before = (await stranger.stats()).sent
    expectSame(await mine.requestBlock(block.cid, holder.did, 5_000), block)
    expect(longest.ask).toBe(PIECE_BYTES)
    expect(longest.message).toBeLessThan(PIECE_BYTES + 1_024)
    expect((await stranger.stats()).sent).toBe(before)
  })

  it('whose peer goes silent in the middle is given up', async () => {
    const hub = new Hub()
    const block = large(2 * MIB)
    await service(hub, holder, [block])
    const mine = await service(hub)
    let pieces = 0
    hub.drop = (bytes) => {
      const piece = pieceIn(bytes)
      return piece !== undefined && 'Piece' in piece && pieces++ > 3
    }
    expect(await mine.requestBlock(block.cid, holder.did, 20)).toBeUndefined()
    // Nothing of it is left that would stand in the way of the next time.
    hub.drop = () => false
    expectSame(await mine.requestBlock(block.cid, holder.did, 5_000), block)
  })

  it('that nobody wants any more is not fetched on', async () => {
    const hub = new Hub()
    const block = large(4 * MIB)
    await service(hub, holder, [block])
    const mine = await service(hub)
    const gone = new AbortController()
    let asks = 0
    hub.drop = (bytes) => {
      const piece = pieceIn(bytes)
      if (piece !== undefined && 'Ask' in piece && ++asks === 5) gone.abort(new Error('not wanted'))
      return false
    }
    await expect(mine.requestBlock(block.cid, holder.did, 5_000, gone.signal)).rejects.toThrow('not wanted')
    const asked = asks
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(asks).toBe(asked)
  })

  it.each<[string, Parameters<typeof liar>[1], number]>([
    [
      'a size beyond what is taken',
      (ask) => ({ Piece: { ...piece(ask), size: 2n ** 60n, data: new Uint8Array(PIECE_BYTES) } }),
      1,
    ],
    [
      'a piece shorter than it should be',
      (ask) => ({ Piece: { ...piece(ask), data: new Uint8Array(9) } }),
      1,
    ],
    [
      'a piece longer than it should be',
      (ask) => ({ Piece: { ...piece(ask), data: new Uint8Array(PIECE_BYTES + 1) } }),
      1,
    ],
    ['a size of nothing', (ask) => ({ Piece: { ...piece(ask), size: 0n, data: new Uint8Array(0) } }), 1],
    ['no such block', ({ cid, offset, number }) => ({ None: { cid, offset, number } }), 1],
    ['nothing', () => undefined, 6],
    [
      'another size in the middle',
      (ask) => ({ Piece: { ...piece(ask), size: ask.offset === 0n ? SIZE : SIZE + 1n } }),
      5,
    ],
    ['bytes that are no block', (ask) => ({ Piece: piece(ask) }), 8],
  ])('of a peer that gives %s: undefined', async (_what, answer, mostAsks) => {
    const hub = new Hub()
    const mine = await service(hub)
    const asks = liar(hub, answer)
    expect(await mine.requestBlock(large(9).cid, holder.did, 20)).toBeUndefined()
    expect(asks.length).toBeLessThanOrEqual(mostAsks)
  })

  it('that is another than asked for is not taken, and held against the peer', async () => {
    const hub = new Hub()
    const [wanted, given] = [large(MIB + 5), large(MIB + 6)]
    const mine = await service(hub)
    liar(hub, honest(given))
    for (let n = 0; n < 10; n++) {
      expect(await mine.requestBlock(wanted.cid, holder.did, 500)).toBeUndefined()
    }
    expect(await mine.peers()).toEqual([])
    // Not listened to for a while, whatever it gives.
    expect(await mine.requestBlock(given.cid, holder.did, 20)).toBeUndefined()
  })

  it('a byte of which is changed on its way is not taken', async () => {
    const hub = new Hub()
    const block = large(MIB + 5)
    const mine = await service(hub)
    liar(hub, (ask) => {
      const said = honest(block)(ask)
      if ('Piece' in said && ask.offset > 0n) said.Piece.data[7]! ^= 1
      return said
    })
    expect(await mine.requestBlock(block.cid, holder.did, 500)).toBeUndefined()
  })

  it.each([
    ['more than a message', 1_500_000, 1],
    ['a message', 1_000, 0],
  ])('larger than whoever asks wants, who wants %s, is not fetched', async (_what, most, mostAsks) => {
    const hub = new Hub()
    const block = large(2 * MIB)
    await service(hub, holder, [block])
    const mine = await service(hub)
    let asks = 0
    hub.drop = (bytes) => {
      if ('Ask' in (pieceIn(bytes) ?? {})) asks++
      return false
    }
    expect(await mine.requestBlock(block.cid, holder.did, 1_000, undefined, most)).toBeUndefined()
    expect(asks).toBe(mostAsks)
  })

  it('beyond the limit is not asked for further, however well it is served', async () => {
    const hub = new Hub()
    const block = large(2 * MIB)
    await service(hub, holder, [block])
    const mine = await service(hub, asker, [], { mostBlockBytes: 2 * MIB - 1 })
    let asks = 0
    hub.drop = (bytes) => {
      const piece = pieceIn(bytes)
      if (piece !== undefined && 'Ask' in piece) asks++
      return false
    }
    expect(await mine.requestBlock(block.cid, holder.did, 1_000)).toBeUndefined()
    expect(asks).toBe(1)
  })
})

describe('who serves large blocks', () => {
  const ask = async (hub: Hub, message: BlockMessage | Uint8Array, number: number) => {
    const payload = message instanceof Uint8Array ? message : encodeBincode(blockMessage, message)
    const said = newProtocolMessage(
      { GossipMessage: { topic: BLOCK_TOPIC, payload, ttl: 1 } },
      asker.did,
      BigInt(NOW - number),
      holder.did,
    )
    hub.deliver(encodeBincode(signedMessage, await signMessage(said, asker)))
  }

  it('reads a block once for all its pieces, whatever else is asked for meanwhile', async () => {
    const hub = new Hub()
    const block = large(3 * MIB)
    const small = [1, 2, 3, 4, 5].map(large)
    let reads = 0
    const theirs = await service(hub, holder, [block])
    await theirs.join({
      block: async (cid) => {
        if (!cid.equals(block.cid)) return small.find((one) => one.cid.equals(cid))
        reads++
        return block
      },
      announced() {},
      assigned() {},
      peer() {},
    })
    const mine = await service(hub)
    const others = await service(hub, other)
    const fetching = mine.requestBlock(block.cid, holder.did, 5_000)
    for (const one of small) expect(await others.requestBlock(one.cid, holder.did, 5_000)).toEqual(one)
    expectSame(await fetching, block)
    expect(reads).toBe(1)
  })

  it('gives one peer no more than its share, counting what it reads for it; more when time has passed', async () => {
    const hub = new Hub()
    const time = new FixedTimeProvider(NOW)
    // More blocks than are kept at hand: each ask reads one anew.
    const blocks = [1, 2, 3].map((more) => large(20 * MIB + more))
    await service(hub, holder, blocks, { time })
    await service(hub, other)
    let answers = 0
    let told = () => {}
    hub.drop = (bytes) => {
      if ('Piece' in (pieceIn(bytes) ?? {})) {
        answers++
        told()
      }
      return false
    }
    const askAll = async (from: number) => {
      for (let n = from; n < from + 12; n++) {
        const answered = new Promise<void>((resolve) => {
          told = resolve
          setTimeout(resolve, 100)
        })
        const { cid } = blocks[n % 3]!
        await ask(hub, { Ask: { cid, offset: 0n, length: PIECE_BYTES, number: n } }, 0)
        await answered
      }
    }
    await askAll(0)
    // 128 MiB at once, and the read that goes beyond it.
    expect(answers).toBe(7)
    time.advance(2_000)
    await askAll(100)
    // 32 MiB more.
    expect(answers).toBe(8)
  }, 60_000)

  it.each<[string, BlockMessage | Uint8Array]>([
    ['for nothing', { Ask: { cid: large(1).cid, offset: 0n, length: 0, number: 1 } }],
    ['for more than a piece', { Ask: { cid: large(1).cid, offset: 0n, length: PIECE_BYTES + 1, number: 1 } }],
    ['that is cut short', utf8('x')],
    [
      'with bytes behind it',
      concatBytes(
        encodeBincode(blockMessage, { None: { cid: large(1).cid, offset: 0n, number: 0 } }),
        utf8('x'),
      ),
    ],
  ])('refuses an ask %s', async (_what, message) => {
    const hub = new Hub()
    const theirs = await service(hub, holder, [large(1)])
    await ask(hub, message, 0)
    expect((await theirs.stats()).rejected).toBe(1)
  })

  it('answers an ask beyond the end, or for what it has not, with nothing', async () => {
    const hub = new Hub()
    const block = large(9)
    await service(hub, holder, [block])
    const answers: string[] = []
    hub.drop = (bytes) => {
      const said = pieceIn(bytes)
      if (said !== undefined && !('Ask' in said)) answers.push(Object.keys(said)[0]!)
      return false
    }
    const missing = large(8).cid
    for (const [n, [cid, offset]] of [
      [block.cid, 0n],
      [block.cid, 1_000n],
      [block.cid, 2n ** 63n],
      [missing, 0n],
    ].entries() as Iterable<[number, [DagBlock['cid'], bigint]]>) {
      await ask(hub, { Ask: { cid, offset, length: 10, number: n } }, 0)
    }
    await vi.waitFor(() => expect(answers).toEqual(['Piece', 'None', 'None', 'None']))
  })
})

const SIZE = BigInt(2 * MIB)
const piece = ({ cid, offset, number }: Extract<BlockMessage, { Ask: unknown }>['Ask']) => ({
  cid,
  offset,
  number,
  size: SIZE,
  data: new Uint8Array(PIECE_BYTES),
})

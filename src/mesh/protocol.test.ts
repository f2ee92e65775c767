import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeBincode, decodeJson, encodeBincode, encodeJson } from '../common/codec.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner } from '../identity/signer.ts'
import { newProtocolMessage, PROTOCOL_VERSION, payloadName, protocolMessage } from './protocol.ts'
import type { MessagePayload } from './protocol-types.ts'
import {
  decodeSignedMessage,
  MAX_MESSAGE_BYTES,
  MessageVerifier,
  messageSignable,
  signedMessage,
  signMessage,
} from './signed-message.ts'

const resolver = new KeyDidResolver()
const signers = {
  A: nobleSigner(fromHex(vectors.keys.A.seed_hex)),
  B: nobleSigner(fromHex(vectors.keys.B.seed_hex)),
}
const jobId = Cid.parse(vectors.cid.cases[3]!.cid_string)

/** The payloads the vectors' bytes stand for, as far as their fields can be told from the bytes' meaning. */
const expected: Record<string, (payload: MessagePayload) => void> = {
  MeshJobAnnouncement: (payload) =>
    expect(payload).toMatchObject({
      MeshJobAnnouncement: {
        jobId,
        maxCostMana: 42n,
        jobSpec: {
          kind: { Echo: { payload: 'hi' } },
          requiredResources: { memoryMb: 128, maxExecutionTimeSecs: 300n },
        },
        bidDeadline: 1_700_000_030n,
      },
    }),
  MeshBidSubmission: (payload) =>
    expect(payload).toMatchObject({
      MeshBidSubmission: {
        executorCapabilities: ['CclWasm', 'Docker', 'SecureExecution'],
        executorFederations: ['default-coop'],
        executorTrustScope: 'local-network',
        reputationScore: 5n,
        costMana: 30n,
      },
    }),
  MeshJobAssignment: (payload) =>
    expect(payload).toMatchObject({ MeshJobAssignment: { agreedCostMana: 30n, manifestCid: null } }),
  MeshReceiptSubmission: (payload) =>
    expect(payload).toMatchObject({
      MeshReceiptSubmission: {
        receipt: { success: false },
        executionMetadata: { wallTimeMs: 5n, exitCode: 0 },
      },
    }),
  GovernanceVoteAnnouncement: (payload) =>
    expect(payload).toMatchObject({
      GovernanceVoteAnnouncement: { proposalId: 'prop:x:1', voteOption: 'Yes' },
    }),
  FederationDiscoverRequest: (payload) => expect(payload).toEqual({ FederationDiscoverRequest: null }),
  GossipMessage: (payload) =>
    expect(payload).toEqual({ GossipMessage: { topic: 'vote', payload: new Uint8Array(0), ttl: 1 } }),
}

describe('vectors: protocol_messages', () => {
  for (const vector of vectors.protocol_messages.cases) {
    it(vector.name, async () => {
      const bytes = fromHex(vector.protocol_message_bincode_hex)
      const message = decodeBincode(protocolMessage, bytes, 'message')
      expect(message.version).toBe(PROTOCOL_VERSION)
      expect(message.sender.toString()).toBe(vector.sender)
      expect(message.timestamp).toBe(BigInt(vector.timestamp))
      const name = payloadName(message.payload)
      expect(vector.name).toContain(name)
      expected[name]!(message.payload)
      expect(toHex(encodeBincode(protocolMessage, message))).toBe(vector.protocol_message_bincode_hex)
      expect(decodeJson(protocolMessage, encodeJson(protocolMessage, message), 'message')).toEqual(message)

      const signable = messageSignable(message, message.sender)
      expect(toHex(signable)).toBe(vector.signed_bytes_hex)
      expect(toHex(sha256(signable))).toBe(vector.replay_cache_key_sha256_hex)
      const signed = await signMessage(message, signers[vector.signer as 'A' | 'B'])
      expect(toHex(signed.signature)).toBe(vector.signature_hex)
      expect(toHex(encodeBincode(signedMessage, signed))).toBe(vector.signed_message_bincode_hex)
      expect(decodeSignedMessage(fromHex(vector.signed_message_bincode_hex))).toEqual(signed)
      expect(new MessageVerifier(resolver).accept(signed, message.timestamp)).toEqual(message)
    })
  }
})

describe('icn-network signed_message', () => {
  const now = 1_700_000_000n
  const gossip = (topic: string, at = now) =>
    signMessage(
      newProtocolMessage({ GossipMessage: { topic, payload: new Uint8Array(3), ttl: 1 } }, signers.A.did, at),
      signers.A,
    )

  it('valid accepted; the same message twice is a duplicate', async () => {
    const verifier = new MessageVerifier(resolver)
    const signed = await gossip('ping')
    verifier.accept(signed, now)
    expect(() => verifier.accept(signed, now)).toThrow('it was received before')
    verifier.accept(await gossip('other'), now)
  })

  it('bad signature rejected, and does not block the true message', async () => {
    const verifier = new MessageVerifier(resolver)
    const signed = await gossip('ping')
    expect(() => verifier.accept({ ...signed, signature: new Uint8Array(64) }, now)).toThrow('does not hold')
    verifier.accept(signed, now)
  })

  it('another sender, an unsigned one and one out of the time window are refused', async () => {
    const verifier = new MessageVerifier(resolver)
    const signed = await gossip('ping')
    expect(() => verifier.accept({ ...signed, sender: signers.B.did }, now)).toThrow(
      'it names did:key:z6Mkjch',
    )
    expect(() => verifier.accept({ ...signed, signature: new Uint8Array(0) }, now)).toThrow('is not signed')
    expect(() => verifier.accept(signed, now + 301n)).toThrow('its timestamp is 301 s from now')
    expect(() => verifier.accept(signed, now - 301n)).toThrow('its timestamp is -301 s from now')
    await expect(signMessage(signed.message, signers.B)).rejects.toThrow('cannot be signed by')
  })

  it('the cache is bounded and frees itself with time', async () => {
    const verifier = new MessageVerifier(resolver, 300n, 2)
    verifier.accept(await gossip('1'), now)
    verifier.accept(await gossip('2'), now)
    const third = await gossip('3')
    expect(() => verifier.accept(third, now)).toThrow('More than 2 messages arrived within 300 s')
    verifier.accept(await gossip('4', now + 301n), now + 301n)
  })

  it('decode_message_error: garbage, every truncation and oversize are refused', async () => {
    const bytes = encodeBincode(signedMessage, await gossip('ping'))
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSignedMessage(bytes.subarray(0, length))).toThrow('Signed message')
    }
    expect(() => decodeSignedMessage(new Uint8Array(64).fill(0xff))).toThrow('MessagePayload has 18 variants')
    expect(() => decodeSignedMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toThrow('the most is 1048576')
  })

  it('a length of 2^64−1 inside a message allocates nothing', () => {
    const message = newProtocolMessage(
      { GossipMessage: { topic: 't', payload: new Uint8Array(0), ttl: 1 } },
      signers.A.did,
      now,
    )
    const bytes = encodeBincode(protocolMessage, message)
    bytes.fill(0xff, 8, 16)
    expect(() => decodeBincode(protocolMessage, bytes, 'message')).toThrow(
      'a length of 18446744073709551615 exceeds',
    )
  })
})

it('icn-protocol: the constructor sets version 1, the time and no signature', () => {
  const message = newProtocolMessage({ FederationDiscoverRequest: null }, signers.A.did, 5n, signers.B.did)
  expect(message).toMatchObject({ version: 1, timestamp: 5n, signature: new Uint8Array(0) })
  expect(encodeJson(protocolMessage, message)).toContain('"payload":{"FederationDiscoverRequest":null}')
})

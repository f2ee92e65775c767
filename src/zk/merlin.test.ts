import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../common/bytes.ts'
import vectors from './fixtures/bulletproofs.json' with { type: 'json' }
import { Transcript } from './merlin.ts'

describe('merlin', () => {
  it('equivalence_simple: the published vector', () => {
    const transcript = new Transcript('test protocol')
    transcript.append('some label', utf8('some data'))
    const challenge = toHex(transcript.challenge('challenge', 32))
    expect(challenge).toBe('d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615')
    expect(challenge).toBe(vectors.merlin.simple)
  })

  it('equivalence_complex: messages longer than the state, and challenges that go in again', () => {
    const transcript = new Transcript('test protocol')
    transcript.append('step1', utf8('some data'))
    const data = new Uint8Array(1_024).fill(99)
    let challenge: Uint8Array = new Uint8Array(0)
    for (let i = 0; i < 32; i++) {
      challenge = transcript.challenge('challenge', 32)
      transcript.append('bigdata', data)
      transcript.append('challengedata', challenge)
    }
    expect(toHex(challenge)).toBe(vectors.merlin.long)
  })

  it('labels, lengths and the order of messages count', () => {
    const of = (...messages: readonly (readonly [string, string])[]) => {
      const transcript = new Transcript('test protocol')
      for (const [label, message] of messages) transcript.append(label, utf8(message))
      return toHex(transcript.challenge('c', 64))
    }
    const all = [
      of(['a', 'bc']),
      of(['ab', 'c']),
      of(['a', 'b'], ['', 'c']),
      of(['x', '1'], ['y', '2']),
      of(['y', '2'], ['x', '1']),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(toHex(new Transcript('other').challenge('c', 64))).not.toBe(of())
  })
})

/** RFC 4648 base32, lower case, without padding: multibase `b`. Strict on decoding. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export function base32(bytes: Uint8Array): string {
  let out = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += ALPHABET[(held >> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? out + ALPHABET[(held << (5 - bits)) & 31] : out
}

/** The bytes, or why the text is not base32: a foreign character, or bits left over that no encoder leaves. */
export function fromBase32(text: string): Uint8Array | string {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const digit = ALPHABET.indexOf(text[i]!)
    if (digit < 0) return `character ${JSON.stringify(text[i])} at ${i} is not in the base32 alphabet`
    held = (held << 5) | digit
    bits += 5
    if (bits >= 8) {
      bits -= 8
      out[at++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  if (bits >= 5) return `length ${text.length} is not a base32 length`
  return held === 0 ? out : 'its last character has bits set that lie beyond the data'
}

/** base58btc without its multibase prefix: for the short keys inside DIDs; its time grows with the square of the length. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

export function base58(bytes: Uint8Array): string {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let out = ''
  for (; value > 0n; value /= 58n) out = ALPHABET[Number(value % 58n)] + out
  for (let i = 0; bytes[i] === 0; i++) out = `1${out}`
  return out
}

/** The bytes, or undefined when a character is not in the alphabet. */
export function fromBase58(text: string): Uint8Array | undefined {
  let value = 0n
  for (const char of text) {
    const digit = ALPHABET.indexOf(char)
    if (digit < 0) return undefined
    value = value * 58n + BigInt(digit)
  }
  const out: number[] = []
  for (; value > 0n; value >>= 8n) out.unshift(Number(value & 0xffn))
  for (let i = 0; text[i] === '1'; i++) out.unshift(0)
  return Uint8Array.from(out)
}

/** Codecs of the types every other type is made of: Cid, Did, SignatureBytes (ref §2.1–2.3). */
import { utf8 } from './bytes.ts'
import { Cid } from './cid.ts'
import { bytes, type Codec, string, u64 } from './codec.ts'
import { Did } from './did.ts'
import { IcnError } from './errors.ts'
import { option } from './shapes.ts'

export const cid: Codec<Cid> = {
  encode: (value) => ({
    version: value.version,
    codec: value.codec,
    hash_alg: value.hashAlg,
    hash_bytes: value.hashBytes,
  }),
  decode: (json, at) => placed(at, () => Cid.fromJSON(json)),
  write(out, value) {
    out.u64(BigInt(value.version))
    out.u64(BigInt(value.codec))
    out.u64(BigInt(value.hashAlg))
    out.bytes(value.hashBytes)
  },
  read(input) {
    const fields = [input.u64(), input.u64(), input.u64(), input.bytes()]
    return placed('bincode', () => Cid.fromJSON(fields))
  },
}

const part = option(string)

export const did: Codec<Did> = {
  encode: (value) => ({
    method: value.method,
    id_string: value.idString,
    path: value.path,
    query: value.query,
    fragment: value.fragment,
  }),
  decode: (json, at) => placed(at, () => Did.fromJSON(json)),
  write(out, value) {
    out.string(value.method)
    out.string(value.idString)
    part.write(out, value.path)
    part.write(out, value.query)
    part.write(out, value.fragment)
  },
  read(input) {
    const fields = [input.string(), input.string(), part.read(input), part.read(input), part.read(input)]
    return placed('bincode', () => Did.fromJSON(fields))
  },
}

/** `SignatureBytes`: byte numbers, on input also a string taken as its UTF-8 bytes; empty means unsigned. */
export const signatureBytes: Codec<Uint8Array> = {
  ...bytes,
  decode: (json, at) => (typeof json === 'string' ? utf8(json) : bytes.decode(json, at)),
}

/** Seconds since the epoch. */
export const seconds: Codec<bigint> = u64

function placed<T>(at: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!IcnError.is(error, 'Serialization')) throw error
    throw new IcnError('Serialization', `${at}: ${error.message}`, { data: { ...error.data, path: at } })
  }
}

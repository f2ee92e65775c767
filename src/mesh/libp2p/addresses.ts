/** Multiaddrs as options give them. */
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { inWords } from '../../common/bytes.ts'
import { IcnError } from '../../common/errors.ts'

/** @throws IcnError InvalidSpec naming the option and what came */
export function readAddress(option: string, value: unknown): Multiaddr {
  try {
    if (typeof value !== 'string') throw new Error('not a text')
    return multiaddr(value)
  } catch (cause) {
    throw bad(option, 'a multiaddr such as /dns4/relay.example/tcp/443/wss', value, cause)
  }
}

/** The address of a node that is to be met there: it ends with the node's id, which the encryption then proves. */
export function readPeerAddress(option: string, value: unknown): { address: Multiaddr; peer: string } {
  const address = readAddress(option, value)
  const last = address.getComponents().at(-1)
  if (last?.name !== 'p2p' || last.value === undefined)
    throw bad(option, 'a multiaddr that ends with /p2p/ and the peer’s id', value)
  return { address, peer: last.value }
}

/** @throws IcnError InvalidSpec */
export function readTopic(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw bad('topic', 'a name', value)
}

function bad(option: string, expected: string, value: unknown, cause?: unknown): IcnError {
  return new IcnError('InvalidSpec', `The option ${option} must be ${expected}, got ${inWords(value)}.`, {
    data: { option },
    cause,
  })
}

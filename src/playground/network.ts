/** The network this node is in: none, the other nodes of this browser, or nodes elsewhere, met at a relay. */
import type { MeshOptions } from '../index.ts'
import type { RelayState } from '../mesh/libp2p/index.ts'

/** `relay` is a multiaddr; the relay's own site has to be one that this page may connect to. */
export type Network = 'alone' | 'browser' | { readonly relay: string }

/** A person waits for the answer, so bids are not waited for as long as a network would. */
const TERMS = { bidWindowMs: 3_000 } as const

let relays: () => readonly RelayState[] = () => []

/**
 * The runtime closes what it was given, so each start makes another. The code for a relay, the largest part of this page,
 * is loaded only for who chose one.
 * @throws IcnError InvalidSpec for an address that is none
 */
export async function meshOf(network: Network): Promise<{ readonly mesh?: MeshOptions }> {
  relays = () => []
  if (network === 'alone') return {}
  if (network === 'browser') return { mesh: { kind: 'broadcast-channel', ...TERMS } }
  const { libp2pMesh } = await import('../mesh/libp2p/index.ts')
  const mesh = await libp2pMesh({ relays: [network.relay], ...TERMS })
  relays = () => mesh.stats().relays
  return { mesh }
}

/** How it stands with the relay; empty without one. */
export function relayStates(): readonly RelayState[] {
  return relays()
}

export function isNetwork(value: unknown): value is Network {
  if (value === 'alone' || value === 'browser') return true
  const relay = (value as { relay?: unknown } | null)?.relay
  return typeof relay === 'string' && relay.startsWith('/')
}

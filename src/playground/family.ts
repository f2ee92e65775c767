/** The blocks that hang below one: what it links to or names, and what those do, as far as they are stored here. */
import type { DagBlockData, IcnRuntime } from '../index.ts'
import { type BlockKind, blockKind } from './block-kind.ts'
import { mentions } from './mentions.ts'

export interface Relative {
  readonly cid: string
  readonly kind: BlockKind
  /** CIDs of those in the family that it leads to, in order. */
  readonly leadsTo: readonly string[]
  /** Steps down from the first, by the longest way. */
  readonly depth: number
}

/** More would not be a picture any more. */
const MOST = 12
const DEEPEST = 5

/** The first is the block itself; empty when it is not stored. */
export async function family(
  runtime: IcnRuntime,
  cid: string,
  signal: AbortSignal,
): Promise<readonly Relative[]> {
  const found = new Map<string, { kind: BlockKind; named: readonly string[] }>()
  const results = new Set<string>()
  let row: readonly string[] = [cid]
  for (let depth = 0; depth <= DEEPEST && row.length > 0 && found.size < MOST; depth += 1) {
    const blocks = await Promise.all(
      row.slice(0, MOST - found.size).map((one) => runtime.dag.get(one, { signal }).catch(() => undefined)),
    )
    const next = new Set<string>()
    for (const block of blocks) {
      if (!block) continue
      const kind = blockKind(block.data)
      const named = kind === 'contract' ? [] : targets(block)
      found.set(block.cid, { kind: results.has(block.cid) ? 'result' : kind, named })
      if (kind === 'receipt')
        for (const mention of mentions(block.data))
          if (mention.path === 'result_cid') results.add(mention.cid)
      for (const one of named) next.add(one)
    }
    row = [...next].filter((one) => !found.has(one))
  }
  const depths = levels(cid, (one) => (found.get(one)?.named ?? []).filter((target) => found.has(target)))
  return [...found].map(([one, { kind, named }]) => ({
    cid: one,
    kind,
    leadsTo: named.filter((target) => found.has(target)),
    depth: depths.get(one) ?? 0,
  }))
}

/** Links, and CIDs its content names; each once. */
export function targets(block: DagBlockData): readonly string[] {
  const all = [...block.links.map((link) => link.cid), ...mentions(block.data).map((mention) => mention.cid)]
  return [...new Set(all)].filter((one) => one !== block.cid)
}

/** Longest way from the first to each. Content addresses make circles impossible, but what is read here is not checked. */
export function levels(first: string, leadsTo: (cid: string) => readonly string[]): Map<string, number> {
  const depths = new Map<string, number>()
  const visit = (cid: string, depth: number, above: ReadonlySet<string>): void => {
    if (above.has(cid) || (depths.get(cid) ?? -1) >= depth) return
    depths.set(cid, depth)
    const path = new Set(above).add(cid)
    for (const target of leadsTo(cid)) visit(target, depth + 1, path)
  }
  visit(first, 0, new Set())
  return depths
}

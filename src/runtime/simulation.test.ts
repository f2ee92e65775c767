/** Ten nodes of one co-operative in one thread; fifty in `npm run test:slow` (ICN_NODES). */
import { expect, it } from 'vitest'
import { evening } from './fixtures/assembly.ts'
import { Simulation } from './fixtures/simulation.ts'

const NODES = Number(process.env.ICN_NODES ?? 10)

it(`${NODES} nodes come to the same state through loss, delay and a partition`, {
  timeout: 1_800_000,
}, async () => {
  const simulation = new Simulation({ nodes: NODES, seed: 7, latency: [5, 250], loss: 0.05 })
  try {
    const { healed, ended, statuses } = await evening(simulation, 3)
    expect(healed, 'seconds from the healing of the partition').toBeDefined()
    expect(ended, 'seconds from the ends of the votings').toBeDefined()
    expect(statuses.every((status) => status === 'Accepted' || status === 'Rejected')).toBe(true)
    // Nobody was taken for a liar, and no block is missing anywhere.
    for (const { runtime } of simulation.nodes) {
      const { counters } = await runtime.inspect()
      expect(counters.runtime_sync_lies_total ?? 0).toBe(0)
    }
  } finally {
    await simulation.close()
  }
})

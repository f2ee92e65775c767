/** Bounds of the two counters that metered functions hand to each other. */

/** Larger fuel budgets count as this one: the counter is sometimes given back some units and must not overflow. */
export const LARGEST_BUDGET = 1n << 62n
/** Larger call-depth budgets count as this one. */
export const LARGEST_DEPTH = 0x7fff_ffff

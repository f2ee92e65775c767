/** A worker by this name replays runs instead of being a runtime. */
export const REPLAYER = 'icn-replayer'

/**
 * The worker's entry: the runtime in a thread of its own, served to the page that made the worker. A worker that the
 * runtime's worker makes is known by its name; it replays runs.
 */
import { createRuntime } from './runtime/create.ts'
import { REPLAYER } from './runtime/replayer-name.ts'
import type { Scope } from './worker/guard.ts'
import { serve } from './worker/serve.ts'

/** What a first run will ask for, and what the log will be sorted into pages by. */
const warm = () =>
  Promise.all([
    import('./runtime/work.ts'),
    import('./runtime/receipts-facade.ts'),
    import('./storage/compaction.ts'),
  ])

/** Another of this script: whatever bundler named it, no other name has to be found. */
const replayer = () => new Worker(self.location.href, { type: 'module', name: REPLAYER })

const scope = self as unknown as Scope
if (self.name === REPLAYER) {
  import('./runtime/replayer.ts').then(({ serveReplays }) => serveReplays(scope), reportError)
} else {
  serve(scope, (options, hooks) => createRuntime(options, { ...hooks, replayer }), warm)
}

/** The worker's entry: the runtime in a thread of its own, served to the page that made the worker. */
import { createRuntime } from './runtime/create.ts'
import type { Scope } from './worker/guard.ts'
import { serve } from './worker/serve.ts'

/** What a first run will ask for, and what the log will be sorted into pages by. */
const warm = () =>
  Promise.all([
    import('./runtime/work.ts'),
    import('./runtime/receipts-facade.ts'),
    import('./storage/compaction.ts'),
  ])

serve(self as unknown as Scope, createRuntime, warm)

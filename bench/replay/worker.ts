/** The runtime in a worker that starts no others: what a pool is measured against. */
import { createRuntime } from '../../src/runtime/create.ts'
import type { Scope } from '../../src/worker/guard.ts'
import { serve } from '../../src/worker/serve.ts'

serve(self as unknown as Scope, createRuntime)

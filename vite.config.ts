import { defineConfig, type Plugin } from 'vite'
import { headers } from './scripts/headers.mjs'
import { workerChunks } from './scripts/lib/worker-chunks.mjs'
import { offline } from './scripts/offline.mjs'

/** wabt asks for Node's file system where it runs in Node; in a page it gets an empty module, and the build no warning. */
function withoutFileSystem(): Plugin {
  const empty = '\0empty'
  return {
    name: 'without-file-system',
    enforce: 'pre',
    resolveId: (id) => (id === 'fs' ? empty : undefined),
    load: (id) => (id === empty ? 'export default {}' : undefined),
  }
}

// The playground: index.html at the top of the repository, its sources in src/playground, static files in public.
// Relative URLs, so that the built site runs from any folder of any static host.
export default defineConfig({
  base: './',
  plugins: [offline(), withoutFileSystem()],
  build: {
    outDir: 'dist-playground',
    emptyOutDir: true,
    target: 'es2022',
    // The largest is wabt, loaded with the editor; scripts/size.mjs holds the sizes that matter.
    chunkSizeWarningLimit: 800,
    // Small files stay files: the content policy allows no data: URLs for scripts and workers.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es', rolldownOptions: { output: { codeSplitting: workerChunks() } } },
  preview: { headers },
  server: { open: false },
  // Other pages of the repository, e2e/consumers among them, are not this site's.
  optimizeDeps: { entries: ['index.html'] },
})

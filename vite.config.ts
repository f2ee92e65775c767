import { defineConfig } from 'vite'
import { headers } from './scripts/headers.mjs'
import { workerChunks } from './scripts/lib/worker-chunks.mjs'
import { offline } from './scripts/offline.mjs'

// The playground: index.html at the top of the repository, its sources in src/playground, static files in public.
// Relative URLs, so that the built site runs from any folder of any static host.
export default defineConfig({
  base: './',
  plugins: [offline()],
  build: {
    outDir: 'dist-playground',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 300,
    // Small files stay files: the content policy allows no data: URLs for scripts and workers.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es', rolldownOptions: { output: { codeSplitting: workerChunks() } } },
  preview: { headers },
  server: { open: false },
})

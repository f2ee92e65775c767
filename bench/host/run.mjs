// Bundles the suite and runs it: `npm run bench -- host`.
import { pathToFileURL } from 'node:url'
import { withSuite } from '../bundled.mjs'

await withSuite(import.meta.url, (file) => import(pathToFileURL(file).href))

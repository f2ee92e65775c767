/** Wasmtime's figures, in Node. Node 20's engine has no arithmetic in constant expressions; Chromium runs that module. */
import { readFile } from 'node:fs/promises'
import { fuelSuite } from './fuel.suite.ts'

const root = new URL('../../../', import.meta.url)
const known = Number(process.versions.node.split('.')[0]) < 21 ? ['extended'] : []
fuelSuite(async (path) => new Uint8Array(await readFile(new URL(path, root))), known)

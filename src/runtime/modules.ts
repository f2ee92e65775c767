/**
 * Modules: taken in, looked up and made ready to run. A module is a DAG block whose data is the wasm; its CID is the one
 * ICN's contract compiler prints into ContractMetadata (ref §1.7), so it depends on the bytes alone. Metering and
 * compiling happen once per CID and are kept, within bounds; what was metered is kept beyond a reload as well.
 */

import { type Cid, DAG_CBOR } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { measure } from '../common/measure.ts'
import { buildBlock, type DagBlock } from '../dag/block.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { declaredGrant, type Grant } from '../host/grant.ts'
import { type LinkedImport, resolveImports } from '../host/linker.ts'
import { prepareCalls } from '../host/preload.ts'
import { usesMemory } from '../host/shapes.ts'
import type { ModuleInfo, RunLimits } from '../protocol/api.ts'
import type { StateStore, Transaction } from '../storage/types.ts'
import { meter } from '../wasm/meter.ts'
import type { FuelTableId, MeteredModule, ModuleInspection } from '../wasm/types.ts'
import type { MeteredCache } from './metered-cache.ts'
import { MODULES } from './tables.ts'

/** Author in the CID of a compiled contract: a constant of ICN's compiler, not a person. */
const MODULE_AUTHOR = new Did('key', 'tester')
const MOST_PREPARED = 32
const MOST_PREPARED_BYTES = 64 * 1024 * 1024

/** A module ready to be instantiated. */
export interface Runnable {
  readonly cid: Cid
  readonly compiled: WebAssembly.Module
  readonly imports: readonly LinkedImport[]
  readonly inspection: ModuleInspection
  readonly table: FuelTableId
}

/** A module of this node, and what is known about it. */
export interface Prepared extends Runnable {
  readonly meteredSize: number
  /** What it declares it needs. */
  readonly declared?: Grant | undefined
}

export class Modules {
  readonly #store: StateStore
  readonly #limits: RunLimits
  readonly #cache: MeteredCache | null
  /** In order of last use. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(store: StateStore, limits: RunLimits, cache: MeteredCache | null = null) {
    this.#store = store
    this.#limits = limits
    this.#cache = cache
  }

  /** Everything that can be known without storing or running it. @throws IcnError as `meter` and `resolveImports` */
  async prepare(bytes: Uint8Array): Promise<Prepared> {
    const { moduleBytes } = this.#limits
    // A module that is too large is refused below, before anybody hashes it.
    const cid = bytes.length <= moduleBytes ? moduleBlock(bytes).cid : undefined
    const known = cid === undefined ? undefined : this.#cached(cid.toString())
    if (known !== undefined) return known
    const metered = await this.#meter(cid, bytes, false)
    const imports = resolveImports(metered.inspection.imports)
    const pointing = imports.find(({ shape }) => shape !== null && usesMemory(shape))
    if (pointing !== undefined && !metered.inspection.exports.some(isMemory)) {
      throw new IcnError(
        'WasmExecutionError',
        `memory export missing: icn.${pointing.name} reads or writes the module's memory, which must be exported as "memory".`,
        { data: { reason: 'memoryExport', import: pointing.name } },
      )
    }
    await prepareCalls(imports.map(({ name }) => name))
    const compiled = await compile(metered.bytes)
    const prepared: Prepared = {
      cid: cid ?? moduleBlock(bytes).cid,
      compiled,
      declared: declaredGrant(compiled),
      imports,
      inspection: metered.inspection,
      table: metered.table,
      meteredSize: metered.bytes.length,
    }
    this.#keep(prepared.cid.toString(), prepared)
    return prepared
  }

  async add(bytes: Uint8Array): Promise<ModuleInfo> {
    const prepared = await this.prepare(bytes)
    await this.#store.transact((tx) => storeModule(tx, prepared, bytes))
    return moduleInfo(prepared)
  }

  /** A stored module that counts its fuel by function and loop; otherwise as `load` gives it. */
  async profiled(cid: Cid): Promise<Prepared> {
    const key = `${cid} profiled`
    const known = this.#cached(key)
    if (known !== undefined) return known
    const plain = await this.load(cid)
    const block = await this.#store.read((tx) => getBlock(tx, cid))
    if (block === undefined) throw notFound(cid)
    const metered = await this.#meter(moduleBlock(block.data).cid, block.data, true)
    const compiled = await compile(metered.bytes)
    const prepared = { ...plain, compiled, meteredSize: metered.bytes.length }
    this.#keep(key, prepared)
    return prepared
  }

  /** What is compiled already, stored or not. */
  known(cid: Cid): Prepared | undefined {
    return this.#cached(cid.toString())
  }

  /** A stored module, its block checked against its CID. @throws IcnError DagOperationFailed when it is absent or damaged */
  async load(cid: Cid): Promise<Prepared> {
    const known = this.#cached(cid.toString())
    if (known !== undefined) return known
    const block = await this.#store.read((tx) => getBlock(tx, cid))
    if (block === undefined) throw notFound(cid)
    const prepared = await this.prepare(block.data)
    // A block of the same bytes by another author has another CID; records name the one that is stored.
    return prepared.cid.equals(cid) ? prepared : { ...prepared, cid }
  }

  /** Lists a module whose block came in some other way. */
  async remember(cid: Cid): Promise<void> {
    const block = await this.#store.read((tx) => getBlock(tx, cid))
    if (block === undefined || !moduleBlock(block.data).cid.equals(cid)) return
    const prepared = await this.prepare(block.data)
    await this.#store.transact((tx) => storeModule(tx, prepared, block.data))
  }

  /** @param cid of the bytes; absent for a module that is too large, which `meter` refuses */
  #meter(cid: Cid | undefined, bytes: Uint8Array, profile: boolean): MeteredModule | Promise<MeteredModule> {
    const { memoryPages, callDepth, moduleBytes } = this.#limits
    const options = { limits: { memoryPages, callDepth, moduleBytes }, profile }
    const make = () => {
      const done = measure('meter')
      try {
        return meter(bytes, options)
      } finally {
        done()
      }
    }
    if (cid === undefined || this.#cache === null) return make()
    return this.#cache.through({ cid: cid.toString(), options }, make)
  }

  #cached(key: string): Prepared | undefined {
    const found = this.#prepared.get(key)
    if (found !== undefined) {
      this.#prepared.delete(key)
      this.#prepared.set(key, found)
    }
    return found
  }

  #keep(key: string, prepared: Prepared): void {
    this.#prepared.set(key, prepared)
    let bytes = [...this.#prepared.values()].reduce((sum, { meteredSize }) => sum + meteredSize, 0)
    for (const [key, { meteredSize }] of this.#prepared) {
      if (this.#prepared.size === 1) break
      if (this.#prepared.size <= MOST_PREPARED && bytes <= MOST_PREPARED_BYTES) break
      this.#prepared.delete(key)
      bytes -= meteredSize
    }
  }
}

/** Stores the module's block and what is known about it; again changes nothing. */
export function storeModule(tx: Transaction, prepared: Prepared, bytes: Uint8Array): void {
  putBlock(tx, moduleBlock(bytes))
  const key = prepared.cid.toString()
  if (tx.get(MODULES, key)?.meteredSize === prepared.meteredSize) return
  const { inspection, meteredSize, declared } = prepared
  tx.put(MODULES, key, { inspection, meteredSize, ...(declared === undefined ? {} : { declared }) })
}

export function moduleInfo(prepared: Prepared): ModuleInfo {
  const { inspection, meteredSize, declared } = prepared
  return {
    ...inspection,
    cid: prepared.cid.toString(),
    meteredSize,
    ...(declared === undefined ? {} : { capabilities: declared }),
  }
}

function moduleBlock(bytes: Uint8Array): DagBlock {
  return buildBlock({ data: bytes, timestamp: 0n, authorDid: MODULE_AUTHOR, codec: DAG_CBOR })
}

function notFound(cid: Cid): IcnError {
  return new IcnError('DagOperationFailed', `WASM module not found: block ${cid} is not in the DAG.`, {
    data: { reason: 'moduleNotFound', cid: cid.toString() },
  })
}

function isMemory({ name, kind }: { readonly name: string; readonly kind: string }): boolean {
  return kind === 'memory' && name === 'memory'
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const done = measure('compile')
  try {
    return await WebAssembly.compile(bytes)
  } finally {
    done()
  }
}

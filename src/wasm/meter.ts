/** Module bytes in, metered bytes and facts about them out. */
import { IcnError } from '../common/errors.ts'
import { FUEL_TABLES } from './fuel-tables.ts'
import { inspection } from './inspect.ts'
import type { ParsedModule } from './module.ts'
import { rewrite } from './rewrite.ts'
import { parseModule } from './sections.ts'
import type { MeteredModule, MeterOptions } from './types.ts'
import { resolveLimits } from './validate/limits.ts'

/**
 * Rewrite a module so that it counts its own fuel, call depth and memory. The result exports what the original does,
 * and the names of `METER_EXPORTS`. Run it with `instantiate`.
 *
 * @throws IcnError `WasmExecutionError` with `data.reason` `malformed` (section, offset, what was expected), `invalid`
 * (the engine's own validation refuses it), `unsupportedFeature` (feature, section, offset) or `reservedName`;
 * `ResourceLimitExceeded` with `data.limitName`, `limit` and `actual`; `InvalidSpec` for what is no `Uint8Array` or an option
 * that is not known
 */
export function meter(bytes: Uint8Array, options: MeterOptions = {}): MeteredModule {
  const table = FUEL_TABLES[options.table ?? 'wasmtime-35']
  if (table === undefined)
    throw new IcnError('InvalidSpec', `There is no fuel table named ${JSON.stringify(options.table)}.`)
  const limits = resolveLimits(options.limits)
  const module = parseModule(bytes, limits)
  refuseReservedNames(module)
  const metered = rewrite(module, limits, table, {
    canonicalNaN: options.canonicalNaN ?? true,
    loopVersions: true,
    profile: options.profile ?? false,
  })
  // The rewriter trusts types, so what the engine refuses must not leave here, whatever became of it by rewriting.
  validate(bytes)
  return { bytes: metered, table: table.id, limits, inspection: inspection(module) }
}

function refuseReservedNames(module: ParsedModule): void {
  for (const { name } of module.exports)
    if (name.startsWith('icn:'))
      throw new IcnError(
        'WasmExecutionError',
        `The module exports ${JSON.stringify(name)}; names beginning with "icn:" are the meter's own.`,
        { data: { reason: 'reservedName', name } },
      )
}

function validate(bytes: Uint8Array): void {
  const source = bytes as Uint8Array<ArrayBuffer>
  if (WebAssembly.validate(source)) return
  let detail = 'it is not valid'
  try {
    new WebAssembly.Module(source)
  } catch (error) {
    detail = error instanceof Error ? error.message : String(error)
  }
  throw new IcnError('WasmExecutionError', `The module is not valid WebAssembly: ${detail}.`, {
    data: { reason: 'invalid', detail },
  })
}

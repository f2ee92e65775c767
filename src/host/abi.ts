/**
 * The whole host ABI: what is served, and the names that are known, link, and trap when called. Apart from served.ts,
 * since for the linker a name that is not served is as good as unknown.
 */
import { type AbiFunction, SERVED_ABI } from './served.ts'
import { UNSERVED } from './unserved.ts'

const unserved = (name: string): AbiFunction => ({
  name,
  aliases: [`wasm_${name}`],
  index: null,
  shapes: [],
  fuel: 0,
  fuelPerByte: 0,
  maxBytes: 0,
  subject: '',
  capability: null,
  answerBytes: 0,
})

/** Every host function that is known, served or not. */
export const HOST_ABI: readonly AbiFunction[] = [...SERVED_ABI, ...Object.keys(UNSERVED).map(unserved)]

const byName = new Map(
  HOST_ABI.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
)

/** A host function by any of its names. */
export function findAbi(name: string): AbiFunction | undefined {
  return byName.get(name)
}

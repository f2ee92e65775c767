/**
 * What modules were called when they ran: a receipt knows a contract by its CID alone, a person by its name. Kept in this
 * browser only, and worth no more than the name of a file.
 */
const KEY = 'icn-playground-names'
const MOST = 300
const MOST_NAME = 200

/** By CID, the newest last. */
let known: Map<string, string> | undefined

function read(): Map<string, string> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return new Map(Array.isArray(found) ? found.filter(isPair) : [])
  } catch {
    return new Map() // storage may be forbidden, or hold something else
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string')
}

export function rememberName(cid: string, name: string): void {
  known = read() // another tab may have added some
  known.delete(cid)
  known.set(cid, name.slice(0, MOST_NAME))
  for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - MOST))) known.delete(oldest)
  try {
    localStorage.setItem(KEY, JSON.stringify([...known]))
  } catch {
    // known until the page is closed
  }
}

export function nameOf(cid: string): string | undefined {
  known ??= read()
  return known.get(cid)
}

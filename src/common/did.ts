/**
 * Decentralized identifiers as ICN has them (ref §2.2): five parts, a string form and an object form. What a method
 * demands of its id (ref §3.4) is in did-key.ts, which needs base58; this file is small enough for a page.
 */
import { inWords, isUnicode } from './bytes.ts'
import { IcnError } from './errors.ts'

/** The JSON form (ref §2.2). */
export interface DidJson {
  readonly method: string
  readonly id_string: string
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

const MAX_LENGTH = 2048

/** A decentralized identifier, parsed: method, id, and what may follow it (ref §2.2). */
export class Did {
  readonly method: string
  readonly idString: string
  /** With its leading `/`. */
  readonly path: string | null
  /** Without `?`. */
  readonly query: string | null
  /** Without `#`. */
  readonly fragment: string | null
  readonly #text: string

  /**
   * Any parts whose string form reads back as the same parts: two different DIDs never share a string, because
   * signatures and ledger keys are made of strings. Character sets are not checked here (ref §2.2).
   * @throws IcnError InvalidSpec when a part holds a character that begins the next one, or one that UTF-8 cannot hold.
   */
  constructor(
    method: string,
    idString: string,
    path: string | null = null,
    query: string | null = null,
    fragment: string | null = null,
  ) {
    if (method.includes(':')) throw invalid(`method ${inWords(method)} contains a colon`)
    if (/[/?#]/.test(idString)) throw invalid(`id ${inWords(idString)} contains one of / ? #`)
    if (path !== null && !/^\/[^?#]*$/.test(path))
      throw invalid(`path ${inWords(path)} must start with / and hold no ? or #`)
    if (query?.includes('#')) throw invalid(`query ${inWords(query)} contains #`)
    this.method = method
    this.idString = idString
    this.path = path
    this.query = query
    this.fragment = fragment
    this.#text =
      `did:${method}:${idString}${path ?? ''}` +
      (query === null ? '' : `?${query}`) +
      (fragment === null ? '' : `#${fragment}`)
    if (!isUnicode(this.#text)) throw invalid(`${inWords(this.#text)} holds a lone surrogate`)
    if (this.#text.length > MAX_LENGTH) {
      throw invalid(`its string form has ${this.#text.length} characters, the most is ${MAX_LENGTH}`)
    }
  }

  /** @throws IcnError InvalidSpec by the rules of ref §2.2, naming what is missing. */
  static parse(text: string): Did {
    if (typeof text !== 'string') throw invalid(`expected a string, got ${inWords(text)}`)
    if (!text.startsWith('did:')) throw invalid(`${inWords(text)} does not start with "did:"`)
    const rest = text.slice(4)
    const colon = rest.indexOf(':')
    if (colon <= 0) throw invalid(`${inWords(text)} has no method`)
    const tail = rest.slice(colon + 1)
    if (tail === '') throw invalid(`${inWords(text)} has nothing after its method`)
    const parts = /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(?:#(.*))?$/s.exec(tail)
    if (parts === null) throw invalid(`${inWords(text)} has a malformed path, query or fragment`)
    return new Did(rest.slice(0, colon), parts[1]!, parts[2] ?? null, parts[3] ?? null, parts[4] ?? null)
  }

  /** The object form, or the positional array serde also accepts. @throws IcnError Serialization. */
  static fromJSON(json: unknown): Did {
    try {
      if (typeof json !== 'object' || json === null) throw invalid(`expected an object, got ${inWords(json)}`)
      const array = Array.isArray(json)
      if (array && json.length !== FIELDS.length) throw invalid(`expected 5 fields, got ${json.length}`)
      const [method, id, path, query, fragment] = FIELDS.map((name, i) => {
        const value = array
          ? json[i]
          : Object.hasOwn(json, name)
            ? (json as Record<string, unknown>)[name]
            : null
        if (typeof value === 'string' || (value === null && i > 1)) return value
        throw invalid(`field ${name} must be a string${i > 1 ? ' or null' : ''}, got ${inWords(value)}`)
      })
      return new Did(method!, id!, path, query, fragment)
    } catch (error) {
      if (!IcnError.is(error, 'InvalidSpec')) throw error
      throw new IcnError('Serialization', error.message, { data: error.data })
    }
  }

  /** `did:method:id` with path, query and fragment. */
  toString(): string {
    return this.#text
  }

  /** As ICN writes it in JSON. */
  toJSON(): DidJson {
    return {
      method: this.method,
      id_string: this.idString,
      path: this.path,
      query: this.query,
      fragment: this.fragment,
    }
  }

  /** Whether all of their parts are equal. */
  equals(other: Did): boolean {
    return this.#text === other.#text
  }
}

const FIELDS = ['method', 'id_string', 'path', 'query', 'fragment'] as const

function invalid(why: string): IcnError {
  return new IcnError('InvalidSpec', `Not a DID: ${why}.`)
}

/** Sources and modules a person keeps in this browser, apart from the runtime's database, and all of them as one file. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

export interface WorkspaceFile {
  /** Unique in the workspace, with its ending: `hours.wat`, `vote.wasm`. */
  readonly name: string
  /** Text for a source, bytes for a module. */
  readonly content: string | Uint8Array
  /** Milliseconds since the epoch. */
  readonly changed: number
}

interface Schema extends DBSchema {
  files: { key: string; value: WorkspaceFile }
}

const MOST_FILES = 1_000
const MOST_NAME = 100
const FORMAT = 'icn-playground-workspace'
/** A workspace file longer than this is not read. */
const MOST_BYTES = 128 * 1024 * 1024

let opening: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDB<Schema>('icn-playground', 1, {
    upgrade: (db) => void db.createObjectStore('files', { keyPath: 'name' }),
    // Another tab wants a newer version, or the browser closed it: the next call opens it again.
    blocking: (_current, _next, event) => {
      ;(event.target as IDBDatabase).close()
      opening = undefined
    },
    terminated: () => {
      opening = undefined
    },
  })
  opening.catch(() => {
    opening = undefined
  })
  return opening
}

/** Newest first. */
export async function listFiles(): Promise<readonly WorkspaceFile[]> {
  const files = await (await database()).getAll('files')
  return files.sort((a, b) => b.changed - a.changed || a.name.localeCompare(b.name))
}

export async function readFile(name: string): Promise<WorkspaceFile | undefined> {
  return (await database()).get('files', name)
}

export async function saveFile(name: string, content: string | Uint8Array): Promise<void> {
  await (await database()).put('files', { name, content, changed: Date.now() })
}

/**
 * Keeps a module that came from elsewhere. The same bytes under the same name are kept once; other bytes under it get a
 * name of their own.
 * @returns the name it is kept under
 */
export async function keepModule(wanted: string, content: Uint8Array): Promise<string> {
  const name = cleanName(wanted.replace(/(\.wasm)?$/i, '.wasm'))
  const known = await readFile(name)
  if (known && same(known.content, content)) return name
  const free = freeName(name, new Set((await listFiles()).map((file) => file.name)))
  await saveFile(free, content)
  return free
}

export async function deleteFile(name: string): Promise<void> {
  await (await database()).delete('files', name)
}

/** `hours.wat`, then `hours-2.wat`, and so on. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const name = cleanName(wanted)
  if (!taken.has(name)) return name
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let at = 2; ; at += 1) if (!taken.has(`${stem}-${at}${ending}`)) return `${stem}-${at}${ending}`
}

/** A name that fits in a list, an address and a file system. */
export function cleanName(wanted: string): string {
  const name = wanted
    .replace(/[\p{Cc}/\\:*?"<>|]+/gu, '-')
    .trim()
    .slice(-MOST_NAME)
  return name || 'contract.wat'
}

/** The whole workspace as JSON; modules as base64. */
export function packWorkspace(files: readonly WorkspaceFile[]): string {
  return JSON.stringify(
    {
      format: FORMAT,
      version: 1,
      files: files.map(({ name, content, changed }) => ({
        name,
        changed,
        ...(typeof content === 'string' ? { text: content } : { base64: toBase64(content) }),
      })),
    },
    null,
    1,
  )
}

/** @throws Error with a sentence for anything but a workspace file; nothing has been stored then */
export function unpackWorkspace(json: string): readonly WorkspaceFile[] {
  if (json.length > MOST_BYTES)
    throw new Error(`The workspace file has ${json.length} characters; at most ${MOST_BYTES} are read.`)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new Error('The file is not a workspace: it is not JSON.', { cause })
  }
  const { format, version, files } = (value ?? {}) as Record<string, unknown>
  if (format !== FORMAT || !Array.isArray(files))
    throw new Error(`The file is not a workspace: its format must be ${FORMAT}, with a list of files.`)
  if (version !== 1)
    throw new Error(
      `The workspace has version ${String(version).slice(0, 20)}; this playground reads version 1.`,
    )
  if (files.length > MOST_FILES)
    throw new Error(`The workspace has ${files.length} files; at most ${MOST_FILES} are taken.`)
  return files.map(unpackFile)
}

function unpackFile(value: unknown, at: number): WorkspaceFile {
  const { name, text, base64, changed } = (value ?? {}) as Record<string, unknown>
  const where = `Its file ${at + 1}`
  if (typeof name !== 'string' || name !== cleanName(name))
    throw new Error(`${where} has no name that could be kept.`)
  if (typeof changed !== 'number' || !Number.isFinite(changed) || changed < 0)
    throw new Error(`${where} does not say when it was changed.`)
  if (typeof text === 'string') return { name, content: text, changed }
  if (typeof base64 !== 'string') throw new Error(`${where} has neither text nor bytes.`)
  try {
    return { name, content: Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)), changed }
  } catch (cause) {
    throw new Error(`${where} has bytes that are not base64.`, { cause })
  }
}

/** Takes all of them in one transaction; a file whose name is taken by another content gets a new name. @returns how many were new */
export async function importFiles(files: readonly WorkspaceFile[]): Promise<number> {
  const tx = (await database()).transaction('files', 'readwrite')
  const kept = new Map((await tx.store.getAll()).map((file) => [file.name, file]))
  let added = 0
  for (const file of files) {
    const known = kept.get(file.name)
    if (known && same(known.content, file.content)) continue
    const named = { ...file, name: freeName(file.name, new Set(kept.keys())) }
    kept.set(named.name, named)
    await tx.store.put(named)
    added += 1
  }
  await tx.done
  return added
}

function same(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32_768)
    binary += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(binary)
}

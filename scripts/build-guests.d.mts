export const ROOT: string
export function buildWat(text: string, name?: string): Promise<Uint8Array<ArrayBuffer>>
export function buildAssemblyScript(path: string): Promise<Uint8Array<ArrayBuffer>>
export function buildC(path: string): Uint8Array<ArrayBuffer>
/** Why C cannot be rebuilt here to the committed bytes; undefined when it can. */
export function missingForC(): string | undefined
/** The same for Rust. */
export function missingForRust(): string | undefined
/** The wasm module a hash-wasm distribution file carries. */
export function hashWasm(algorithm: string): Uint8Array<ArrayBuffer>

export interface Link {
  readonly out: string
  readonly adapter: string
  readonly name: string
  readonly as: string
  /** The library uses bulk memory. */
  readonly bulk?: boolean
  library(): Uint8Array
}
export const LINKS: readonly Link[]
export function link(entry: Link): Promise<Uint8Array<ArrayBuffer>>

/** guest/ABI.md as bytes. */
export function buildAbiPage(): Promise<Uint8Array>

export interface Guest {
  readonly out: string
  readonly language: 'WAT' | 'AssemblyScript' | 'C' | 'Rust' | 'linked' | 'page'
  readonly missing?: string
  build(): Promise<Uint8Array> | Uint8Array
}
export function guests(): Guest[]

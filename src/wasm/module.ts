/** What a module is once its outer structure has been read: types, indices and places in its bytes. */

export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const

/** Binary codes of the value types. */
export const Type = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
} as const

export interface Section {
  readonly id: number
  /** Where the section's id byte is. */
  readonly start: number
  readonly contents: number
  readonly end: number
  /** Of a custom section. */
  readonly name: string
}

/** A function type by value-type codes. */
export interface Signature {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export interface Import {
  readonly module: string
  readonly name: string
  readonly type: number
}

export interface Export {
  readonly name: string
  /** 0 function, 1 table, 2 memory, 3 global. */
  readonly kind: number
  readonly index: number
}

export interface Range {
  readonly initial: number
  readonly maximum: number | null
}

export interface Table extends Range {
  readonly type: number
}

export interface GlobalType {
  readonly type: number
  readonly mutable: boolean
}

/** A function index in the bytes outside the code section, so that it can be replaced. */
export interface FunctionSite {
  readonly start: number
  readonly end: number
  readonly index: number
}

export interface Body {
  /** First byte of the locals declaration. */
  readonly start: number
  readonly end: number
}

export interface ParsedModule {
  readonly bytes: Uint8Array
  readonly sections: readonly Section[]
  readonly types: readonly Signature[]
  readonly imports: readonly Import[]
  /** Type index of every function, imported ones first. */
  readonly functions: readonly number[]
  readonly tables: readonly Table[]
  readonly memory: Range | null
  readonly globals: readonly GlobalType[]
  readonly exports: readonly Export[]
  readonly start: number | null
  readonly bodies: readonly Body[]
  /** Function indices in exports, element segments and constant expressions. */
  readonly exportSites: readonly FunctionSite[]
  readonly elementSites: readonly FunctionSite[]
  readonly globalSites: readonly FunctionSite[]
  readonly hasDataCount: boolean
  readonly features: Set<string>
}

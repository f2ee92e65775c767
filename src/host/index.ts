/**
 * The host functions of ICN as data: names, shapes, prices, what each does.
 *
 * @module icn-runtime-web/host
 */
export { findAbi, HOST_ABI } from './abi.ts'
export { HOST_DOCS } from './docs.ts'
export { type AbiFunction, type Capability, IMPORT_MODULE, SERVED_ABI } from './served.ts'
export { type ParamKind, parseShape, type ResultKind, type Shape, showType } from './shapes.ts'
export { UNSERVED } from './unserved.ts'

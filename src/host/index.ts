export { type AbiFunction, type Capability, findAbi, HOST_ABI, IMPORT_MODULE } from './abi.ts'
export { HOST_DOCS } from './docs.ts'
export { type ParamKind, parseShape, type ResultKind, type Shape, showType } from './shapes.ts'

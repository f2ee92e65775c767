/** Operators of WebAssembly that the walk through both forms knows by name. */
export const UNREACHABLE = 0x00
export const BLOCK = 0x02
export const LOOP = 0x03
export const IF = 0x04
export const ELSE = 0x05
export const END = 0x0b
export const BR = 0x0c
export const BR_IF = 0x0d
export const BR_TABLE = 0x0e
export const RETURN = 0x0f
export const CALL = 0x10
export const CALL_INDIRECT = 0x11
export const RETURN_CALL = 0x12
export const RETURN_CALL_INDIRECT = 0x13
export const SELECT = 0x1b
export const GET = 0x20
export const SET = 0x21
export const TEE = 0x22
export const GLOBAL_GET = 0x23
export const GLOBAL_SET = 0x24
export const MEMORY_GROW = 0x40
export const I32_CONST = 0x41
export const I64_CONST = 0x42
export const I32_EQZ = 0x45
export const I32_LT_S = 0x48
export const I64_GT_S = 0x55
export const I64_LE_S = 0x57
export const I32_ADD = 0x6a
export const I32_SUB = 0x6b
export const I32_DIV_U = 0x6e
export const I64_SUB = 0x7d
export const I64_EXTEND_U = 0xad
export const REF_FUNC = 0xd2
export const TABLE_GROW = 0xfc0f
export const V128_CONST = 0xfd0c
export const V128_BITSELECT = 0xfd52

/**
 * Neither traps nor changes anything but locals and operands: `nop`, `drop`, `select`, locals, a read of a global,
 * constants, comparisons, arithmetic without integer division, wrapping.
 */
export const isUnseen = (op: number): boolean =>
  op === 0x01 ||
  (op >= 0x1a && op <= 0x23) ||
  (op >= 0x41 && op <= 0x6c) ||
  (op >= 0x71 && op <= 0x7e) ||
  (op >= 0x83 && op <= 0xa7)

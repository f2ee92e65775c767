// A byte-code interpreter with a switch: sieve in its own code.
#include "kernel.h"
enum { PUSH, LOAD, STORE, ADD, SUB, MUL, LT, JZ, JMP, GETA, SETA, DUP, POP, HALT };
static i32 code[128], stack[64], vars[8], arr[4096];
static i32 exec(void) {
  i32 pc = 0, sp = 0, steps = 0;
  for (;; steps++) switch (code[pc++]) {
    case PUSH: stack[sp++] = code[pc++]; break;
    case LOAD: stack[sp++] = vars[code[pc++]]; break;
    case STORE: vars[code[pc++]] = stack[--sp]; break;
    case ADD: sp--; stack[sp - 1] += stack[sp]; break;
    case SUB: sp--; stack[sp - 1] -= stack[sp]; break;
    case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
    case LT: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp]; break;
    case JZ: { i32 t = code[pc++]; if (!stack[--sp]) pc = t; break; }
    case JMP: pc = code[pc]; break;
    case GETA: stack[sp - 1] = arr[stack[sp - 1] & 4095]; break;
    case SETA: sp -= 2; arr[stack[sp] & 4095] = stack[sp + 1]; break;
    case DUP: stack[sp] = stack[sp - 1]; sp++; break;
    case POP: sp--; break;
    default: return steps;
  }
}
EXPORT u32 run(i32 n) {
  // for i in 2..n: if !a[i] { for j = i + i; j < n; j += i: a[j] = 1 } else count--; assembled by hand
  i32 *c = code, *p;
#define E1(a) (*c++ = (a))
#define E2(a, b) (E1(a), E1(b))
  E2(PUSH, 2); E2(STORE, 0);
  i32 outer = (i32)(c - code);
  E2(LOAD, 0); E2(LOAD, 3); E1(LT); E1(JZ); p = c; E1(0);
  E2(LOAD, 0); E1(GETA);
  i32 prime = (i32)(c - code) + 4;
  E2(JZ, prime); E1(JMP); i32 *skip = c; E1(0);
  E2(LOAD, 2); E2(PUSH, 1); E1(ADD); E2(STORE, 2);
  E2(LOAD, 0); E2(LOAD, 0); E1(ADD); E2(STORE, 1);
  i32 inner = (i32)(c - code);
  E2(LOAD, 1); E2(LOAD, 3); E1(LT); E1(JZ); i32 *done = c; E1(0);
  E2(LOAD, 1); E2(PUSH, 1); E1(SETA); E2(LOAD, 1); E2(LOAD, 0); E1(ADD); E2(STORE, 1); E2(JMP, inner);
  *skip = *done = (i32)(c - code);
  E2(LOAD, 0); E2(PUSH, 1); E1(ADD); E2(STORE, 0); E2(JMP, outer);
  *p = (i32)(c - code);
  E1(HALT);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    for (i32 i = 0; i < 4096; i++) arr[i] = 0;
    vars[2] = 0; vars[3] = 2000 + (r & 1023);
    h = mix(h, exec()); h = mix(h, vars[2]);
  }
  return h;
}

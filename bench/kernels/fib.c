// Doubly recursive Fibonacci: nothing but calls.
#include "kernel.h"
static u32 __attribute__((noinline)) fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
EXPORT u32 run(i32 n) { return fib(n); }

// Asks for one more MiB of memory again and again. The runtime refuses beyond its limit (10 MiB unless set otherwise);
// the contract notices, says so and gives up.
#include "../../guest/c/icn.h"

#define PAGES_PER_MIB 16

ICN_ENTRY int64_t run(void) {
  icn_line line = {0};
  for (;;) {
    uint32_t before = __builtin_wasm_memory_grow(0, PAGES_PER_MIB);
    if (before == (uint32_t)-1) break;
    // Write into what was granted, as a real program would.
    *(volatile uint8_t *)(uintptr_t)(before << 16) = 1;
  }
  icn_put(&line, "No more memory at ");
  icn_put_number(&line, __builtin_wasm_memory_size(0));
  icn_put(&line, " pages of 64 KiB.");
  icn_end_line(&line, ICN_ERROR);
  __builtin_trap();
}

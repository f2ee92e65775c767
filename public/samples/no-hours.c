// A mistake that happens: pay per hour in a month in which nobody worked. Dividing by zero ends the run, and the
// failure names the function it happened in.
#include "../../guest/c/icn.h"

static volatile uint64_t surplus_cents = 1248037;
static volatile uint64_t hours_worked = 0;

__attribute__((noinline)) static uint64_t pay_per_hour(uint64_t cents, uint64_t hours) { return cents / hours; }

ICN_ENTRY int64_t run(void) {
  icn_say("Dividing the surplus by the hours worked");
  return (int64_t)pay_per_hour(surplus_cents, hours_worked);
}

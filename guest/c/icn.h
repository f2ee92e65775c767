// ICN host calls for contracts in C. Build with
//   clang --target=wasm32 -mcpu=mvp -O2 -nostdlib -ffreestanding -fno-builtin \
//     -Wl,--no-entry -o contract.wasm contract.c
//
// The functions are those of icn_host.h, which has every host function; this file names the ones most contracts need.
//
// A contract exports `run`, takes nothing and returns an int64_t, and lets the linker export its `memory`:
//   ICN_ENTRY int64_t run(void) { icn_say("hello"); return 42; }
//
// Pointers point into the contract's own memory. Text is UTF-8 with an explicit length and no terminator.
// A pointer outside the memory, or text that is not UTF-8, ends the run with a trap.
// A call the rules refuse (too little mana, bad JSON) returns 0; `icn_last_error_code` and `icn_last_error` tell why.
// Output that does not fit its buffer: nothing is written and the needed length is returned as a negative number.
#ifndef ICN_H
#define ICN_H

#include "icn_host.h"

#define ICN_ENTRY __attribute__((export_name("run")))

enum icn_level { ICN_DEBUG = 0, ICN_INFO = 1, ICN_WARN = 2, ICN_ERROR = 3 };

// Mana of this node's account, and of any account by its DID.
// int64_t icn_mana(void)
#define icn_mana host_account_get_mana
// int64_t icn_mana_of(const char *did, int32_t did_length)
#define icn_mana_of host_account_get_mana_2

// Spend mana of this node's account, named by its DID. 1: spent, 0: refused.
// int32_t icn_spend_mana(const char *did, int32_t did_length, int64_t amount)
#define icn_spend_mana host_account_spend_mana

// Submit a mesh job, JSON of ActualMeshJob. Returns the first 8 bytes of the job CID's hash, 0 when refused.
// int64_t icn_submit_mesh_job(const char *json, int32_t json_length)
#define icn_submit_mesh_job host_submit_mesh_job

// The full CID string of a job this run submitted, by the number `icn_submit_mesh_job` gave.
// int32_t icn_job_id(int64_t job, char *out, int32_t out_length)
#define icn_job_id host_get_job_id

// The DID the contract runs for, the creator of the job; 56 bytes for did:key. Returns its length.
// int32_t icn_caller(char *out, int32_t out_length)
#define icn_caller host_get_caller

// Reputation of this node.
// int64_t icn_reputation(void)
#define icn_reputation host_get_reputation

// Seconds since 1970. The same for the whole run.
// int64_t icn_now(void)
#define icn_now host_get_current_time

// A line in the run's log.
// void icn_log(int32_t level, const char *text, int32_t text_length)
#define icn_log host_log

// Why the last call was refused: a number (0: it was not) and a sentence.
// int32_t icn_last_error_code(void)
#define icn_last_error_code host_last_error_code
// int32_t icn_last_error(char *out, int32_t out_length)
#define icn_last_error host_last_error

// --- clang itself calls these two, also without a C library -------------------------------------------------------

__attribute__((weak)) void *memset(void *to, int value, unsigned long length) {
  for (char *at = to; length; length--) *at++ = (char)value;
  return to;
}

__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, unsigned long length) {
  char *at = to;
  for (const char *byte = from; length; length--) *at++ = *byte++;
  return to;
}

// --- a line of text at a time ---------------------------------------------------------------------------------

typedef struct {
  int32_t length;
  char text[252];
} icn_line;

static inline void icn_put(icn_line *line, const char *text) {
  while (*text && line->length < (int32_t)sizeof line->text) line->text[line->length++] = *text++;
}

static inline void icn_put_number(icn_line *line, uint64_t value) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count && line->length < (int32_t)sizeof line->text) line->text[line->length++] = digits[--count];
}

// Log the line at the given level and start a new one.
static inline void icn_end_line(icn_line *line, enum icn_level level) {
  icn_log(level, line->text, line->length);
  line->length = 0;
}

// Log one sentence at level info.
static inline void icn_say(const char *text) {
  int32_t length = 0;
  while (text[length]) length++;
  icn_log(ICN_INFO, text, length);
}

#endif

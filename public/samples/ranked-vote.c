// A ranked vote: the option with the fewest first choices drops out and its ballots pass to their next choice, until
// one option holds more than half. Logs each round and returns the winner's number on the ballot.
#include "../../guest/c/icn.h"

#define OPTIONS 4
#define BALLOTS 15

static const char *const option_names[OPTIONS] = {"Solar roof", "Child care", "Tool library", "Pay rise"};

// Each row is one member's ballot, first choice first.
static const uint8_t ballots[BALLOTS][OPTIONS] = {
    {1, 0, 2, 3}, {0, 1, 2, 3}, {3, 1, 0, 2}, {3, 0, 1, 2}, {2, 1, 3, 0},
    {0, 1, 3, 2}, {1, 2, 0, 3}, {3, 1, 2, 0}, {3, 2, 1, 0}, {1, 0, 3, 2},
    {2, 1, 0, 3}, {0, 2, 1, 3}, {3, 0, 2, 1}, {2, 1, 3, 0}, {1, 3, 0, 2},
};

ICN_ENTRY int64_t run(void) {
  uint8_t out[OPTIONS] = {0};
  icn_line line = {0};
  for (int round = 1; round <= OPTIONS; round++) {
    uint32_t votes[OPTIONS] = {0};
    for (int ballot = 0; ballot < BALLOTS; ballot++) {
      int choice = 0;
      while (out[ballots[ballot][choice]]) choice++;
      votes[ballots[ballot][choice]]++;
    }

    icn_put(&line, "Round ");
    icn_put_number(&line, round);
    int first = -1, last = -1;
    for (int option = 0; option < OPTIONS; option++) {
      if (out[option]) continue;
      icn_put(&line, first < 0 ? ": " : ", ");
      icn_put(&line, option_names[option]);
      icn_put(&line, " ");
      icn_put_number(&line, votes[option]);
      if (first < 0 || votes[option] > votes[first]) first = option;
      // On equal votes the option lower on the ballot drops out.
      if (last < 0 || votes[option] <= votes[last]) last = option;
    }
    icn_end_line(&line, ICN_INFO);

    if (votes[first] * 2 > BALLOTS) {
      icn_put(&line, "Elected: ");
      icn_put(&line, option_names[first]);
      icn_end_line(&line, ICN_INFO);
      return first + 1;
    }
    out[last] = 1;
    icn_put(&line, "Out: ");
    icn_put(&line, option_names[last]);
    icn_end_line(&line, ICN_INFO);
  }
  return 0;
}

// Why a program was not bound.
#pragma once
#include <cstdarg>

#if defined(__GNUC__)
#define STEEPEST_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define STEEPEST_PRINTF(text, first)
#endif

namespace steepest {

/** What was expected and what was given: the two halves of an error's message. */
struct Refusal {
  char expected[256];
  char given[128];
  /** The program may be right; there was no memory for it. */
  bool lacksMemory;

  /** All return false, so that a check can end with `return refusal.give(…)`. */
  bool expect(const char* format, ...) STEEPEST_PRINTF(2, 3);
  bool give(const char* format, ...) STEEPEST_PRINTF(2, 3);
  /** Gives none of the memory that was expected. */
  bool giveNoMemory() {
    lacksMemory = true;
    return give("none");
  }
};

}  // namespace steepest

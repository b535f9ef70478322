// What a fuzzer says when a case ends it: which case, and the case itself in a file.
#pragma once
#include <cstdint>

#include "corpus.h"

namespace steepest {

/** Reports crashes, and cases that take more than `hangSeconds` of processor time. */
void watchForTrouble(const char* caseFile, uint64_t seed, int hangSeconds);

/** From here on trouble is this case's. `fuzzCase` may still change. */
void beginCase(int64_t number, const FuzzCase* fuzzCase);

/** Ends the process as a crash would. */
[[noreturn]] void reportTrouble(const char* what);

}  // namespace steepest

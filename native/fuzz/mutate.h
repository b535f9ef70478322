// Makes other programs of valid ones: most are wrong in a place or two, many are valid again.
#pragma once
#include "corpus.h"
#include "random.h"

namespace steepest {

/** Changes a program in a few places; `corpus` gives ops to insert. */
void mutate(FuzzCase& fuzzCase, const std::vector<FuzzCase>& corpus, FuzzRandom& random);

/**
 * Gives each operand a buffer of its own, as long as it is: then a step past any operand leaves
 * its memory. Operands whose words are no sizes, or that are too large, stay as they are.
 */
void explode(FuzzCase& fuzzCase, int64_t mostBytes, size_t mostBuffers);

}  // namespace steepest

#include "mutate.h"

#include <cmath>
#include <limits>

#include "layout.h"

namespace steepest {
namespace {

using Words = std::vector<double>;

double& wordAt(Words& words, int64_t at) { return words[static_cast<size_t>(at)]; }

/** Numbers at which counts, products and conversions of them go wrong. */
double edge(FuzzRandom& random) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return random.pick({-1.0, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 15.0, 16.0, 17.0, 255.0, 256.0, 257.0, 1023.0, 1024.0,
                      32767.0, 32768.0, 32769.0, 2147483647.0, 2147483648.0, 4294967295.0, 4294967296.0,
                      1099511627776.0, 4503599627370496.0, 9007199254740991.0, 9007199254740992.0,
                      9223372036854775808.0, 1e300, 5e-324, -infinity, infinity, std::nan("")});
}

/** Another number in place of one, near it more often than not. */
double changed(double value, const Words& words, FuzzRandom& random) {
  switch (random.below(10)) {
    case 0:
    case 1:
      return value + 1;
    case 2:
    case 3:
      return value - 1;
    case 4:
      return value * 2;
    case 5:
      return std::floor(value / 2);
    case 6:
      return static_cast<double>(random.below(40));
    case 7:
      return words[static_cast<size_t>(random.below(static_cast<int64_t>(words.size())))];
    case 8:
      return value + static_cast<double>(random.below(33) - 16);
    default:
      return edge(random);
  }
}

void change(Words& words, int64_t at, FuzzRandom& random) {
  wordAt(words, at) = changed(wordAt(words, at), words, random);
}

/** Another maxRows. Most often windows and the range of rows are still all rows: else they would be the fault. */
void setMaxRows(Words& words, const std::vector<OpPlace>& ops, double maxRows, FuzzRandom& random) {
  const double before = words[FuzzMaxRows];
  words[FuzzMaxRows] = maxRows;
  if (random.oneIn(4)) return;
  if (words[FuzzEndRow] == before) words[FuzzEndRow] = maxRows;
  for (const OpPlace& op : ops) {
    double& rows = wordAt(words, op.at + FuzzWindowRows);
    if (rows == before) rows = maxRows;
  }
}

/** The same change wherever an op has a number: what has to agree agrees again. */
void changeEverywhere(Words& words, const OpPlace& op, FuzzRandom& random) {
  const int64_t operand = op.operandAt(random.below(op.schema->operandCount));
  const int64_t scalars = op.schema->scalarCount;
  const int64_t from = scalars > 0 && random.oneIn(2) ? op.scalarAt(random.below(scalars))
                                                      : operand + random.pick({FuzzRows, FuzzCols});
  const double before = wordAt(words, from);
  const double after = random.oneIn(8) ? edge(random) : changed(before, words, random);
  for (int64_t at = op.operandAt(0); at < op.end(); ++at) {
    if (wordAt(words, at) == before) wordAt(words, at) = after;
  }
  if (random.oneIn(2) && words[FuzzMaxRows] == before) setMaxRows(words, opPlaces(words), after, random);
}

/** Strides with which rows overlap, or a matrix with no rows and many columns, or the reverse. */
void degenerate(Words& words, const OpPlace& op, FuzzRandom& random) {
  const int64_t only = random.below(op.schema->operandCount);
  const bool all = random.oneIn(2);
  const bool rowsVanish = random.oneIn(2);
  const double large = edge(random);
  const double stride = random.pick({0.0, 1.0, 2.0});
  const int64_t way = random.below(3);
  for (int64_t i = 0; i < op.schema->operandCount; ++i) {
    const int64_t at = op.operandAt(i);
    if ((!all && i != only) || wordAt(words, at) == -1) continue;
    if (way == 0) {
      wordAt(words, at + FuzzRowStride) = stride;
      if (random.oneIn(2)) wordAt(words, at + FuzzRows) = large;
    } else {
      wordAt(words, at + (rowsVanish ? FuzzRows : FuzzCols)) = 0;
      if (way == 2) wordAt(words, at + (rowsVanish ? FuzzCols : FuzzRows)) = large;
    }
  }
  if (random.oneIn(2)) setMaxRows(words, opPlaces(words), large, random);
}

/** Removes an operand, restores it, or puts it in the place of another. */
void moveOperand(Words& words, const OpPlace& op, FuzzRandom& random) {
  const int64_t count = op.schema->operandCount;
  const int64_t to = op.operandAt(random.below(count));
  const int64_t from = op.operandAt(random.below(count));
  if (random.oneIn(3)) {
    wordAt(words, to) = -1;
    return;
  }
  for (int64_t i = 0; i < kOperandWords; ++i) wordAt(words, to + i) = wordAt(words, from + i);
}

void changeOp(Words& words, const OpPlace& op, FuzzRandom& random) {
  const int64_t scalars = op.schema->scalarCount;
  switch (random.below(9)) {
    case 0:
    case 1:
      return change(words, op.operandAt(random.below(op.schema->operandCount)) + random.below(kOperandWords), random);
    case 2:
    case 3:
    case 4:
      return changeEverywhere(words, op, random);
    case 5:
      return degenerate(words, op, random);
    case 6:
      return moveOperand(words, op, random);
    case 7:
      if (scalars > 0) return change(words, op.scalarAt(random.below(scalars)), random);
      return change(words, op.at + random.below(kOpWords), random);
    default: {
      constexpr int64_t splits = static_cast<int64_t>(Split::Groups) + 1;
      const int64_t which = random.below(kOpWords);
      if (which == FuzzSplit) wordAt(words, op.at + which) = static_cast<double>(random.below(splits));
      else change(words, op.at + which, random);
    }
  }
}

/** Leaves out, repeats or inserts an op, and most often says so in the header. */
void changeOps(Words& words, const std::vector<OpPlace>& ops, const std::vector<FuzzCase>& corpus,
               FuzzRandom& random) {
  const OpPlace& op = ops[static_cast<size_t>(random.below(static_cast<int64_t>(ops.size())))];
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(op.at);
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(op.end());
  double by = 1;
  if (random.oneIn(3)) {
    words.erase(begin, end);
    by = -1;
  } else if (random.oneIn(2)) {
    const Words copy(begin, end);
    words.insert(begin, copy.begin(), copy.end());
  } else {
    const FuzzCase& other = corpus[static_cast<size_t>(random.below(static_cast<int64_t>(corpus.size())))];
    const std::vector<OpPlace> others = opPlaces(other.words);
    if (others.empty()) return;
    const OpPlace& taken = others[static_cast<size_t>(random.below(static_cast<int64_t>(others.size())))];
    const Words copy(other.words.begin() + static_cast<std::ptrdiff_t>(taken.at),
                     other.words.begin() + static_cast<std::ptrdiff_t>(taken.end()));
    words.insert(begin, copy.begin(), copy.end());
  }
  if (!random.oneIn(8)) words[1] += by;
}

void changeRegisters(FuzzCase& fuzzCase, FuzzRandom& random) {
  constexpr int64_t used = RegInverseSqrtBias2 + 1;
  const int64_t which = random.below(used);
  fuzzCase.registers[which] = changed(fuzzCase.registers[which], fuzzCase.words, random);
}

void mutateOnce(FuzzCase& fuzzCase, const std::vector<FuzzCase>& corpus, FuzzRandom& random) {
  Words& words = fuzzCase.words;
  const std::vector<OpPlace> ops = opPlaces(words);
  const int64_t kind = random.below(40);
  if (words.size() < static_cast<size_t>(kHeaderWords) || ops.empty() || kind == 0) {
    words.resize(static_cast<size_t>(random.below(static_cast<int64_t>(words.size()) + 20)), edge(random));
  } else if (kind < 3) {
    change(words, random.below(kHeaderWords), random);
  } else if (kind < 5) {
    setMaxRows(words, ops, random.oneIn(2) ? edge(random) : changed(words[FuzzMaxRows], words, random), random);
  } else if (kind < 7) {
    changeOps(words, ops, corpus, random);
  } else if (kind < 10) {
    changeRegisters(fuzzCase, random);
  } else if (kind == 10 && !fuzzCase.bufferBytes.empty()) {
    int64_t& bytes = fuzzCase.bufferBytes[static_cast<size_t>(random.below(static_cast<int64_t>(fuzzCase.bufferBytes.size())))];
    bytes = random.oneIn(2) ? random.below(bytes + 1) : bytes + random.below(64);
  } else if (kind == 11) {
    wordAt(words, random.below(static_cast<int64_t>(words.size()))) = edge(random);
  } else {
    changeOp(words, ops[static_cast<size_t>(random.below(static_cast<int64_t>(ops.size())))], random);
  }
}

}  // namespace

void mutate(FuzzCase& fuzzCase, const std::vector<FuzzCase>& corpus, FuzzRandom& random) {
  if (random.oneIn(20)) return;
  do mutateOnce(fuzzCase, corpus, random);
  while (random.oneIn(2));
}

void explode(FuzzCase& fuzzCase, int64_t mostBytes, size_t mostBuffers) {
  Words& words = fuzzCase.words;
  for (const OpPlace& op : opPlaces(words)) {
    for (int64_t i = 0; i < op.schema->operandCount; ++i) {
      double* operand = &wordAt(words, op.operandAt(i));
      const int64_t bytes = extentBytes(operand);
      if (bytes < 0 || bytes > mostBytes || operand[FuzzBuffer] == -1) continue;
      if (fuzzCase.bufferBytes.size() >= mostBuffers) return;
      operand[FuzzBuffer] = static_cast<double>(fuzzCase.bufferBytes.size());
      operand[FuzzOffset] = 0;
      fuzzCase.bufferBytes.push_back(bytes);
    }
  }
}

}  // namespace steepest

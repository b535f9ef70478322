// Where the words of an encoded program's ops lie, for whoever changes them. Knows the encoding
// (src/kernels/encode.ts), and trusts no word.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../program/contract.h"

namespace steepest {

/** Words of an op and of an operand, in order. */
enum FuzzOpWord {
  FuzzKind,
  FuzzPhase,
  FuzzSplit,
  FuzzBegin,
  FuzzEnd,
  FuzzWindowFirst,
  FuzzWindowRows,
  FuzzOperands,
  FuzzScalars
};
/** Words of the header that count rows. */
enum FuzzHeaderWord { FuzzMaxRows = 4, FuzzFirstRow = 6, FuzzEndRow = 7 };
enum FuzzOperandWord { FuzzBuffer, FuzzDType, FuzzOffset, FuzzRows, FuzzCols, FuzzRowStride, FuzzColStride };

/** One op's place in the words. */
struct OpPlace {
  const OpSchema* schema;
  int64_t at;

  int64_t operandAt(int64_t i) const { return at + kOpWords + i * kOperandWords; }
  int64_t scalarAt(int64_t i) const { return operandAt(schema->operandCount) + i; }
  int64_t end() const { return scalarAt(schema->scalarCount); }
};

/** The ops as far as the words can be read. */
std::vector<OpPlace> opPlaces(const std::vector<double>& words);

/** Bytes from an operand's first element to its last; −1 where its words are no sizes, 0 if it is absent or empty. */
int64_t extentBytes(const double* operand);

/** Bytes of an element; 0 for a dtype that does not exist. */
int64_t elementBytes(double dtype);

}  // namespace steepest

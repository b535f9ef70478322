// How the operands of one op must agree, and what its split divides.
#pragma once
#include "decode.h"

namespace steepest {

/** The range of an op is the mini-batch, whose rows are known at run time. */
constexpr int64_t kBatchRange = -1;

/** The dimension that an op's split divides: rows, columns or blocks of 16 rows, or kBatchRange. */
int64_t rangeOf(const DecodedOp& op);

/** Compares the shapes of an op's operands, and its split with its range. */
bool checkShapes(const DecodedOp& op, int64_t maxRows, Refusal& refusal);

}  // namespace steepest

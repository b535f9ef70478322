// How the sizes of one op's operands and scalars must agree, and what its split divides: the rules of src/kernels/ops, which
// scripts/generate-contract.mjs wrote into op_tables.h.
#pragma once
#include "decode.h"

namespace steepest {

/** The range of an op is the mini-batch, whose rows are known at run time; or there is no limit. */
constexpr int64_t kUnlimited = INT64_MAX;

/** What a program needs to know of an op's sizes. */
struct OpExtent {
  /** Rows, columns or blocks that its split divides. */
  int64_t range;
  /** Rows of its tables, for batchStart + row. */
  int64_t tableRows;
};

/** Holds an op to the rules of its kind, and its split to its range. */
bool checkShapes(const DecodedOp& op, OpExtent* extent, Refusal& refusal);

}  // namespace steepest

// From the encoded words of a program (src/kernels/encode.ts) to ops whose every operand lies in its buffer.
#pragma once
#include "../kernels/table.h"
#include "refusal.h"

namespace steepest {

/** Memory that operands may lie in. */
struct Buffer {
  uint8_t* data;
  int64_t byteLength;
};

/** The words after the header, and the buffers that they speak of. */
struct ProgramSource {
  const double* words;
  int64_t wordCount;
  const Buffer* buffers;
  int64_t bufferCount;
};

struct ProgramHeader {
  int64_t opCount;
  int64_t rank;
  int64_t workers;
  int64_t maxRows;
  int64_t rowChunk;
  /** Rows of the mini-batch that ops split by rows or groups run over: [firstRow, endRow). */
  int64_t firstRow;
  int64_t endRow;
};

/** One op as decoded. `args` has its operands and scalars; run-time values are still empty. */
struct DecodedOp {
  /** Position in the program, for messages. */
  int64_t number;
  OpKind kind;
  int32_t phase;
  Split split;
  int64_t begin;
  int64_t end;
  /** The rows of the largest mini-batch that the op works on. Its operands begin at the first. */
  int64_t windowFirst;
  int64_t windowRows;
  OpArgs args;

  const OpSchema& schema() const { return kOpSchemas[static_cast<int>(kind)]; }
  const Matrix& at(int operand) const { return args.operands[operand]; }
};

/** Whether a word is a whole number from 0 to 2^53 − 1. */
bool isCount(double word);

/** Reads the header; false, with the reason in `refusal`, if it is not one. */
bool decodeHeader(const ProgramSource& source, ProgramHeader& header, Refusal& refusal);

/** Adds up the ops of each phase in `counts` (kPhaseLimit); what cannot be read, and all after it, is left to decodeOp to refuse. */
void countOps(const ProgramSource& source, int64_t opCount, int64_t* counts);

/**
 * Reads op `number` at word `*at` and moves `*at` behind it. Checks the op against its schema: operands present
 * or optional, element types, bounds, alignment, scalars. Shapes are compared in shapes.h.
 */
bool decodeOp(const ProgramSource& source, const ProgramHeader& header, int64_t number, int64_t* at, DecodedOp& op,
              Refusal& refusal);

}  // namespace steepest

#include "decode.h"

#include <cmath>
#include <cstring>

#include "whole.h"

namespace steepest {
namespace {

/** Doubles count exactly below this. */
constexpr double kCountLimit = 9007199254740992.0;
/** Rows of a mini-batch are counted in 32-bit integers. */
constexpr double kMostRows = 2147483647.0;

/** Words of an op, in order (src/kernels/encode.ts). */
enum OpWord {
  WordKind,
  WordPhase,
  WordSplit,
  WordBegin,
  WordEnd,
  WordWindowFirst,
  WordWindowRows,
  WordOperands,
  WordScalars
};
/** Words of the header, in order. */
enum HeaderWord {
  WordMagic,
  WordOpCount,
  WordRank,
  WordWorkers,
  WordMaxRows,
  WordRowChunk,
  WordFirstRow,
  WordEndRow
};
/** Words of an operand, in order. */
enum OperandWord { WordBuffer, WordDType, WordByteOffset, WordRows, WordCols, WordRowStride, WordColStride };

bool isIndex(double word, int64_t count) { return isCount(word) && word < static_cast<double>(count); }

/** An operand's place in messages. */
struct OperandPlace {
  const DecodedOp& op;
  const OperandSchema& schema;
  Refusal& refusal;

  bool expect(const char* what) const {
    return refusal.expect("op %lld (%s): operand %s with %s", static_cast<long long>(op.number), op.schema().name,
                          schema.name, what);
  }
};

bool checkNumbers(const double* words, const OperandPlace& place) {
  constexpr const char* names[] = {"byteOffset", "rows", "cols", "rowStride", "colStride"};
  for (int i = WordByteOffset; i <= WordColStride; ++i) {
    if (isCount(words[i])) continue;
    place.expect("whole numbers from 0 to 2^53 - 1");
    return place.refusal.give("%s = %.17g", names[i - WordByteOffset], words[i]);
  }
  return true;
}

bool checkType(const double* words, const OperandPlace& place) {
  const double dtype = words[WordDType];
  if (isIndex(dtype, kDTypeCount) && (place.schema.dtypes >> static_cast<int>(dtype) & 1u) != 0) return true;
  place.expect("a dtype that the op takes");
  if (!isIndex(dtype, kDTypeCount)) return place.refusal.give("dtype number %.17g", dtype);
  return place.refusal.give("%s", kDTypeNames[static_cast<int>(dtype)]);
}

/**
 * An operand without elements has no more rows or columns than these. Memory bounds the others; a
 * kernel would go over rows of nothing for years. No rows of large images are usual.
 */
constexpr double kMostEmptyRows = 4096;
constexpr double kMostEmptyCols = 16777216;

/**
 * Elements must be apart: overlapping ones would be written twice, and make matrices of any size
 * out of little memory.
 */
bool checkStrides(const double* words, const OperandPlace& place) {
  const double rows = words[WordRows], cols = words[WordCols];
  const double down = words[WordRowStride], across = words[WordColStride];
  if (rows == 0 || cols == 0) {
    if (rows <= kMostEmptyRows && cols <= kMostEmptyCols) return true;
    place.expect("at most 4096 rows and 2^24 columns, as it has no elements");
    return place.refusal.give("%.17g by %.17g", rows, cols);
  }
  const bool rowsApart = rows == 1 || (down >= 1 && down > (cols - 1) * across);
  const bool colsApart = cols == 1 || (across >= 1 && across > (rows - 1) * down);
  // One of the strides steps over all that the other spans.
  const bool apart = (rowsApart && (cols == 1 || across >= 1)) || (colsApart && (rows == 1 || down >= 1));
  if (apart) return true;
  place.expect("strides that give each element a place of its own");
  return place.refusal.give("%.17g by %.17g with strides %.17g and %.17g", rows, cols, down, across);
}

/** Bounds and alignment. In doubles, products too large lose digits but never become small. */
bool checkExtent(const double* words, const Buffer& buffer, int64_t size, const OperandPlace& place) {
  const double rows = words[WordRows];
  const double cols = words[WordCols];
  const bool empty = rows == 0 || cols == 0;
  const double elements = empty ? 0 : (rows - 1) * words[WordRowStride] + (cols - 1) * words[WordColStride] + 1;
  const double end = words[WordByteOffset] + elements * static_cast<double>(size);
  if (!(end <= static_cast<double>(buffer.byteLength))) {
    place.expect("an end within its buffer");
    return place.refusal.give("end at byte %.17g of %lld", end, static_cast<long long>(buffer.byteLength));
  }
  const uintptr_t address = reinterpret_cast<uintptr_t>(buffer.data) + static_cast<uintptr_t>(words[WordByteOffset]);
  if (address % static_cast<uintptr_t>(size) != 0) {
    place.expect("an offset that is a multiple of its element size");
    return place.refusal.give("byteOffset %.17g in its buffer", words[WordByteOffset]);
  }
  return true;
}

bool decodeOperand(const ProgramSource& source, const double* words, DecodedOp& op, int index, Refusal& refusal) {
  const OperandSchema& schema = op.schema().operands[index];
  const OperandPlace place = {op, schema, refusal};
  Matrix& operand = op.args.operands[index];
  operand = {};
  if (words[WordBuffer] == -1) {
    if (schema.optional) return true;
    place.expect("a buffer");
    return refusal.give("none");
  }
  if (!isIndex(words[WordBuffer], source.bufferCount)) {
    place.expect("a buffer of the program");
    return refusal.give("buffer %.17g of %lld", words[WordBuffer], static_cast<long long>(source.bufferCount));
  }
  if (!checkNumbers(words, place) || !checkType(words, place)) return false;
  if (!schema.strided && words[WordColStride] != 1) {
    place.expect("colStride 1");
    return refusal.give("%.17g", words[WordColStride]);
  }
  if (!checkStrides(words, place)) return false;
  const Buffer& buffer = source.buffers[static_cast<int64_t>(words[WordBuffer])];
  const int dtype = static_cast<int>(words[WordDType]);
  if (!checkExtent(words, buffer, kBytesPerElement[dtype], place)) return false;
  // An empty buffer may have no memory at all, but an operand in it is there all the same.
  alignas(double) static const uint8_t nowhere[sizeof(double)] = {};
  uint8_t* base = buffer.data == nullptr ? const_cast<uint8_t*>(nowhere) : buffer.data;
  operand.data = base + static_cast<int64_t>(words[WordByteOffset]);
  operand.rows = static_cast<int64_t>(words[WordRows]);
  operand.cols = static_cast<int64_t>(words[WordCols]);
  operand.rowStride = static_cast<int64_t>(words[WordRowStride]);
  operand.colStride = static_cast<int64_t>(words[WordColStride]);
  operand.dtype = static_cast<DType>(dtype);
  return true;
}

bool decodeScalars(const double* words, DecodedOp& op, Refusal& refusal) {
  for (int i = 0; i < op.schema().scalarCount; ++i) {
    const ScalarSchema& scalar = op.schema().scalars[i];
    const ScalarRange& range = kScalarRanges[scalar.range];
    const double value = words[i];
    const bool inRange = value >= range.least && value <= range.most;
    if (!inRange || (range.whole && !isWhole(value))) {
      refusal.expect("op %lld (%s): scalar %s %s from %.10g to %.10g", static_cast<long long>(op.number), op.schema().name,
                     scalar.name, range.whole ? "a whole number" : "finite,", range.least, range.most);
      return refusal.give("%.17g", value);
    }
    op.args.scalars[i] = value;
    op.args.scalarsF[i] = static_cast<float>(value);
  }
  return true;
}

/** A window of the mini-batch. Only ops that ranks do not share by rows have one. */
bool decodeWindow(const double* words, int64_t maxRows, DecodedOp& op, Refusal& refusal) {
  const double first = words[WordWindowFirst], rows = words[WordWindowRows];
  const double most = static_cast<double>(maxRows);
  const char* name = op.schema().name;
  if (!isCount(first) || !isCount(rows) || first + rows > most) {
    refusal.expect("op %lld (%s): a window of rows within the %lld of the program", static_cast<long long>(op.number), name,
                   static_cast<long long>(maxRows));
    return refusal.give("%.17g rows from row %.17g", rows, first);
  }
  const bool whole = first == 0 && rows == most;
  if (!whole && op.split != Split::Slice && op.split != Split::All) {
    refusal.expect("op %lld (%s): split slice or all, as it has a window", static_cast<long long>(op.number), name);
    return refusal.give("another");
  }
  op.windowFirst = static_cast<int64_t>(first);
  op.windowRows = static_cast<int64_t>(rows);
  return true;
}

/** Kind, phase, split, range and counts. */
bool decodePlace(const double* words, DecodedOp& op, Refusal& refusal) {
  const long long number = static_cast<long long>(op.number);
  if (!isIndex(words[WordKind], static_cast<int64_t>(OpKind::Count))) {
    refusal.expect("op %lld of a known kind", number);
    return refusal.give("kind number %.17g", words[WordKind]);
  }
  op.kind = static_cast<OpKind>(static_cast<int>(words[WordKind]));
  const OpSchema& schema = op.schema();
  if (!isIndex(words[WordPhase], kPhaseLimit)) {
    refusal.expect("op %lld (%s): a phase below %d", number, schema.name, kPhaseLimit);
    return refusal.give("%.17g", words[WordPhase]);
  }
  if (!isIndex(words[WordSplit], kSplitCount)) {
    refusal.expect("op %lld (%s): split rows, slice, all, first or groups", number, schema.name);
    return refusal.give("split number %.17g", words[WordSplit]);
  }
  op.phase = static_cast<int32_t>(words[WordPhase]);
  op.split = static_cast<Split>(static_cast<int>(words[WordSplit]));
  op.begin = op.end = 0;
  if (op.split == Split::Slice) {
    if (!isCount(words[WordBegin]) || !isCount(words[WordEnd]) || words[WordBegin] > words[WordEnd]) {
      refusal.expect("op %lld (%s): a slice [begin, end)", number, schema.name);
      return refusal.give("[%.17g, %.17g)", words[WordBegin], words[WordEnd]);
    }
    op.begin = static_cast<int64_t>(words[WordBegin]);
    op.end = static_cast<int64_t>(words[WordEnd]);
  }
  if (words[WordOperands] != schema.operandCount || words[WordScalars] != schema.scalarCount) {
    refusal.expect("op %lld (%s): %d operands and %d scalars", number, schema.name, schema.operandCount,
                   schema.scalarCount);
    return refusal.give("%.17g and %.17g", words[WordOperands], words[WordScalars]);
  }
  return true;
}

}  // namespace

bool isCount(double word) {
  return word >= 0 && word < kCountLimit && word == static_cast<double>(static_cast<int64_t>(word));
}

bool decodeHeader(const ProgramSource& source, ProgramHeader& header, Refusal& refusal) {
  if (source.wordCount < kHeaderWords || source.words[0] != kProgramMagic) {
    refusal.expect("an encoded program of the same build");
    if (source.wordCount < kHeaderWords) return refusal.give("%lld words", static_cast<long long>(source.wordCount));
    return refusal.give("words that start with %.17g", source.words[0]);
  }
  constexpr const char* names[] = {"magic",   "op count", "rank",     "workers",
                                   "maxRows", "rowChunk", "firstRow", "endRow"};
  for (int i = 1; i < kHeaderWords; ++i) {
    if (isCount(source.words[i])) continue;
    refusal.expect("%s to be a whole number from 0 to 2^53 - 1", names[i]);
    return refusal.give("%.17g", source.words[i]);
  }
  const double* words = source.words;
  const auto integer = [words](int i) { return static_cast<int64_t>(words[i]); };
  header = {integer(WordOpCount),  integer(WordRank),     integer(WordWorkers), integer(WordMaxRows),
            integer(WordRowChunk), integer(WordFirstRow), integer(WordEndRow)};
  if (header.workers < 1 || header.rank >= header.workers) {
    refusal.expect("a rank below the number of workers");
    return refusal.give("rank %.17g of %.17g", words[WordRank], words[WordWorkers]);
  }
  if (words[WordMaxRows] > kMostRows || words[WordMaxRows] * words[WordWorkers] >= kCountLimit) {
    refusal.expect("maxRows below 2^31, and times workers below 2^53");
    return refusal.give("%.17g times %.17g", words[WordMaxRows], words[WordWorkers]);
  }
  if (header.firstRow > header.endRow || header.endRow > header.maxRows) {
    refusal.expect("rows [firstRow, endRow) within the %lld of the program", static_cast<long long>(header.maxRows));
    return refusal.give("[%.17g, %.17g)", words[WordFirstRow], words[WordEndRow]);
  }
  if (header.rowChunk < 1) {
    refusal.expect("a rowChunk of at least one row");
    return refusal.give("0");
  }
  if (header.opCount > (source.wordCount - kHeaderWords) / kOpWords) {
    refusal.expect("words for %.17g ops", words[WordOpCount]);
    return refusal.give("%lld words", static_cast<long long>(source.wordCount));
  }
  return true;
}

void countOps(const ProgramSource& source, int64_t opCount, int64_t* counts) {
  int64_t at = kHeaderWords;
  for (int64_t number = 0; number < opCount && source.wordCount - at >= kOpWords; ++number) {
    const double* words = source.words + at;
    if (!isIndex(words[WordKind], static_cast<int64_t>(OpKind::Count)) || !isIndex(words[WordPhase], kPhaseLimit)) break;
    ++counts[static_cast<int>(words[WordPhase])];
    const OpSchema& schema = kOpSchemas[static_cast<int>(words[WordKind])];
    at += kOpWords + static_cast<int64_t>(schema.operandCount) * kOperandWords + schema.scalarCount;
  }
}

bool decodeOp(const ProgramSource& source, const ProgramHeader& header, int64_t number, int64_t* at, DecodedOp& op,
              Refusal& refusal) {
  op = {};
  op.number = number;
  const auto truncated = [&] {
    refusal.expect("all words of op %lld", static_cast<long long>(number));
    return refusal.give("an encoding of %lld words that ends within it", static_cast<long long>(source.wordCount));
  };
  if (source.wordCount - *at < kOpWords) return truncated();
  const double* words = source.words + *at;
  if (!decodePlace(words, op, refusal) || !decodeWindow(words, header.maxRows, op, refusal)) return false;
  const int64_t operandWords = static_cast<int64_t>(op.schema().operandCount) * kOperandWords;
  const int64_t length = kOpWords + operandWords + op.schema().scalarCount;
  if (source.wordCount - *at < length) return truncated();
  for (int i = 0; i < op.schema().operandCount; ++i) {
    if (!decodeOperand(source, words + kOpWords + i * kOperandWords, op, i, refusal)) return false;
  }
  if (!decodeScalars(words + kOpWords + operandWords, op, refusal)) return false;
  *at += length;
  return true;
}

}  // namespace steepest

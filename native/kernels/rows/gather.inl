// Rows in and out of the mini-batch: gatherRows, gatherLabels, copyRows, scaleShift.
#pragma once
#include "../kernel.inl"

/** The table's row for row r of the mini-batch. Read once, because another thread may write the index at the same time. */
inline int64_t sourceRow(const OpArgs& args, const Matrix& index, int64_t r) {
  const int64_t position = args.batchStart + r;
  if (!index.given()) return position;
  return static_cast<int64_t>(static_cast<const volatile uint32_t*>(index.data)[position]);
}

inline void copyRow(const float* from, float* to, int64_t cols) {
  std::memmove(to, from, static_cast<size_t>(cols) * sizeof(float));
}

/** to[j] = fma(from[j], scale, offset). */
inline void scaleRow(const float* from, float* to, int64_t cols, F scale, F offset) {
  int64_t j = 0;
  for (; j + kLanes <= cols; j += kLanes) store(to + j, fma(load(from + j), scale, offset));
  const int tail = static_cast<int>(cols - j);
  if (tail > 0) storeN(to + j, fma(loadN(from + j, tail), scale, offset), tail);
}

/** Bytes to floats; with `scaled`, each becomes fma(byte, scale, offset). */
template <bool scaled> inline void bytesRow(const uint8_t* from, float* to, int64_t cols, F scale, F offset) {
  int64_t j = 0;
  for (; j + kLanes <= cols; j += kLanes) {
    const F x = loadU8(from + j);
    store(to + j, scaled ? fma(x, scale, offset) : x);
  }
  const int tail = static_cast<int>(cols - j);
  if (tail > 0) {
    const F x = loadU8N(from + j, tail);
    storeN(to + j, scaled ? fma(x, scale, offset) : x, tail);
  }
}

/** Rows of the table that are on their way while one is copied: shuffled rows lie where no prefetcher of the processor looks. */
constexpr int64_t kRowsAhead = 2;

/** Prefetches the table's row for row r of the mini-batch. */
inline void fetchRow(const OpArgs& args, const Matrix& index, const Matrix& from, int64_t r) {
  constexpr int64_t line = 64;
  const int64_t row = sourceRow(args, index, r);
  if (row >= from.rows) return;  // Refused when its turn comes.
  const int64_t size = from.dtype == DType::U8 ? 1 : 4;
  const char* data = static_cast<const char*>(from.data) + row * from.rowStride * size;
  for (int64_t at = 0; at < from.cols * size; at += line) STEEPEST_PREFETCH_L2(data + at);
}

/** dst (R×C) takes rows of src (n×C); see the contract. Range: rows of the mini-batch. */
inline int op_gatherRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherRows;
  const Matrix& from = args.at(src);
  const Matrix& to = args.at(dst);
  const bool scaled = args.scalars[scaled_] != 0;
  const F scale = splat(args.scalar(scale_));
  const F offset = splat(args.scalar(offset_));
  for (int64_t r = begin; r < end && r < begin + kRowsAhead; ++r) fetchRow(args, args.at(index), from, r);
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = sourceRow(args, args.at(index), r);
    if (row >= from.rows) return StatusIndexOutOfRange;
    if (r + kRowsAhead < end) fetchRow(args, args.at(index), from, r + kRowsAhead);
    if (from.dtype == DType::U8) {
      if (scaled) {
        bytesRow<true>(from.row<uint8_t>(row), to.f32(r), to.cols, scale, offset);
      } else {
        bytesRow<false>(from.row<uint8_t>(row), to.f32(r), to.cols, scale, offset);
      }
    } else if (scaled) {
      scaleRow(from.f32(row), to.f32(r), to.cols, scale, offset);
    } else {
      copyRow(from.f32(row), to.f32(r), to.cols);
    }
  }
  return StatusOk;
}

/** dst (1×B) takes elements of src (1×n). Range: rows of the mini-batch. */
inline int op_gatherLabels(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherLabels;
  const Matrix& from = args.at(src);
  int32_t* to = args.at(dst).row<int32_t>(0);
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = sourceRow(args, args.at(index), r);
    if (row >= from.cols) return StatusIndexOutOfRange;
    to[r] = from.row<int32_t>(0)[row];
  }
  return StatusOk;
}

/** dst[batchStart + r] = src[r]. Range: rows of the mini-batch. */
inline int op_copyRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_copyRows;
  const Matrix& from = args.at(src);
  const Matrix& to = args.at(dst);
  for (int64_t r = begin; r < end; ++r) copyRow(from.f32(r), to.f32(args.batchStart + r), from.cols);
  return StatusOk;
}

/** y = fma(x, scale, offset). Range: rows of the mini-batch. */
inline int op_scaleShift(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_scaleShift;
  const Matrix& from = args.at(x);
  const Matrix& to = args.at(y);
  const F scale = splat(args.scalar(scale_));
  const F offset = splat(args.scalar(offset_));
  for (int64_t r = begin; r < end; ++r) scaleRow(from.f32(r), to.f32(r), from.cols, scale, offset);
  return StatusOk;
}

// Copies of parts of the operands in the order in which tiles read them: of B as panels of kTileCols columns.
#pragma once
#include "../kernel.inl"
#include "../rows/gather.inl"
#include "../transpose.inl"
#include "gemm_tile.inl"

/**
 * Steps of k in a packed block. A tile of a transposed A touches a cache line per step, whatever the tile's height:
 * low tiles, which come by more often, need those lines to stay in L1.
 */
constexpr int64_t kPackDepth = kTileRows > 8 ? 512 : 256;
/** Columns packed at a time. Each row tile of A is read once for all of them. */
constexpr int64_t kPackCols = 256;
static_assert(kPackCols * kPackDepth <= kWorkspaceFloats, "a packed block fits the workspace");
static_assert(kPackCols % kTileCols == 0, "packed panels are whole");
inline int panelCols(int64_t j, int64_t cols) {
  return static_cast<int>(cols - j < kTileCols ? cols - j : kTileCols);
}

/** Copies rows [p, p + depth) and columns [j, j + cols) of b into a panel, whatever its strides. */
inline void packColumns(const Matrix& b, int64_t p, int64_t depth, int64_t j, int cols, float* panel) {
  const float* from = b.f32(p) + j * b.colStride;
  if (b.rowStride == 1) return transposeMatrix(from, b.colStride, panel, kTileCols, cols, depth);
  for (int64_t r = 0; r < depth; ++r, from += b.rowStride, panel += kTileCols) {
    for (int c = 0; c < cols; ++c) panel[c] = from[c * b.colStride];
  }
}

/** Rows that packBlock fetches ahead. */
constexpr int64_t kPackAhead = 4;

/** Copies rows [p, p + depth) and columns [first, last) of b into panels of kTileCols columns, one after the other. */
inline void packBlock(const Matrix& b, int64_t p, int64_t depth, int64_t first, int64_t last, float* packed) {
  // Whole panels are copied row by row, in the order in which B lies in memory.
  const int64_t whole = b.colStride == 1 ? (last - first) / kTileCols * kTileCols : 0;
  const float* from = b.f32(p) + first;
  for (int64_t r = 0; whole > 0 && r < depth; ++r, from += b.rowStride) {
    float* to = packed + r * kTileCols;
    for (int64_t j = 0; j < whole; j += kTileCols, to += kTileCols * depth) {
      for (int c = 0; c < kTileCols; c += kLanes) store(to + c, load(from + j + c));
      STEEPEST_PREFETCH(from + kPackAhead * b.rowStride + j);
      STEEPEST_PREFETCH(from + kPackAhead * b.rowStride + j + kTileCols / 2);
    }
  }
  for (int64_t j = first + whole; j < last; j += kTileCols) {
    packColumns(b, p, depth, j, panelCols(j, last), packed + (j - first) * depth);
  }
}

/** A row tile whose rows lie whole pages apart has all of them in one set of the first-level cache, which holds 8 lines. */
inline bool rowsCollide(const GemmTile& t) {
  return t.aStep == 1 && t.aRow * static_cast<int64_t>(sizeof(float)) % kPageBytes == 0 && t.k > kTileCols;
}

/** Copies `height` rows of A, `depth` floats each, to rows in different cache sets. */
inline void spreadRows(GemmTile& t, int64_t height, float* to) {
  constexpr int64_t stride = kPackDepth + 16;
  for (int64_t r = 0; r < height; ++r) copyRow(t.a + r * t.aRow, to + r * stride, t.k);
  t.a = to;
  t.aRow = stride;
}

/** Prefetches one of `parts` parts of the first `rows` rows of a. */
inline void fetchRows(const GemmTile& t, int64_t rows, int64_t part, int64_t parts) {
  constexpr int64_t line = kVectorsPerLine * kLanes;
  const bool transposed = t.aStep != 1;
  const int64_t lines = transposed ? t.k : (t.k + line - 1) / line;
  const int64_t end = lines * (part + 1) / parts;
  for (int64_t i = lines * part / parts; i < end; ++i) {
    if (transposed) {
      STEEPEST_PREFETCH_L2(t.a + i * t.aStep + rows - 1);
      continue;
    }
    for (int64_t r = 0; r < rows; ++r) STEEPEST_PREFETCH_L2(t.a + r * t.aRow + i * line);
  }
}

// gemm for a C with few columns: lanes are rows of C instead of columns, so that one column fills whole vectors.
//
// Regressions, binary classifiers and small output layers end here. Each element is the same chain as in
// gemm_tile.inl. A vector of rows at one step of k is adjacent memory if A is transposed (dW = Aᵀ·dZ); otherwise
// kLanes × kLanes tiles of A are transposed in registers.
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"
#include "../transpose.inl"
#include "gemm_tile.inl"

#if defined(STEEPEST_ISA_AVX512)
/** Columns up to which this beats tiles, where most lanes would be idle: for A transposed, and for A in rows. */
constexpr int kNarrowColumns = 15;
constexpr int kNarrowTurned = 12;
/** Columns from which a turned A needs a whole vector of rows to beat a tile. */
constexpr int kNarrowWhole = 9;
/** Accumulators that fit next to a vector of A and an element of B. */
constexpr int kNarrowAccumulators = 28;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kNarrowColumns = 12;
constexpr int kNarrowTurned = 4;
constexpr int kNarrowWhole = 5;
constexpr int kNarrowAccumulators = 12;
#else
constexpr int kNarrowColumns = 3;
constexpr int kNarrowTurned = 3;
constexpr int kNarrowWhole = 4;
constexpr int kNarrowAccumulators = 16;
#endif
/** Vectors of rows at a time, at most: more would not hide more latency. */
constexpr int kNarrowVectors = 8;

template <int N> constexpr int narrowVectors() {
  return kNarrowAccumulators / N < kNarrowVectors ? kNarrowAccumulators / N : kNarrowVectors;
}

/** One call: a tile whose columns are all there are. */
struct NarrowTile {
  GemmTile t;
  int64_t aStepBytes;
  int64_t bStepBytes;
  /** Rows of a block that is not whole: 1 … kLanes. */
  int rows;
};

/** columns[n] = column n of `rows` rows of a row-major matrix, for n < count. */
STEEPEST_NOINLINE void loadColumns(const float* from, int64_t stride, int rows, F* columns, int count) {
  for (int n = 0; n < count; ++n) {
    float lanes[kLanes] = {};
    for (int i = 0; i < rows; ++i) lanes[i] = from[i * stride + n];
    columns[n] = load(lanes);
  }
}

/** The reverse: writes columns to rows. Up to two columns are not worth a transpose. */
STEEPEST_NOINLINE void storeColumns(float* to, int64_t stride, int rows, const F* columns, int count) {
  constexpr int scattered = 2;
  if (count <= scattered) {
    for (int n = 0; n < count; ++n) {
      float lanes[kLanes];
      store(lanes, columns[n]);
      for (int i = 0; i < rows; ++i) to[i * stride + n] = lanes[i];
    }
    return;
  }
  for (int first = 0; first < count; first += kLanes) {
    const int width = count - first < kLanes ? count - first : kLanes;
    F tile[kLanes];
    for (int n = 0; n < kLanes; ++n) tile[n] = n < width ? columns[first + n] : zero();
    transpose(tile);
    for (int i = 0; i < rows; ++i) storeN(to + i * stride + first, tile[i], width);
  }
}

/** Epilogue and store of `rows` rows × `count` columns from row `row` of the tile on. */
STEEPEST_NOINLINE void finishColumns(const GemmTile& t, int64_t row, int rows, F* acc, int count) {
  const F alpha = splat(t.alpha);
  if (t.epilogue == GemmEpilogue::Activation) {
    for (int n = 0; n < count; ++n) acc[n] = activate(t.activation, acc[n], alpha);
  } else if (t.epilogue == GemmEpilogue::Derivative) {
    F saved[kNarrowColumns];
    loadColumns(t.d + row * t.dRow, t.dRow, rows, saved, count);
    for (int n = 0; n < count; ++n) acc[n] = activateBackward(t.activation, acc[n], saved[n], alpha);
  }
  storeColumns(t.c + row * t.cRow, t.cRow, rows, acc, count);
}

/** What `count` columns of `rows` rows from row `row` of the tile on start from. */
STEEPEST_NOINLINE void firstColumns(const GemmTile& t, int64_t row, int rows, F* start, int count) {
  if (t.init == GemmInit::C) return loadColumns(t.c + row * t.cRow, t.cRow, rows, start, count);
  for (int n = 0; n < count; ++n) start[n] = t.init == GemmInit::Bias ? splat(t.bias[n]) : zero();
}

// Accumulators are passed by value. The compiler would not keep an array in registers whose address escapes.
template <int N> STEEPEST_INLINE void startColumns(const GemmTile& t, int64_t row, int rows, F (&acc)[N]) {
  F start[N];
  firstColumns(t, row, rows, start, N);
  STEEPEST_UNROLL
  for (int n = 0; n < N; ++n) acc[n] = start[n];
}

template <int N> STEEPEST_INLINE void endColumns(const GemmTile& t, int64_t row, int rows, const F (&acc)[N]) {
  F end[N];
  STEEPEST_UNROLL
  for (int n = 0; n < N; ++n) end[n] = acc[n];
  finishColumns(t, row, rows, end, N);
}

/** One step of k: x holds V vectors of rows, b the elements of N adjacent columns. */
template <int N, int V> STEEPEST_INLINE void narrowStep(const F (&x)[V], const float* b, F (&acc)[V][N]) {
  STEEPEST_UNROLL
  for (int n = 0; n < N; ++n) {
    const F y = broadcastLoad(b + n);
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) acc[v][n] = fma(x[v], y, acc[v][n]);
  }
}

/** V vectors of rows × N columns, A transposed. `masked` (with V = 1) if the vector is not full. */
template <int N, int V, bool masked> STEEPEST_NOINLINE void narrowDirect(const NarrowTile& tile) {
  const GemmTile& t = tile.t;
  const int rows = masked ? tile.rows : kLanes;
  F acc[V][N];
  STEEPEST_UNROLL
  for (int v = 0; v < V; ++v) startColumns<N>(t, v * kLanes, rows, acc[v]);
  const float* a = t.a;
  const float* b = t.b;
  for (int64_t p = t.k; p > 0; --p) {
    F x[V];
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) x[v] = masked ? loadN(a, rows) : load(a + v * kLanes);
    narrowStep<N, V>(x, b, acc);
    a = afterBytes(a, tile.aStepBytes);
    b = afterBytes(b, tile.bStepBytes);
  }
  STEEPEST_UNROLL
  for (int v = 0; v < V; ++v) endColumns<N>(t, v * kLanes, rows, acc[v]);
}

/** columns[q] = column q of `rows` rows of A, for q < depth. */
STEEPEST_NOINLINE void turnRows(const float* a, int64_t aRow, int rows, int depth, F (&columns)[kLanes]) {
  for (int i = 0; i < kLanes; ++i) columns[i] = i < rows ? loadN(a + i * aRow, depth) : zero();
  transpose(columns);
}

/** kLanes rows (or `tile.rows`, if `masked`) × N columns, A in rows. */
template <int N, bool masked> STEEPEST_NOINLINE void narrowTurned(const NarrowTile& tile) {
  const GemmTile& t = tile.t;
  const int rows = masked ? tile.rows : kLanes;
  F acc[1][N];
  startColumns<N>(t, 0, rows, acc[0]);
  const float* b = t.b;
  int64_t p = 0;
  for (; !masked && p + kLanes <= t.k; p += kLanes) {
    F x[kLanes];
    STEEPEST_UNROLL
    for (int i = 0; i < kLanes; ++i) x[i] = load(t.a + i * t.aRow + p);
    transpose(x);
    STEEPEST_UNROLL
    for (int q = 0; q < kLanes; ++q) {
      narrowStep<N, 1>({x[q]}, b, acc);
      b = afterBytes(b, tile.bStepBytes);
    }
  }
  for (; p < t.k; p += kLanes) {
    const int depth = t.k - p < kLanes ? static_cast<int>(t.k - p) : kLanes;
    F x[kLanes];
    turnRows(t.a + p, t.aRow, rows, depth, x);
    for (int q = 0; q < depth; ++q) {
      narrowStep<N, 1>({x[q]}, b, acc);
      b = afterBytes(b, tile.bStepBytes);
    }
  }
  endColumns<N>(t, 0, rows, acc[0]);
}

using NarrowFn = void (*)(const NarrowTile&);
/** Kernels for one number of columns. */
struct NarrowKernels {
  /** Vectors of rows that `many` takes. */
  int vectors;
  NarrowFn many;
  NarrowFn one;
  NarrowFn part;
};
struct NarrowDirect {
  NarrowKernels byColumns[kNarrowColumns];
};
struct NarrowTurned {
  NarrowKernels byColumns[kNarrowTurned];
};
template <int... n> constexpr NarrowDirect narrowDirects(std::integer_sequence<int, n...>) {
  return {{{narrowVectors<n + 1>(), narrowDirect<n + 1, narrowVectors<n + 1>(), false>,
            narrowDirect<n + 1, 1, kMasksAlways>, narrowDirect<n + 1, 1, true>}...}};
}
template <int... n> constexpr NarrowTurned narrowTurneds(std::integer_sequence<int, n...>) {
  return {{{1, narrowTurned<n + 1, false>, narrowTurned<n + 1, false>, narrowTurned<n + 1, true>}...}};
}
constexpr NarrowDirect kNarrowDirect = narrowDirects(std::make_integer_sequence<int, kNarrowColumns>());
constexpr NarrowTurned kNarrowTurnedKernels = narrowTurneds(std::make_integer_sequence<int, kNarrowTurned>());

/** The kernels for a narrow C, or null if tiles are better or strides do not fit. */
inline const NarrowKernels* narrowKernels(const GemmTile& t, const Matrix& b, int64_t rows, int64_t cols) {
  if (cols < 1 || (b.colStride != 1 && cols > 1)) return nullptr;
  if (t.aRow == 1) return cols <= kNarrowColumns ? &kNarrowDirect.byColumns[cols - 1] : nullptr;
  if (t.aStep != 1 || (cols >= kNarrowWhole && rows < kLanes)) return nullptr;
  return cols <= kNarrowTurned ? &kNarrowTurnedKernels.byColumns[cols - 1] : nullptr;
}

/** All rows of a narrow C, from the tile's first. */
inline void gemmNarrow(const NarrowKernels& kernels, const GemmTile& whole, const Matrix& b, int64_t rows) {
  constexpr int64_t size = sizeof(float);
  NarrowTile tile = {whole, whole.aStep * size, b.rowStride * size, kLanes};
  tile.t.b = b.f32();
  const int64_t many = static_cast<int64_t>(kernels.vectors) * kLanes;
  for (; rows >= many; rows -= many, skipRows(tile.t, many)) kernels.many(tile);
  for (; rows >= kLanes; rows -= kLanes, skipRows(tile.t, kLanes)) kernels.one(tile);
  if (rows == 0) return;
  tile.rows = static_cast<int>(rows);
  kernels.part(tile);
}

// Linear models over rows of a table, in float64: scores, and the weight gradient of a loss.
// No fused operations: each product and each sum is rounded, so that JavaScript has the same bits at its full speed.
#pragma once
#include "../kernel.inl"

/** Registers decide the tiles: accumulators plus one row of each operand must fit. */
#if defined(STEEPEST_ISA_AVX512) || defined(STEEPEST_ISA_NEON)
constexpr int kScoreRows = 4;
constexpr int kScoreOutputs = 5;
constexpr int kGradientOutputs = 5;
constexpr int kGradientVectors = 4;
#else
constexpr int kScoreRows = 3;
constexpr int kScoreOutputs = 3;
constexpr int kGradientOutputs = 3;
constexpr int kGradientVectors = 3;
#endif

inline D loadAsD(const double* p) { return loadD(p); }
inline D loadAsD(const float* p) { return loadF32D(p); }
inline D loadAsD(const uint8_t* p) { return loadU8D(p); }
inline D loadAsDN(const double* p, int n) { return loadDN(p, n); }
inline D loadAsDN(const float* p, int n) { return loadF32DN(p, n); }
inline D loadAsDN(const uint8_t* p, int n) { return loadU8DN(p, n); }

/** Calls `body(pointer type)` with the element type of a table. */
template <class Body> inline void withElements(const Matrix& table, const Body& body) {
  switch (table.dtype) {
    case DType::F64:
      return body(static_cast<const double*>(table.data));
    case DType::F32:
      return body(static_cast<const float*>(table.data));
    default:
      return body(static_cast<const uint8_t*>(table.data));
  }
}

/** Prefetches the cache lines of 16 columns. */
template <class T> inline void fetchColumns(const T* p) {
  constexpr int64_t perLine = 64 / static_cast<int64_t>(sizeof(T));
  for (int64_t j = 0; j < 16; j += perLine) STEEPEST_PREFETCH(p + j);
}

/** One group of the 16 virtual lanes of R × K products of rows: every 16th column from `from` on. */
template <int R, int K, class T>
inline void dotGroup(bool fetches, const T* x, int64_t xStride, const double* w, int64_t wStride, int64_t from, int64_t cols,
                     D (&acc)[R][K]) {
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    STEEPEST_UNROLL
    for (int k = 0; k < K; ++k) acc[r][k] = splatD(0.0);
  }
  int64_t j = from;
  for (; j + kDLanes <= cols; j += 16) {
    D weights[K];
    STEEPEST_UNROLL
    for (int k = 0; k < K; ++k) weights[k] = loadD(w + k * wStride + j);
    STEEPEST_UNROLL
    for (int r = 0; r < R; ++r) {
      const D value = loadAsD(x + r * xStride + j);
      // Only the first outputs read a row from memory, so the next rows are prefetched here.
      if (fetches) fetchColumns(x + (R + r) * xStride + j);
      STEEPEST_UNROLL
      for (int k = 0; k < K; ++k) acc[r][k] = addD(acc[r][k], mulD(value, weights[k]));
    }
  }
  if (j >= cols) return;
  // Lanes past the end get +0, which changes no lane: none is ever −0, since all start at +0.
  const int n = static_cast<int>(cols - j);
  STEEPEST_UNROLL
  for (int r = 0; r < R; ++r) {
    const D value = loadAsDN(x + r * xStride + j, n);
    STEEPEST_UNROLL
    for (int k = 0; k < K; ++k) acc[r][k] = addD(acc[r][k], mulD(value, loadDN(w + k * wStride + j, n)));
  }
}

/** z[k][r] for R rows and K outputs. */
template <int R, int K, class T>
inline void scoreTile(const T* x, int64_t xStride, const Matrix& w, const double* bias, int64_t k0, const Matrix& z,
                      int64_t row) {
  D lanes[R][K][kDGroups];
#if defined(STEEPEST_ISA_AVX512)
  STEEPEST_UNROLL  // Two groups. More would take more code than they are worth.
#endif
  for (int g = 0; g < kDGroups; ++g) {
    D acc[R][K];
    dotGroup<R, K>(g == 0 && k0 == 0, x, xStride, w.row<const double>(k0), w.rowStride, g * kDLanes, w.cols, acc);
    STEEPEST_UNROLL
    for (int r = 0; r < R; ++r) {
      STEEPEST_UNROLL
      for (int k = 0; k < K; ++k) lanes[r][k][g] = acc[r][k];
    }
  }
  STEEPEST_UNROLL
  for (int k = 0; k < K; ++k) {
    double* to = z.row<double>(k0 + k) + row;
    STEEPEST_UNROLL
    for (int r = 0; r < R; ++r) to[r] = sumGroupsD(lanes[r][k]) + bias[k0 + k];
  }
}

/** All outputs of R rows. What a block has left over, a row at a time, takes them one by one: less code. */
template <int R, class T>
inline void scoreRows(const T* x, int64_t xStride, const Matrix& w, const double* bias, const Matrix& z, int64_t row) {
  int64_t k = 0;
  if constexpr (R > 1) {
    for (; k + kScoreOutputs <= w.rows; k += kScoreOutputs) {
      scoreTile<R, kScoreOutputs>(x, xStride, w, bias, k, z, row);
    }
    for (; k + 2 <= w.rows; k += 2) scoreTile<R, 2>(x, xStride, w, bias, k, z, row);
  }
  for (; k < w.rows; ++k) scoreTile<R, 1>(x, xStride, w, bias, k, z, row);
}

inline int op_linearScores(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_linearScores;
  const Matrix& table = args.at(x);
  const Matrix& weights = args.at(w);
  const double* biases = args.at(bias).row<double>(0);
  withElements(table, [&](auto* data) {
    const auto* from = data + args.batchStart * table.rowStride;
    int64_t r = begin;
    for (; r + kScoreRows <= end; r += kScoreRows) {
      scoreRows<kScoreRows>(from + r * table.rowStride, table.rowStride, weights, biases, args.at(z), r);
    }
    for (; r < end; ++r) scoreRows<1>(from + r * table.rowStride, table.rowStride, weights, biases, args.at(z), r);
  });
  return StatusOk;
}

/** dw for K outputs and V vectors of columns from j on, over all rows; `tail` lanes in the last vector. */
template <int K, int V, class T>
inline void gradientTile(const T* x, int64_t xStride, const Matrix& dz, int64_t rows, const Matrix& dw, int64_t k0,
                         int64_t j, int tail) {
  D acc[K][V];
  STEEPEST_UNROLL
  for (int k = 0; k < K; ++k) {
    const double* from = dw.row<double>(k0 + k) + j;
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      acc[k][v] = v == V - 1 ? loadDN(from + v * kDLanes, tail) : loadD(from + v * kDLanes);
    }
  }
  const double* gradients = dz.row<double>(k0);
  for (int64_t r = 0; r < rows; ++r) {
    const T* row = x + r * xStride + j;
    D values[V];
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      values[v] = v == V - 1 ? loadAsDN(row + v * kDLanes, tail) : loadAsD(row + v * kDLanes);
    }
    STEEPEST_UNROLL
    for (int k = 0; k < K; ++k) {
      const D gradient = splatD(gradients[k * dz.rowStride + r]);
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) acc[k][v] = addD(acc[k][v], mulD(gradient, values[v]));
    }
  }
  STEEPEST_UNROLL
  for (int k = 0; k < K; ++k) {
    double* to = dw.row<double>(k0 + k) + j;
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      if (v == V - 1) {
        storeDN(to + v * kDLanes, acc[k][v], tail);
      } else {
        storeD(to + v * kDLanes, acc[k][v]);
      }
    }
  }
}

/** dw for V vectors of columns from j on and all outputs [begin, end): the rows' columns stay in the first-level cache. */
template <int V, class T>
inline void gradientColumns(const T* x, int64_t xStride, const Matrix& dz, int64_t rows, const Matrix& dw, int64_t begin,
                            int64_t end, int64_t j, int tail) {
  int64_t k = begin;
  for (; k + kGradientOutputs <= end; k += kGradientOutputs) {
    gradientTile<kGradientOutputs, V>(x, xStride, dz, rows, dw, k, j, tail);
  }
  for (; k + 2 <= end; k += 2) gradientTile<2, V>(x, xStride, dz, rows, dw, k, j, tail);
  if (k < end) gradientTile<1, V>(x, xStride, dz, rows, dw, k, j, tail);
}

inline int op_linearGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_linearGradient;
  const Matrix& table = args.at(x);
  const Matrix& gradients = args.at(dz);
  const Matrix& to = args.at(dw);
  const int64_t rows = args.batchRows;
  withElements(table, [&](auto* data) {
    const auto* from = data + args.batchStart * table.rowStride;
    constexpr int64_t kBlock = kGradientVectors * kDLanes;
    int64_t j = 0;
    for (; j + kBlock <= to.cols; j += kBlock) {
      gradientColumns<kGradientVectors>(from, table.rowStride, gradients, rows, to, begin, end, j, kDLanes);
    }
    for (; j < to.cols; j += kDLanes) {
      const int64_t left = to.cols - j;
      const int tail = static_cast<int>(left < kDLanes ? left : kDLanes);
      gradientColumns<1>(from, table.rowStride, gradients, rows, to, begin, end, j, tail);
    }
  });
  double* biases = args.at(db).row<double>(0);
  for (int64_t k = begin; k < end; ++k) {
    double sum = biases[k];
    for (int64_t r = 0; r < rows; ++r) sum += gradients.row<double>(k)[r];
    biases[k] = sum;
  }
  return StatusOk;
}

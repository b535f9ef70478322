// QR of blocks of rows by their normal equations where these lose nothing, and by reflections
// elsewhere.
//
// AᵀA takes half the operations of reflections, and all of them in tiles. Its factor loses the
// square of the condition number, so blocks are refused where that is large, and the coefficients
// of the others are refined with residuals from the rows (corrected seminormal equations: Björck
// 1996, §6.6.5).
#pragma once
#include "../kernel.inl"
#include "normal_cholesky.inl"
#include "qr.inl"

/** Rows whose products are summed in one chain. */
constexpr int64_t kNormalPiece = 128;
/** Rows of a refused block that are reflected together. */
constexpr int64_t kNormalRefused = 256;
/** Rows that share a load and a store of each moment. */
constexpr int kMomentRows = 4;

/** Rows of `work` after the factor and its inverse. */
enum NormalRow : int64_t { NormalSquares, NormalSide, NormalFit, NormalMoments, NormalCorrection };

/** Rows of a tile's sums between two requests for memory: few, so that none has to wait. */
constexpr int64_t kAheadRows = 16;
constexpr int64_t kLineBytes = 64;

/**
 * The rows of x that are gathered next. They are requested while tiles are summed, which leave the
 * memory idle.
 */
struct RowsAhead {
  const char* at;
  const char* end;
  /** Lines that a tile requests at a time, for each of its vectors. */
  int64_t lines;

  void request(int vectors) {
    for (int64_t i = 0; i < vectors * lines && at < end; ++i, at += kLineBytes) STEEPEST_PREFETCH_L2(at);
  }
};

/** Rows [first, first + count) of the design matrix, as far as x has them. */
inline RowsAhead rowsAhead(const DesignSource& from, int64_t first, int64_t count, int64_t cols) {
  const Matrix& x = from.x;
  const int64_t element = x.dtype == DType::F64 ? 8 : x.dtype == DType::F32 ? 4 : 1;
  const int64_t begin = from.start + first;
  const int64_t end = begin + count < x.rows ? begin + count : x.rows;
  const char* data = static_cast<const char*>(x.data);
  // Vectors of all tiles of the piece, about.
  const int64_t vectors = cols * (cols + kQrTileRows) / (2 * kQrTileRows * kDLanes);
  const int64_t requests = vectors * ((count + kAheadRows - 1) / kAheadRows);
  const int64_t lines = count * x.rowStride * element / kLineBytes;
  return {data + begin * x.rowStride * element, data + end * x.rowStride * element, lines / (requests + 1) + 1};
}

/** g[i][…] += chain over rows of fma(v[r][i], a[r][…], ·) from 0. */
template <int MR, int NV>
inline void addGramTile(const double* v, const double* a, int64_t stride, int64_t rows, double* g, int64_t gStride,
                        RowsAhead& ahead) {
  D acc[MR][NV];
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) acc[i][n] = splatD(0.0);
  }
  for (int64_t r = 0; r < rows; r += kAheadRows) {
    ahead.request(NV);
    const int64_t count = rows - r < kAheadRows ? rows - r : kAheadRows;
    addRowProducts(v + r * stride, a + r * stride, stride, count, acc, [](D y, D x, D sum) { return fmaD(y, x, sum); });
  }
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) {
      double* to = g + i * gStride + n * kDLanes;
      storeD(to, addD(loadD(to), acc[i][n]));
    }
  }
}

/**
 * Gathers the rows of A and sums the upper triangle of g = AᵀA, in tiles that reach below the
 * diagonal. A piece is summed while the nearest caches have it. Its strips stay there, too, for all
 * the tiles above the diagonal.
 */
STEEPEST_NOINLINE void gatherGram(const DesignSource& from, const Matrix& a, int64_t rows, int64_t q, double* g,
                                  int64_t stride) {
  const int64_t n = a.cols;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) g[i * stride + j] = 0.0;
  }
  for (int64_t first = 0; first < rows; first += kNormalPiece) {
    const int64_t count = rows - first < kNormalPiece ? rows - first : kNormalPiece;
    gatherDesign(from, a, first, first + count);
    const double* piece = a.row<double>(first);
    RowsAhead ahead = rowsAhead(from, first + count, count, n);
    for (int64_t c = 0; c < n; c += kQrStrip) {
      const int64_t end = c + kQrStrip < n ? c + kQrStrip : n;
      for (int64_t i = 0; i < q && i < end; i += kQrTileRows) {
        const int64_t diagonal = i / kDLanes * kDLanes;
        eachStrip<kQrTileVectors>(diagonal > c ? diagonal : c, end, [&](int64_t j, auto vectors) {
          addGramTile<kQrTileRows, decltype(vectors)::value>(piece + i, piece + j, a.rowStride, count,
                                                             g + i * stride + j, stride, ahead);
        });
      }
    }
  }
}

/** Σ x_j·y_j over 16 lanes, by fma; n is a multiple of 8. */
inline double laneDot(const double* x, const double* y, int64_t n) {
  D acc[kDGroups];
  STEEPEST_UNROLL
  for (int g = 0; g < kDGroups; ++g) acc[g] = splatD(0.0);
  int64_t j = 0;
  for (; j + 16 <= n; j += 16) {
    STEEPEST_UNROLL
    for (int g = 0; g < kDGroups; ++g) acc[g] = fmaD(loadD(x + j + g * kDLanes), loadD(y + j + g * kDLanes), acc[g]);
  }
  for (int g = 0; j < n; j += kDLanes, ++g) acc[g] = fmaD(loadD(x + j), loadD(y + j), acc[g]);
  return sumGroupsD(acc);
}

/** Whether all products of column k are 0. */
inline bool isZeroColumn(const double* g, int64_t stride, int64_t q, int64_t k) {
  for (int64_t i = 0; i < k; ++i) {
    if (g[i * stride + k] != 0.0) return false;
  }
  for (int64_t j = k; j < q; ++j) {
    if (g[k * stride + j] != 0.0) return false;
  }
  return true;
}

/**
 * Copies the diagonal to `squares`. False where a sum of squares may have lost digits or is NaN.
 */
inline bool takeSquares(const double* g, int64_t stride, int64_t q, double* squares) {
  for (int64_t k = 0; k < q; ++k) {
    squares[k] = g[k * stride + k];
    const bool inRange = squares[k] >= kNormalLeast && squares[k] <= kNormalMost;
    if (!inRange && !(squares[k] == 0.0 && isZeroColumn(g, stride, q, k))) return false;
  }
  return true;
}

/** Whether Σ_k G_kk·(G⁻¹)_kk, the sum of variance inflation factors, is small enough. */
inline bool isWellConditioned(const double* v, int64_t stride, int64_t n, int64_t p, const double* squares) {
  double sum = 0.0;
  for (int64_t k = 0; k < p; ++k) {
    sum = std::fma(squares[k], laneDot(v + k * stride, v + k * stride, n), sum);
  }
  return sum <= kNormalExcess + static_cast<double>(p);
}

/** moments[j] = Σ_r e_r·a[r][j], with e_r the product of row r with `fit`. Returns Σ e_r². */
STEEPEST_NOINLINE double residualMoments(const Matrix& a, int64_t rows, const double* fit, double* moments) {
  const int64_t n = a.cols;
  double squares = 0.0;
  for (int64_t j = 0; j < n; ++j) moments[j] = 0.0;
  for (int64_t r = 0; r < rows; r += kMomentRows) {
    const int count = static_cast<int>(rows - r < kMomentRows ? rows - r : kMomentRows);
    const double* row = a.row<double>(r);
    double e[kMomentRows];
    for (int i = 0; i < count; ++i) e[i] = laneDot(row + i * a.rowStride, fit, n);
    for (int i = 0; i < count; ++i) squares = std::fma(e[i], e[i], squares);
    for (int64_t j = 0; j < n; j += kDLanes) {
      D sum = loadD(moments + j);
      for (int i = 0; i < count; ++i) sum = fmaD(loadD(row + i * a.rowStride + j), splatD(e[i]), sum);
      storeD(moments + j, sum);
    }
  }
  return squares;
}

/**
 * One target's column of the triangle: its products with the factor's columns, refined, and the
 * residuals' length.
 */
inline void finishTarget(const Matrix& a, int64_t rows, const Matrix& work, int64_t p, int64_t column) {
  const int64_t n = a.cols;
  double* g = work.row<double>(0);
  const double* v = work.row<double>(n);
  double* side = work.row<double>(2 * n + NormalSide);
  double* fit = work.row<double>(2 * n + NormalFit);
  double* moments = work.row<double>(2 * n + NormalMoments);
  double* correction = work.row<double>(2 * n + NormalCorrection);
  for (int64_t j = 0; j < n; ++j) {
    side[j] = j < p ? g[j * work.rowStride + column] : 0.0;
    fit[j] = correction[j] = 0.0;
  }
  for (int64_t i = 0; i < p; ++i) fit[i] = -laneDot(v + i * work.rowStride, side, n);
  fit[column] = 1.0;
  const double squares = residualMoments(a, rows, fit, moments);
  for (int64_t i = 0; i < p; ++i) {
    const D factor = splatD(moments[i]);
    for (int64_t j = 0; j < n; j += kDLanes) {
      storeD(correction + j, fmaD(loadD(v + i * work.rowStride + j), factor, loadD(correction + j)));
    }
  }
  for (int64_t i = 0; i < p; ++i) g[i * work.rowStride + column] = side[i] + correction[i];
  g[column * work.rowStride + column] = std::sqrt(squares);
}

/**
 * Gathers a block of rows in A, and writes its triangle to the first rows of `work`. False:
 * refused.
 */
inline bool normalTriangle(const DesignSource& from, const Matrix& a, int64_t rows, const Matrix& work) {
  const int64_t n = a.cols;
  const int64_t p = from.ones + from.x.cols;
  const int64_t q = p + from.y.cols;
  double* g = work.row<double>(0);
  double* v = work.row<double>(n);
  double* squares = work.row<double>(2 * n + NormalSquares);
  gatherGram(from, a, rows, q, g, work.rowStride);
  if (!takeSquares(g, work.rowStride, q, squares)) return false;
  if (!cholesky(g, work.rowStride, n, p, squares)) return false;
  invertFactor(g, v, work.rowStride, n, p);
  if (!isWellConditioned(v, work.rowStride, n, p, squares)) return false;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t zeros = i < p ? i : n;
    for (int64_t j = 0; j < zeros; ++j) g[i * work.rowStride + j] = 0.0;
  }
  for (int64_t k = p; k < q; ++k) finishTarget(a, rows, work, p, k);
  return true;
}

/** A matrix without its first rows. */
inline Matrix rowsFrom(const Matrix& from, int64_t first) {
  Matrix part = from;
  part.data = from.row<double>(first);
  part.rows = from.rows - first;
  return part;
}

/** R of [R; A]; see the contract. Runs whole. */
inline int op_normalFold(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_normalFold;
  const Matrix& block = args.at(a);
  const Matrix& factor = args.at(r);
  const Matrix& scratch = args.at(work);
  const int64_t ones = args.scalars[intercept_] != 0 ? 1 : 0;
  const DesignSource from = {args.at(x), args.at(y), args.at(weight), args.at(frame), ones, args.batchStart};
  if (end >= 2 * (ones + from.x.cols)) {
    const bool isTaken = normalTriangle(from, block, end, scratch);
    if (isTaken) foldRows(scratch, factor, factor.cols, true);
    for (int64_t i = 0; i < scratch.rows; ++i) {
      for (int64_t j = 0; j < scratch.cols; ++j) scratch.row<double>(i)[j] = 0.0;
    }
    if (isTaken) return StatusOk;
  } else {
    gatherDesign(from, block, 0, end);
  }
  for (int64_t first = 0; first < end; first += kNormalRefused) {
    foldRows(rowsFrom(block, first), factor, end - first < kNormalRefused ? end - first : kNormalRefused, false);
  }
  return StatusOk;
}

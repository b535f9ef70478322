// Cholesky of a matrix AᵀA, and the inverse of its factor: the small part of `normalFold`.
//
// Matrices are n × n, row by row, with the same distance between rows. Each element is one chain in
// a stated order (src/kernels/ops/leastSquares.ts, normalFold), so tiles never change a bit.
#pragma once
#include "../kernel.inl"
#include "qr_apply.inl"

/** Rows that are factored together: a multiple of every tile's rows. */
constexpr int kNormalRows = 8;
/** The largest sum of variance inflation factors, beyond one for each column, that is taken. */
constexpr double kNormalExcess = 4096.0;
/** Sums of squares outside these may have lost digits to the ends of float64's range. */
constexpr double kNormalLeast = 0x1p-800;
constexpr double kNormalMost = 0x1p800;

/**
 * g[i][…] = chain over rows l of fma(−r[l][i], r[l][…], ·) from g[i][…]: r[0] and g[0] are the
 * strip's.
 */
template <int MR, int NV>
inline void downdateTile(const double* factor, const double* top, double* g, int64_t stride, int64_t count) {
  D acc[MR][NV];
  loadTile(g, stride, acc);
  addRowProducts(factor, top, stride, count, acc, [](D y, D x, D sum) { return fmaD(y, mulD(x, splatD(-1.0)), sum); });
  storeTile(g, stride, acc);
}

/**
 * Rows i … of the factor, all below min(i + 8, p), from g as the rows above have left it. False:
 * refused.
 */
inline bool choleskyRows(double* g, int64_t stride, int64_t n, int64_t p, int64_t i, const double* squares) {
  const int64_t end = i + kNormalRows;
  for (int64_t k = i; k < end && k < p; ++k) {
    double* row = g + k * stride;
    if (squares[k] == 0.0) continue;
    if (!(row[k] * kNormalExcess >= squares[k])) return false;
    const double root = std::sqrt(row[k]);
    const double inverse = 1.0 / root;
    // The elements before the diagonal are not part of the factor.
    for (int64_t j = i; j < n; j += kDLanes) storeD(row + j, mulD(loadD(row + j), splatD(inverse)));
    row[k] = root;
    for (int64_t other = k + 1; other < end; ++other) {
      double* to = g + other * stride;
      const D factor = splatD(-row[other]);
      for (int64_t j = i; j < n; j += kDLanes) storeD(to + j, fmaD(factor, loadD(row + j), loadD(to + j)));
    }
  }
  return true;
}

/**
 * The first p rows of the upper triangular factor, in place of g. False: its columns are too nearly
 * dependent.
 */
STEEPEST_NOINLINE bool cholesky(double* g, int64_t stride, int64_t n, int64_t p, const double* squares) {
  for (int64_t i = 0; i < p; i += kNormalRows) {
    for (int64_t m = i; m < i + kNormalRows; m += kQrTileRows) {
      eachStrip<kQrTileVectors>(i, n, [&](int64_t c, auto vectors) {
        downdateTile<kQrTileRows, decltype(vectors)::value>(g + m, g + c, g + m * stride + c, stride, i);
      });
    }
    if (!choleskyRows(g, stride, n, p, i, squares)) return false;
  }
  return true;
}

/** The inverse v of the factor r (its first p rows and columns); 0 in rows of zeros. */
STEEPEST_NOINLINE void invertFactor(const double* r, double* v, int64_t stride, int64_t n, int64_t p) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) v[i * stride + j] = 0.0;
  }
  for (int64_t i = (p - 1) / kNormalRows * kNormalRows; i >= 0; i -= kNormalRows) {
    const int64_t end = i + kNormalRows < p ? i + kNormalRows : p;
    for (int64_t m = i; m < i + kNormalRows && end < p; m += kQrTileRows) {
      eachStrip<kQrTileVectors>(end, n, [&](int64_t c, auto vectors) {
        qrUpdateTile<kQrTileRows, decltype(vectors)::value>(r + m * stride + end, v + m * stride + c, stride, p - end,
                                             v + end * stride + c, stride);
      });
    }
    for (int64_t k = end - 1; k >= i; --k) {
      const double diagonal = r[k * stride + k];
      const double inverse = diagonal == 0.0 ? 0.0 : 1.0 / diagonal;
      double* row = v + k * stride;
      for (int64_t l = end - 1; l > k; --l) {
        const D factor = splatD(r[k * stride + l]);
        const double* from = v + l * stride;
        for (int64_t j = i; j < n; j += kDLanes) storeD(row + j, fmaD(factor, loadD(from + j), loadD(row + j)));
      }
      for (int64_t j = i; j < n; j += kDLanes) storeD(row + j, mulD(loadD(row + j), splatD(-inverse)));
      row[k] = inverse;
    }
  }
}

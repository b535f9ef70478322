// The reflectors of a panel applied to other columns: the part of QR that does almost all of the arithmetic.
//
// A block of reflectors is V (columns j … j+k of the block of rows, in place), s (their elements in rows of R), gram
// (their inner products) and inverse (the reciprocal of half the square of their norms). Columns are taken a strip
// of a few vectors at a time: C = Vᵀ·A, a substitution with `gram`, R −= …, A −= V·K, with the strip in cache.
// Each element is one chain in a stated order (src/kernels/ops/leastSquares.ts, qrFold), so strips and tiles never change a bit.
#pragma once
#include "../kernel.inl"
#include "../tiles_f64.inl"

/** Reflectors that are applied together. */
constexpr int kQrBlock = 32;
/** Vectors in a panel's row. */
constexpr int kQrPanelVectors = kQrPanel / kDLanes;

// Tile: accumulators for kQrTileRows reflectors or rows × kQrTileVectors vectors, next to one row of vectors and a broadcast.
#if defined(STEEPEST_ISA_AVX512)
constexpr int kQrTileRows = 8;
constexpr int kQrTileVectors = 3;
#elif defined(STEEPEST_ISA_AVX2)
constexpr int kQrTileRows = 4;
constexpr int kQrTileVectors = 2;
#elif defined(STEEPEST_ISA_NEON)
constexpr int kQrTileRows = 4;
constexpr int kQrTileVectors = 4;
#else
constexpr int kQrTileRows = 4;
constexpr int kQrTileVectors = 4;
#endif
constexpr int kQrStrip = kQrTileVectors * kDLanes;

/** Reflectors of columns j … j+count of a block of rows. */
struct QrReflectors {
  /** Rows of the block that they act on. */
  int64_t rows;
  int64_t count;
  double s[kQrBlock];
  /** 0 for a column that needs no reflector. */
  double inverse[kQrBlock];
  /** gram[l][i] with l < i. */
  double gram[kQrBlock][kQrBlock];
};

/** out[i][…] = chain over rows of fma(v[r][i], a[r][…], ·) from start[i]·top[i][…], or from 0 without a top. */
template <int MR, int NV>
inline void qrDotTile(const double* v, const double* a, int64_t stride, int64_t rows, const double* start,
                      const double* top, int64_t topStride, double* out, int64_t outStride) {
  D acc[MR][NV];
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) {
      acc[i][n] = top == nullptr ? splatD(0.0) : mulD(splatD(start[i]), loadD(top + i * topStride + n * kDLanes));
    }
  }
  addRowProducts(v, a, stride, rows, acc, [](D y, D x, D sum) { return fmaD(y, x, sum); });
  storeTile(out, outStride, acc);
}

/** a[r][…] = chain over reflectors of fma(v[r][i], k[i][…], ·) from a[r][…]. */
template <int MR, int NV>
inline void qrUpdateTile(const double* v, double* a, int64_t stride, int64_t count, const double* k, int64_t kStride) {
  D acc[MR][NV];
  loadTile(a, stride, acc);
  for (int64_t i = 0; i < count; ++i) {
    D x[NV];
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) x[n] = loadD(k + n * kDLanes);
    STEEPEST_UNROLL
    for (int r = 0; r < MR; ++r) {
      const D y = splatD(v[r * stride + i]);
      STEEPEST_UNROLL
      for (int n = 0; n < NV; ++n) acc[r][n] = fmaD(y, x[n], acc[r][n]);
    }
    k += kStride;
  }
  storeTile(a, stride, acc);
}

/** From C = s·R + Vᵀ·A to −K, in place, and R += s·(−K). */
template <int NV> inline void qrSubstitute(const QrReflectors& h, double* c, double* top, int64_t topStride) {
  for (int64_t i = 0; i < h.count; ++i) {
    D acc[NV];
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) acc[n] = loadD(c + i * kQrStrip + n * kDLanes);
    for (int64_t l = 0; l < i; ++l) {
      const D g = splatD(h.gram[l][i]);
      STEEPEST_UNROLL
      for (int n = 0; n < NV; ++n) acc[n] = fmaD(g, loadD(c + l * kQrStrip + n * kDLanes), acc[n]);
    }
    const D minusInverse = splatD(-h.inverse[i]);
    const D s = splatD(h.s[i]);
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) {
      const D k = mulD(acc[n], minusInverse);
      storeD(c + i * kQrStrip + n * kDLanes, k);
      double* r = top + i * topStride + n * kDLanes;
      storeD(r, fmaD(s, k, loadD(r)));
    }
  }
}

/** Applies reflectors to NV vectors of columns: `a` and `top` point to the strip, v to the first reflector. */
template <int NV>
STEEPEST_NOINLINE void qrApplyStrip(const QrReflectors& h, const double* v, double* a, int64_t stride, double* top,
                                    int64_t topStride) {
  alignas(64) double c[kQrBlock * kQrStrip];
  for (int64_t i = 0; i < h.count; i += kQrTileRows) {
    qrDotTile<kQrTileRows, NV>(v + i, a, stride, h.rows, h.s + i, top + i * topStride, topStride, c + i * kQrStrip,
                               kQrStrip);
  }
  qrSubstitute<NV>(h, c, top, topStride);
  int64_t r = 0;
  for (; r + kQrTileRows <= h.rows; r += kQrTileRows) {
    qrUpdateTile<kQrTileRows, NV>(v + r * stride, a + r * stride, stride, h.count, c, kQrStrip);
  }
  for (; r < h.rows; ++r) qrUpdateTile<1, NV>(v + r * stride, a + r * stride, stride, h.count, c, kQrStrip);
}

/** Applies reflectors of columns j … to columns [begin, end), multiples of kQrPanel. `block` and `tops` are row 0 of A, row j of R. */
inline void qrApply(const QrReflectors& h, double* block, int64_t stride, int64_t j, double* tops, int64_t topStride,
                    int64_t begin, int64_t end) {
  eachStrip<kQrTileVectors>(begin, end, [&](int64_t c, auto vectors) {
    qrApplyStrip<decltype(vectors)::value>(h, block + j, block + c, stride, tops + c, topStride);
  });
}

// Householder reflectors of a panel of eight columns, whose rows of eight float64 are one vector each (on AVX-512).
//
// One pass over the rows per column: it applies the reflector before and gathers the inner products that the next
// one needs, of its column with all eight.
#pragma once
#include "../kernel.inl"
#include "qr_apply.inl"

/** Chains of a sum over the rows of a panel. A single chain would wait for each addition. */
constexpr int kQrChains = 4;

/** Columns with a smaller sum of squares count as zero: the reciprocals of their reflectors might overflow. */
constexpr double kQrLeast = 0x1p-960;

/** Inner products with one column, for all columns of a panel. */
struct QrDots {
  D chain[kQrChains][kQrPanelVectors];

  void clear() {
    for (int q = 0; q < kQrChains; ++q) {
      for (int n = 0; n < kQrPanelVectors; ++n) chain[q][n] = splatD(0.0);
    }
  }
  /** (chain 0 + chain 2) + (chain 1 + chain 3). */
  void sum(double* out) const {
    for (int n = 0; n < kQrPanelVectors; ++n) {
      storeD(out + n * kDLanes, addD(addD(chain[0][n], chain[2][n]), addD(chain[1][n], chain[3][n])));
    }
  }
};

/** Adds row `row` to chain q, for column t. */
inline void qrDotRow(QrDots& dots, int q, const double* row, int t) {
  const D y = splatD(row[t]);
  STEEPEST_UNROLL
  for (int n = 0; n < kQrPanelVectors; ++n) dots.chain[q][n] = fmaD(y, loadD(row + n * kDLanes), dots.chain[q][n]);
}

/** row += row[t]·k; then what qrDotRow does, for column t + 1. */
inline void qrUpdateRow(QrDots& dots, int q, double* row, int t, const D (&k)[kQrPanelVectors], D kNext) {
  const D y = splatD(row[t]);
  const D next = fmaD(y, kNext, splatD(row[t + 1]));
  STEEPEST_UNROLL
  for (int n = 0; n < kQrPanelVectors; ++n) {
    const D x = fmaD(y, k[n], loadD(row + n * kDLanes));
    storeD(row + n * kDLanes, x);
    dots.chain[q][n] = fmaD(next, x, dots.chain[q][n]);
  }
}

template <class Fn> inline void eachRow(double* panel, int64_t stride, int64_t rows, Fn fn) {
  int64_t r = 0;
  for (; r + kQrChains <= rows; r += kQrChains) {
    STEEPEST_UNROLL
    for (int q = 0; q < kQrChains; ++q) fn(q, panel + (r + q) * stride);
  }
  for (int q = 0; r < rows; ++r, ++q) fn(q, panel + r * stride);
}

/** Makes reflector t from the products d; k becomes minus its coefficients in the columns after t, 0 in the others. */
inline void qrReflector(QrReflectors& h, int t, const double* d, double* top, double* k) {
  const double sigma = d[t];
  const double alpha = top[t];
  double s = 0.0;
  double inverse = 0.0;
  double beta = alpha;
  if (!(sigma < kQrLeast)) {
    const double norm = std::sqrt(std::fma(alpha, alpha, sigma));
    beta = alpha >= 0.0 ? -norm : norm;
    s = alpha - beta;
    inverse = 1.0 / (s * -beta);
  }
  h.s[t] = s;
  h.inverse[t] = inverse;
  for (int l = 0; l < t; ++l) h.gram[l][t] = d[l];
  for (int c = 0; c <= t; ++c) k[c] = 0.0;
  for (int c = t + 1; c < kQrPanel; ++c) {
    k[c] = std::fma(s, top[c], d[c]) * -inverse;
    top[c] = std::fma(s, k[c], top[c]);
  }
  top[t] = beta;
}

/** Reflectors of eight columns. `panel` is row 0 of these columns of A, `top` element (j, j) of R. */
STEEPEST_NOINLINE void qrPanel(QrReflectors& h, double* panel, int64_t stride, double* top, int64_t topStride) {
  alignas(64) double d[kQrPanel];
  alignas(64) double k[kQrPanel];
  h.count = kQrPanel;
  QrDots dots;
  dots.clear();
  eachRow(panel, stride, h.rows, [&](int q, double* row) { qrDotRow(dots, q, row, 0); });
  for (int t = 0;; ++t) {
    dots.sum(d);
    // The row of R as the panel sees it: column t on its diagonal.
    qrReflector(h, t, d, top + t * topStride, k);
    if (t == kQrPanel - 1) return;
    D ks[kQrPanelVectors];
    for (int n = 0; n < kQrPanelVectors; ++n) ks[n] = loadD(k + n * kDLanes);
    const D kNext = splatD(k[t + 1]);
    dots.clear();
    eachRow(panel, stride, h.rows, [&](int q, double* row) { qrUpdateRow(dots, q, row, t, ks, kNext); });
  }
}

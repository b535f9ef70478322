// Least squares in float64: rows of a design matrix, and their QR factorisation block by block.
#pragma once
#include "../kernel.inl"
#include "qr_apply.inl"
#include "qr_panel.inl"

/** What becomes of the elements of a row of a table before the root of its weight: v·factor − offset. */
struct DesignFrame {
  /** Null where elements stay as they are. */
  const double* factors;
  const double* offsets;
};

template <bool framed, bool scaled, class Load, class LoadN>
inline void designLoop(double* to, int64_t cols, const DesignFrame& frame, D scale, Load loadAt, LoadN loadAtN) {
  int64_t j = 0;
  for (; j + kDLanes <= cols; j += kDLanes) {
    D x = loadAt(j);
    if (framed) x = subD(mulD(x, loadD(frame.factors + j)), loadD(frame.offsets + j));
    storeD(to + j, scaled ? mulD(x, scale) : x);
  }
  const int tail = static_cast<int>(cols - j);
  if (tail > 0) {
    D x = loadAtN(j, tail);
    if (framed) x = subD(mulD(x, loadDN(frame.factors + j, tail)), loadDN(frame.offsets + j, tail));
    storeDN(to + j, scaled ? mulD(x, scale) : x, tail);
  }
}

/** to[j] = (from[j]·factor − offset)·scale, in float64, for the three kinds of numbers that tables hold. */
template <class Load, class LoadN>
inline void designRow(double* to, int64_t cols, const DesignFrame& frame, D scale, bool scaled, Load loadAt,
                      LoadN loadAtN) {
  if (frame.factors != nullptr) {
    if (scaled) return designLoop<true, true>(to, cols, frame, scale, loadAt, loadAtN);
    return designLoop<true, false>(to, cols, frame, scale, loadAt, loadAtN);
  }
  if (scaled) return designLoop<false, true>(to, cols, frame, scale, loadAt, loadAtN);
  designLoop<false, false>(to, cols, frame, scale, loadAt, loadAtN);
}

inline void designPart(const Matrix& from, int64_t row, double* to, const DesignFrame& frame, D scale, bool scaled) {
  if (from.dtype == DType::F64) {
    const double* p = from.row<double>(row);
    designRow(to, from.cols, frame, scale, scaled, [p](int64_t j) { return loadD(p + j); },
              [p](int64_t j, int n) { return loadDN(p + j, n); });
  } else if (from.dtype == DType::F32) {
    const float* p = from.f32(row);
    designRow(to, from.cols, frame, scale, scaled, [p](int64_t j) { return loadF32D(p + j); },
              [p](int64_t j, int n) { return loadF32DN(p + j, n); });
  } else {
    const uint8_t* p = from.row<uint8_t>(row);
    designRow(to, from.cols, frame, scale, scaled, [p](int64_t j) { return loadU8D(p + j); },
              [p](int64_t j, int n) { return loadU8DN(p + j, n); });
  }
}

/** Where rows of a design matrix come from. All but x may be absent. */
struct DesignSource {
  const Matrix& x;
  const Matrix& y;
  const Matrix& weight;
  const Matrix& frame;
  /** 1 if there is a column of ones, else 0. */
  int64_t ones;
  /** The row of the tables that is row 0 of the design matrix. */
  int64_t start;
};

/** Rows [begin, end) of to: √weight · [1 | x | y | 0 …], x and y in their frame. */
inline void gatherDesign(const DesignSource& from, const Matrix& to, int64_t begin, int64_t end) {
  const int64_t widthOfX = from.x.cols;
  const int64_t used = from.ones + widthOfX + from.y.cols;
  const bool scaled = from.weight.given();
  const bool framed = from.frame.given();
  const double* factors = framed ? from.frame.row<double>(0) : nullptr;
  const double* offsets = framed ? from.frame.row<double>(1) : nullptr;
  const DesignFrame leftFrame = {factors, offsets};
  const DesignFrame rightFrame = {framed ? factors + widthOfX : nullptr, framed ? offsets + widthOfX : nullptr};
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = from.start + r;
    double* out = to.row<double>(r);
    double factor = 1.0;
    if (scaled) {
      const double own = from.weight.row<double>(0)[row];
      factor = std::sqrt(framed ? own * factors[widthOfX + from.y.cols] : own);
    }
    const D scale = splatD(factor);
    if (from.ones != 0) out[0] = factor;
    designPart(from.x, row, out + from.ones, leftFrame, scale, scaled);
    if (from.y.given()) designPart(from.y, row, out + from.ones + widthOfX, rightFrame, scale, scaled);
    for (int64_t j = used; j < to.cols; ++j) out[j] = 0.0;
  }
}

/** See the contract. Range: rows of the mini-batch. */
inline int op_gatherDesign(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherDesign;
  const int64_t ones = args.scalars[intercept_] != 0 ? 1 : 0;
  const DesignSource from = {args.at(x), args.at(y), args.at(weight), args.at(frame), ones, args.batchStart};
  gatherDesign(from, args.at(dst), begin, end);
  return StatusOk;
}

/** Factors columns [j, j + count) panel by panel; `h` becomes all their reflectors if columns are left to update. */
inline void qrBlock(QrReflectors& h, const Matrix& a, const Matrix& r, int64_t j, int64_t count) {
  double* block = a.row<double>(0);
  const int64_t n = r.cols;
  for (int64_t p = 0; p < count; p += kQrPanel) {
    QrReflectors panel;
    panel.rows = h.rows;
    const int64_t at = j + p;
    qrPanel(panel, block + at, a.rowStride, r.row<double>(at) + at, r.rowStride);
    qrApply(panel, block, a.rowStride, at, r.row<double>(at), r.rowStride, at + kQrPanel, j + count);
    if (j + count == n) continue;
    for (int i = 0; i < kQrPanel; ++i) {
      h.s[p + i] = panel.s[i];
      h.inverse[p + i] = panel.inverse[i];
      for (int l = 0; l < i; ++l) h.gram[p + l][p + i] = panel.gram[l][i];
    }
    for (int64_t l = 0; l < p; l += kQrTileRows) {
      for (int64_t c = 0; c < kQrPanel; c += kDLanes) {
        qrDotTile<kQrTileRows, 1>(block + j + l, block + at + c, a.rowStride, h.rows, nullptr, nullptr, 0,
                                  &h.gram[l][p + c], kQrBlock);
      }
    }
  }
  h.count = count;
}

/** R of [R; A] by Householder reflections, for the first `rows` rows of A. */
inline void foldRows(const Matrix& block, const Matrix& factor, int64_t rows, bool isTriangle) {
  const int64_t n = factor.cols;
  QrReflectors h;
  for (int64_t j = 0; j < n; j += kQrBlock) {
    const int64_t count = n - j < kQrBlock ? n - j : kQrBlock;
    h.rows = isTriangle && j + count < rows ? j + count : rows;
    qrBlock(h, block, factor, j, count);
    qrApply(h, block.row<double>(0), block.rowStride, j, factor.row<double>(j), factor.rowStride, j + count, n);
  }
}

/** See the contract. Runs whole. */
inline int op_qrFold(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_qrFold;
  foldRows(args.at(a), args.at(r), end, args.scalars[triangular_] != 0);
  return StatusOk;
}

// Least squares in float64: rows of a design matrix, and their QR factorisation block by block.

/** to[j] = from[j]·scale, in float64, for the three kinds of numbers that tables hold. */
template <class Load, class LoadN>
inline void designRow(double* to, int64_t cols, D scale, bool scaled, Load loadAt, LoadN loadAtN) {
  int64_t j = 0;
  for (; j + kDLanes <= cols; j += kDLanes) {
    const D x = loadAt(j);
    storeD(to + j, scaled ? mulD(x, scale) : x);
  }
  const int tail = static_cast<int>(cols - j);
  if (tail > 0) {
    const D x = loadAtN(j, tail);
    storeDN(to + j, scaled ? mulD(x, scale) : x, tail);
  }
}

inline void designPart(const Matrix& from, int64_t row, double* to, D scale, bool scaled) {
  if (from.dtype == DType::F64) {
    const double* p = from.row<double>(row);
    designRow(to, from.cols, scale, scaled, [p](int64_t j) { return loadD(p + j); },
              [p](int64_t j, int n) { return loadDN(p + j, n); });
  } else if (from.dtype == DType::F32) {
    const float* p = from.f32(row);
    designRow(to, from.cols, scale, scaled, [p](int64_t j) { return loadF32D(p + j); },
              [p](int64_t j, int n) { return loadF32DN(p + j, n); });
  } else {
    const uint8_t* p = from.row<uint8_t>(row);
    designRow(to, from.cols, scale, scaled, [p](int64_t j) { return loadU8D(p + j); },
              [p](int64_t j, int n) { return loadU8DN(p + j, n); });
  }
}

/** dst[r] = √weight · [1 | x | y | 0 …]. Range: rows of the mini-batch. */
inline int op_gatherDesign(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_gatherDesign;
  const Matrix& left = args.at(x);
  const Matrix& right = args.at(y);
  const Matrix& to = args.at(dst);
  const int64_t ones = args.scalars[intercept_] != 0 ? 1 : 0;
  const bool scaled = args.at(weight).given();
  const int64_t used = ones + left.cols + right.cols;
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = args.batchStart + r;
    double* out = to.row<double>(r);
    const double factor = scaled ? std::sqrt(args.at(weight).row<double>(0)[row]) : 1.0;
    const D scale = splatD(factor);
    if (ones != 0) out[0] = factor;
    designPart(left, row, out + ones, scale, scaled);
    designPart(right, row, out + ones + left.cols, scale, scaled);
    for (int64_t j = used; j < to.cols; ++j) out[j] = 0.0;
  }
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

/** R of [R; A] by Householder reflections; see the contract. Runs whole. */
inline int op_qrFold(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_qrFold;
  const Matrix& block = args.at(a);
  const Matrix& factor = args.at(r);
  const int64_t n = factor.cols;
  const bool isTriangle = args.scalars[triangular_] != 0;
  QrReflectors h;
  for (int64_t j = 0; j < n; j += kQrBlock) {
    const int64_t count = n - j < kQrBlock ? n - j : kQrBlock;
    h.rows = isTriangle && j + count < end ? j + count : end;
    qrBlock(h, block, factor, j, count);
    qrApply(h, block.row<double>(0), block.rowStride, j, factor.row<double>(j), factor.rowStride, j + count, n);
  }
  return StatusOk;
}

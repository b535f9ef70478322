// The residuals of least squares and their inner products with the columns, as if in twice float64's precision.
//
// A number is a sum high + low. Products and sums are split into their rounded value and its exact error
// (Dekker 1971; Knuth, TAOCP 2 §4.2.2; compensated dot product: Ogita, Rump, Oishi 2005).
#pragma once
#include "../kernel.inl"

/** Virtual lanes of a row's inner product. */
constexpr int kTwiceLanes = 8;
constexpr int kTwiceVectors = kTwiceLanes / kDLanes;

template <class T> struct Twice {
  T high, low;
};

inline D fusedError(D a, D b, D product) { return fmaD(a, b, mulD(product, splatD(-1.0))); }
inline double fusedError(double a, double b, double product) { return std::fma(a, b, -product); }
inline D plus(D a, D b) { return addD(a, b); }
inline D minus(D a, D b) { return subD(a, b); }
inline D times(D a, D b) { return mulD(a, b); }
inline double plus(double a, double b) { return a + b; }
inline double minus(double a, double b) { return a - b; }
inline double times(double a, double b) { return a * b; }

/** The error of a sum: (a − (s − (s − a))) + (b − (s − a)). */
template <class T> inline T errorOfSum(T a, T b, T sum) {
  const T part = minus(sum, a);
  return plus(minus(a, minus(sum, part)), minus(b, part));
}

/** acc += a·b + extra, where extra is small. */
template <class T> inline void addProduct(Twice<T>& acc, T a, T b, T extra) {
  const T product = times(a, b);
  const T error = plus(fusedError(a, b, product), extra);
  const T sum = plus(acc.high, product);
  acc.low = plus(acc.low, plus(errorOfSum(acc.high, product, sum), error));
  acc.high = sum;
}

/** Columns [j, j + n) of a row, as float64. */
inline D loadColumns(const Matrix& from, int64_t row, int64_t j, int n) {
  if (from.dtype == DType::F64) return loadDN(from.row<double>(row) + j, n);
  if (from.dtype == DType::F32) return loadF32DN(from.f32(row) + j, n);
  return loadU8DN(from.row<uint8_t>(row) + j, n);
}

inline int lanesFrom(int64_t j, int64_t cols) {
  return static_cast<int>(cols - j < kDLanes ? (cols > j ? cols - j : 0) : kDLanes);
}

/** Σ_j x_j·coef_j over eight lanes, then halves: lane i takes in lane i + 4, then + 2, + 1. */
inline Twice<double> twiceDot(const Matrix& x, int64_t row, const double* coef) {
  Twice<D> acc[kTwiceVectors];
  for (int v = 0; v < kTwiceVectors; ++v) acc[v] = {splatD(0.0), splatD(0.0)};
  for (int64_t j = 0; j < x.cols; j += kTwiceLanes) {
    STEEPEST_UNROLL
    for (int v = 0; v < kTwiceVectors; ++v) {
      const int64_t at = j + v * kDLanes;
      const int lanes = lanesFrom(at, x.cols);
      if (lanes == 0) continue;
      addProduct(acc[v], loadColumns(x, row, at, lanes), loadDN(coef + at, lanes), splatD(0.0));
    }
  }
  double high[kTwiceLanes];
  double low[kTwiceLanes];
  for (int v = 0; v < kTwiceVectors; ++v) {
    storeD(high + v * kDLanes, acc[v].high);
    storeD(low + v * kDLanes, acc[v].low);
  }
  for (int half = kTwiceLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
      const double sum = high[i] + high[i + half];
      low[i] = (low[i] + low[i + half]) + errorOfSum(high[i], high[i + half], sum);
      high[i] = sum;
    }
  }
  return {high[0], low[0]};
}

/** high + low, where low is at most the rounding error of high. */
inline Twice<double> renormalised(double high, double low) {
  const double sum = high + low;
  return {sum, low - (sum - high)};
}

/** y − intercept − dot, times the weight. */
inline Twice<double> twiceResidual(double y, double intercept, Twice<double> dot, const double* weight) {
  const double start = y - intercept;
  const double startError = errorOfSum(y, -intercept, start);
  const double high = start - dot.high;
  const double highError = errorOfSum(start, -dot.high, high);
  const Twice<double> residual = renormalised(high, (startError + highError) - dot.low);
  if (weight == nullptr) return residual;
  const double product = *weight * residual.high;
  return renormalised(product, fusedError(*weight, residual.high, product) + *weight * residual.low);
}

/** high[j] and low[j] += x_j·e, and element 0 += e. */
inline void addMoments(const Matrix& x, int64_t row, Twice<double> e, double* high, double* low) {
  const double sum = high[0] + e.high;
  low[0] = low[0] + (errorOfSum(high[0], e.high, sum) + e.low);
  high[0] = sum;
  const D eHigh = splatD(e.high);
  const D eLow = splatD(e.low);
  for (int64_t j = 0; j < x.cols; j += kDLanes) {
    const int lanes = lanesFrom(j, x.cols);
    const D value = loadColumns(x, row, j, lanes);
    Twice<D> acc = {loadDN(high + 1 + j, lanes), loadDN(low + 1 + j, lanes)};
    addProduct(acc, value, eHigh, mulD(value, eLow));
    storeDN(high + 1 + j, acc.high, lanes);
    storeDN(low + 1 + j, acc.low, lanes);
  }
}

/** moments += Σ_r w_r·e_r·[1 | x_r]; see the contract. Runs whole. */
inline int op_normalResidual(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_normalResidual;
  const Matrix& rows = args.at(x);
  const Matrix& targets = args.at(y);
  const Matrix& sums = args.at(moments);
  for (int64_t r = 0; r < end; ++r) {
    const int64_t row = args.batchStart + r;
    const double* w = args.at(weight).given() ? args.at(weight).row<double>(0) + row : nullptr;
    for (int64_t k = 0; k < targets.cols; ++k) {
      const Twice<double> dot = twiceDot(rows, row, args.at(coef).row<double>(k));
      const double start = args.at(intercept).row<double>(0)[k];
      const Twice<double> e = twiceResidual(targets.row<double>(row)[k], start, dot, w);
      addMoments(rows, row, e, sums.row<double>(2 * k), sums.row<double>(2 * k + 1));
    }
  }
  return StatusOk;
}

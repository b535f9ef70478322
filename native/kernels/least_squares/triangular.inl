// Small dense problems in float64: triangular systems, and singular values by one-sided Jacobi rotations.
#pragma once
#include "../kernel.inl"

/** Columns [j, j + lanes) of the solution of R·X = B or Rᵀ·X = B, in place. */
inline void solveColumns(const Matrix& r, const Matrix& b, bool transposed, int64_t j, int lanes) {
  const int64_t n = r.rows;
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = transposed ? step : n - 1 - step;
    const int64_t from = transposed ? 0 : i + 1;
    const int64_t to = transposed ? i : n;
    D acc = loadDN(b.row<double>(i) + j, lanes);
    for (int64_t k = from; k < to; ++k) {
      const double factor = transposed ? r.row<double>(k)[i] : r.row<double>(i)[k];
      acc = subD(acc, mulD(splatD(factor), loadDN(b.row<double>(k) + j, lanes)));
    }
    storeDN(b.row<double>(i) + j, divD(acc, splatD(r.row<double>(i)[i])), lanes);
  }
}

/** Range: columns of b. */
inline int op_triangularSolve(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_triangularSolve;
  const bool isTransposed = args.scalars[transposed_] != 0;
  for (int64_t j = begin; j < end; j += kDLanes) {
    solveColumns(args.at(r), args.at(b), isTransposed, j, static_cast<int>(end - j < kDLanes ? end - j : kDLanes));
  }
  return StatusOk;
}

/** Inner products of two rows: of the first with itself, of the second with itself, of both; lane sums. */
struct RowProducts {
  double pp, qq, pq;
};

inline void addProducts(D* pp, D* qq, D* pq, D x, D y) {
  *pp = addD(*pp, mulD(x, x));
  *qq = addD(*qq, mulD(y, y));
  *pq = addD(*pq, mulD(x, y));
}

inline RowProducts rowProducts(const double* p, const double* q, int64_t cols) {
  D pp[kDGroups], qq[kDGroups], pq[kDGroups];
  STEEPEST_UNROLL
  for (int g = 0; g < kDGroups; ++g) pp[g] = qq[g] = pq[g] = splatD(0.0);
  int64_t j = 0;
  for (; j + 16 <= cols; j += 16) {
    STEEPEST_UNROLL
    for (int g = 0; g < kDGroups; ++g) {
      addProducts(&pp[g], &qq[g], &pq[g], loadD(p + j + g * kDLanes), loadD(q + j + g * kDLanes));
    }
  }
  STEEPEST_UNROLL
  for (int g = 0; g < kDGroups; ++g) {
    const int64_t left = cols - j - g * kDLanes;
    const int lanes = static_cast<int>(left < 0 ? 0 : left < kDLanes ? left : kDLanes);
    // Lanes past the end add +0, which changes nothing: a sum that starts at +0 never becomes −0.
    if (lanes > 0) {
      addProducts(&pp[g], &qq[g], &pq[g], loadDN(p + j + g * kDLanes, lanes), loadDN(q + j + g * kDLanes, lanes));
    }
  }
  return {sumGroupsD(pp), sumGroupsD(qq), sumGroupsD(pq)};
}

/** (p, q) becomes (c·p − s·q, s·p + c·q). */
inline void rotateRows(double* p, double* q, int64_t cols, double c, double s) {
  const D cs = splatD(c);
  const D ss = splatD(s);
  for (int64_t j = 0; j < cols; j += kDLanes) {
    const int lanes = static_cast<int>(cols - j < kDLanes ? cols - j : kDLanes);
    const D x = loadDN(p + j, lanes);
    const D y = loadDN(q + j, lanes);
    storeDN(p + j, subD(mulD(cs, x), mulD(ss, y)), lanes);
    storeDN(q + j, addD(mulD(ss, x), mulD(cs, y)), lanes);
  }
}

/** One rotation, if rows p and q are not orthogonal yet. Returns whether there was one. */
inline bool jacobiRotation(const Matrix& a, const Matrix& b, int64_t p, int64_t q, double tolerance) {
  const RowProducts dots = rowProducts(a.row<double>(p), a.row<double>(q), a.cols);
  if (!(std::fabs(dots.pq) > tolerance * (std::sqrt(dots.pp) * std::sqrt(dots.qq)))) return false;
  const double zeta = (dots.qq - dots.pp) / (2.0 * dots.pq);
  const double t = (zeta < 0.0 ? -1.0 : 1.0) / (std::fabs(zeta) + std::sqrt(1.0 + zeta * zeta));
  const double c = 1.0 / std::sqrt(1.0 + t * t);
  const double s = c * t;
  rotateRows(a.row<double>(p), a.row<double>(q), a.cols, c, s);
  if (b.given()) rotateRows(b.row<double>(p), b.row<double>(q), b.cols, c, s);
  return true;
}

/** Makes the rows of a orthogonal; see the contract. Runs whole. */
inline int op_jacobiRows(const OpArgs& args, int64_t, int64_t) {
  using namespace op_jacobiRows;
  const Matrix& rows = args.at(a);
  const double tolerance = args.scalars[tolerance_];
  const double most = args.scalars[maxSweeps_];
  double* done = args.at(sweeps).row<double>(0);
  *done = -1.0;
  for (double sweep = 1.0; sweep <= most; sweep += 1.0) {
    bool rotated = false;
    for (int64_t p = 0; p + 1 < rows.rows; ++p) {
      for (int64_t q = p + 1; q < rows.rows; ++q) {
        rotated = jacobiRotation(rows, args.at(b), p, q, tolerance) || rotated;
      }
    }
    if (rotated) continue;
    *done = sweep;
    break;
  }
  return StatusOk;
}

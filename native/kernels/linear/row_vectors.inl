// Losses in float64 whose lanes are rows: their rows, the rows' weights, and the sum.
#pragma once
#include "../kernel.inl"

/** Calls `body(r, n)` for up to a vector of rows at a time. */
template <class Body> inline void eachRowVector(int64_t begin, int64_t end, const Body& body) {
  for (int64_t r = begin; r < end; r += kDLanes) body(r, static_cast<int>(end - r < kDLanes ? end - r : kDLanes));
}

/** A vector of the table's rows, from row `start` on; null if it is absent. */
inline double* vectorFrom(const Matrix& vector, int64_t start) {
  return vector.given() ? vector.row<double>(0) + start : nullptr;
}

/** Weights of the mini-batch's rows: 1 if there are none. */
struct RowWeights {
  const double* weights;

  RowWeights(const Matrix& vector, int64_t start) : weights(vectorFrom(vector, start)) {}
  D at(int64_t r, int n) const { return weights == nullptr ? splatD(1.0) : loadDN(weights + r, n); }
};

/** Sum of the losses of rows: row r belongs to virtual lane r mod 16. */
struct LossOfRows {
  D groups[kDGroups];

  LossOfRows() {
    for (int g = 0; g < kDGroups; ++g) groups[g] = splatD(0.0);
  }
  void add(D value, int64_t r, int n) {
    D& lanes = groups[(r / kDLanes) % kDGroups];
    lanes = selectD(firstDN(n), addD(lanes, value), lanes);
  }
  /** Overwrites the groups. */
  double sum() { return sumGroupsD(groups); }
};

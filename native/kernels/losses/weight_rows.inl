// Weights of rows, on the losses and gradients of all kinds of loss.
#pragma once
#include "../kernel.inl"

/** Range: rows of the mini-batch. */
inline int op_weightRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_weightRows;
  const Matrix& gradient = args.at(dz);
  for (int64_t r = begin; r < end; ++r) {
    const float weight = *args.at(weights).f32(r);
    float* loss = args.at(rowLoss).f32(r);
    *loss = *loss * weight;
    if (!gradient.given()) continue;
    float* row = gradient.f32(r);
    const F factor = splat(weight);
    int64_t j = 0;
    for (; j + kLanes <= gradient.cols; j += kLanes) store(row + j, mul(load(row + j), factor));
    const int tail = static_cast<int>(gradient.cols - j);
    if (tail > 0) storeN(row + j, mul(loadN(row + j, tail), factor), tail);
  }
  return StatusOk;
}

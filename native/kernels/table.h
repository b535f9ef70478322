// What a kernel sees: resolved operands, scalars and run-time values. Kernels neither allocate nor know
// Node-API; `program` checks everything here before a kernel runs.
#pragma once
#include <cstddef>
#include <cstdint>

#include "../program/contract.h"

namespace steepest {

/** A strided matrix in memory. `data` is null for an optional operand that is absent. */
struct Matrix {
  void* data;
  int64_t rows;
  int64_t cols;
  /** In elements. */
  int64_t rowStride;
  /** In elements; 1 except for gemm's a and b. */
  int64_t colStride;
  DType dtype;

  bool given() const { return data != nullptr; }
  /** Row r as T. */
  template <class T> T* row(int64_t r) const { return static_cast<T*>(data) + r * rowStride; }
  float* f32(int64_t r = 0) const { return row<float>(r); }
};

/** One op, ready to run. Operands and scalars are in the order of the contract (`op_<kind>::…`). */
struct OpArgs {
  Matrix operands[kMaxOperands];
  /** Scalars as given. */
  double scalars[kMaxScalars];
  /** Scalars rounded to float32. */
  float scalarsF[kMaxScalars];
  /** Run-time values; `rows` and `batchStart` have been checked and copied below. */
  const double* registers;
  /** R: rows of the current mini-batch. */
  int64_t batchRows;
  int64_t batchStart;
  /** Scratch memory of at least workspaceFloats(op) floats, 64-byte aligned, for this thread alone; null if no op needs any. */
  float* workspace;

  const Matrix& at(int operand) const { return operands[operand]; }
  float scalar(int i) const { return scalarsF[i]; }
  /** A scalar that is a 32-bit word: a seed, a threshold. */
  uint32_t word(int i) const { return static_cast<uint32_t>(scalars[i]); }
  float registerF(Register r) const { return static_cast<float>(registers[r]); }
  /** A run-time counter (step, epoch), mod 2^32. */
  uint32_t counter(Register r) const { return static_cast<uint32_t>(static_cast<uint64_t>(registers[r])); }
};

/** Floats of scratch memory where gemm copies a block of B: 512 KiB, half of an L2 of 1 MiB. */
constexpr int64_t kWorkspaceFloats = 1 << 17;
/** A smaller B stays in L2 and is read where it lies. */
constexpr int64_t kPackBytes = 768 * 1024;
/** Row strides that are multiples of a page put all rows of a panel into the same cache sets. */
constexpr int64_t kPageBytes = 4096;

/** Whether gemm may want to copy this B: only then does it need scratch memory. */
inline bool mayPack(const Matrix& b) {
  constexpr int64_t size = sizeof(float);
  return b.colStride != 1 || b.rowStride * size % kPageBytes == 0 || b.rows * b.cols * size > kPackBytes;
}

/** Runs an op over `[begin, end)` of the dimension that its split names. Returns Status bits. */
using KernelFn = int (*)(const OpArgs&, int64_t begin, int64_t end);

/** Every kernel for one instruction set. */
struct KernelTable {
  const char* isa;
  int lanes;
  KernelFn ops[static_cast<int>(OpKind::Count)];
  /** Measures the core (peak.inl). */
  double (*fmaLoop)(int64_t rounds, float seed, volatile float* sink);
};

// One per translation unit; null where it was not compiled for this architecture.
const KernelTable* kernels_portable();
const KernelTable* kernels_avx2();
const KernelTable* kernels_avx512();
const KernelTable* kernels_neon();

}  // namespace steepest

// gemm on one instruction set against the contract's sentence about it, and never a byte outside its operands.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "tests.h"

namespace steepest {
namespace {

/** A matrix in memory of its own: exactly as long as its last element demands, so that a sanitizer sees a step beyond. */
struct Block {
  std::vector<float> memory;
  Matrix matrix;

  Block(int64_t rows, int64_t cols, int64_t rowStride, int64_t colStride, Numbers& numbers) {
    const int64_t length = rows == 0 || cols == 0 ? 0 : (rows - 1) * rowStride + (cols - 1) * colStride + 1;
    memory.resize(static_cast<size_t>(length));
    for (float& value : memory) value = numbers.next();
    static float nothing;
    matrix = {length == 0 ? &nothing : memory.data(), rows, cols, rowStride, colStride, DType::F32};
  }
};

struct GemmCase {
  int64_t m, n, k;
  bool transposedA, transposedB;
  /** Elements between rows, beyond their length. */
  int64_t padding;
  GemmInit init;
  GemmEpilogue epilogue;
  Activation activation;
};

float startOf(const GemmCase& g, const Matrix& bias, const Matrix& c, int64_t i, int64_t j) {
  if (g.init == GemmInit::Zero) return 0.0f;
  return g.init == GemmInit::Bias ? bias.f32()[j] : c.f32(i)[j];
}

float finish(const GemmCase& g, float x, float s) {
  if (g.epilogue == GemmEpilogue::Activation) return x < 0 ? 0.0f : x;
  if (g.epilogue == GemmEpilogue::Derivative) return s > 0 ? x : 0.0f;
  return x;
}

/** The contract's sentence about gemm, word by word, over rows [begin, end). */
void referenceGemm(const GemmCase& g, const OpArgs& args, Matrix c, int64_t begin, int64_t end) {
  using namespace op_gemm;
  const Matrix& a_ = args.at(a);
  const Matrix& b_ = args.at(b);
  for (int64_t i = begin; i < end; ++i) {
    for (int64_t j = 0; j < g.n; ++j) {
      float acc = startOf(g, args.at(bias), c, i, j);
      for (int64_t p = 0; p < g.k; ++p) {
        acc = std::fma(a_.f32(i)[p * a_.colStride], b_.f32(p)[j * b_.colStride], acc);
      }
      c.f32(i)[j] = finish(g, acc, g.epilogue == GemmEpilogue::Derivative ? args.at(d).f32(i)[j] : 0.0f);
    }
  }
}

Block operand(int64_t rows, int64_t cols, bool transposed, int64_t padding, Numbers& numbers) {
  return transposed ? Block(rows, cols, 1, rows + padding, numbers) : Block(rows, cols, cols + padding, 1, numbers);
}

void testCase(const KernelTable& kernels, const GemmCase& g, float* workspace, Numbers& numbers, Report& report) {
  using namespace op_gemm;
  const Block left = operand(g.m, g.k, g.transposedA, g.padding, numbers);
  const Block right = operand(g.k, g.n, g.transposedB, g.padding, numbers);
  const Block biases(1, g.n, g.n, 1, numbers);
  const Block saved(g.m, g.n, g.n + g.padding, 1, numbers);
  Block out(g.m, g.n, g.n + g.padding, 1, numbers);
  Block expected = out;
  expected.matrix.data = expected.memory.data();

  OpArgs args = {};
  args.operands[a] = left.matrix;
  args.operands[b] = right.matrix;
  args.operands[c] = out.matrix;
  if (g.init == GemmInit::Bias) args.operands[bias] = biases.matrix;
  if (g.epilogue == GemmEpilogue::Derivative) args.operands[d] = saved.matrix;
  args.scalars[init_] = static_cast<int>(g.init);
  args.scalars[epilogue_] = static_cast<int>(g.epilogue);
  args.scalars[activation_] = static_cast<int>(g.activation);
  args.workspace = workspace;
  // All but the first and the last row, so that a kernel that takes too many is seen.
  const int64_t begin = g.m > 2 ? 1 : 0;
  const int64_t end = g.m > 2 ? g.m - 1 : g.m;
  referenceGemm(g, args, expected.matrix, begin, end);
  const int status = kernels.ops[static_cast<int>(OpKind::Gemm)](args, begin, end);
  const size_t bytes = out.memory.size() * sizeof(float);
  const bool same = bytes == 0 || std::memcmp(out.memory.data(), expected.memory.data(), bytes) == 0;
  char what[160];
  std::snprintf(what, sizeof what, "gemm m=%lld n=%lld k=%lld transA=%d transB=%d padding=%lld init=%d epilogue=%d",
                static_cast<long long>(g.m), static_cast<long long>(g.n), static_cast<long long>(g.k), g.transposedA,
                g.transposedB, static_cast<long long>(g.padding), static_cast<int>(g.init),
                static_cast<int>(g.epilogue));
  report.check(status == StatusOk && same, kernels.isa, what);
}

/** Around the edges of every tile (6 and 14 rows, 8, 16 and 32 columns) and of the narrow kernels. */
void testTileEdges(const KernelTable& kernels, float* workspace, Numbers& numbers, Report& report) {
  constexpr int64_t rows[] = {1, 2, 5, 6, 7, 13, 14, 15, 16, 29, 31, 77};
  constexpr int64_t cols[] = {1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 15, 16, 17, 31, 32, 33, 50};
  constexpr int64_t depths[] = {0, 1, 2, 17, 33};
  int turn = 0;
  for (const int64_t m : rows) {
    for (const int64_t n : cols) {
      for (const int64_t k : depths) {
        // In turn, every combination of transposes, start values and epilogues.
        const GemmInit init = static_cast<GemmInit>(turn % 3);
        const GemmEpilogue epilogue = static_cast<GemmEpilogue>(turn / 3 % 3);
        const GemmCase g = {m, n, k, turn % 2 == 1, turn % 5 == 1, turn % 4, init, epilogue, Activation::Relu};
        testCase(kernels, g, workspace, numbers, report);
        ++turn;
      }
    }
  }
}

/** Large enough for blocks of k, packed panels and prefetching. */
void testBlocks(const KernelTable& kernels, float* workspace, Numbers& numbers, Report& report) {
  const GemmInit bias = GemmInit::Bias;
  const GemmEpilogue none = GemmEpilogue::None;
  const GemmCase cases[] = {
      {61, 70, 1100, false, false, 3, bias, GemmEpilogue::Activation, Activation::Relu},
      {70, 300, 1030, true, false, 0, GemmInit::Zero, GemmEpilogue::Derivative, Activation::Relu},
      {64, 1024, 40, false, false, 0, bias, none, Activation::Linear},
      {60, 150, 530, false, true, 1, GemmInit::C, GemmEpilogue::Activation, Activation::Relu},
      {3, 130, 700, true, true, 0, bias, none, Activation::Linear},
      // Panels copied by the first row tile, or turned, in one block of k and in several.
      {17, 100, 90, false, false, 3, bias, GemmEpilogue::Activation, Activation::Relu},
      {32, 96, 401, true, false, 0, GemmInit::C, GemmEpilogue::Derivative, Activation::Relu},
      {45, 65, 1201, false, false, 1, GemmInit::Zero, none, Activation::Linear},
      {31, 544, 33, false, false, 0, bias, GemmEpilogue::Activation, Activation::Relu},
      {7, 70, 830, false, true, 2, bias, GemmEpilogue::Derivative, Activation::Relu},
      // A large B, shared by many row tiles, whose rows of A lie a page apart.
      {240, 200, 1024, false, false, 0, bias, GemmEpilogue::Activation, Activation::Relu},
      {230, 210, 1000, true, true, 0, GemmInit::C, none, Activation::Linear},
  };
  for (const GemmCase& g : cases) testCase(kernels, g, workspace, numbers, report);
}

}  // namespace

void testGemm(const KernelTable& kernels, float* workspace, Report& report) {
  Numbers numbers;
  testTileEdges(kernels, workspace, numbers, report);
  testBlocks(kernels, workspace, numbers, report);
}

}  // namespace steepest

// Kernels on images give the portable kernels' bits, on images whose sides are no multiple of any tile.
#include <cstdio>
#include <cstring>
#include <vector>

#include "tests.h"

namespace steepest {
namespace {

constexpr int64_t kImages = 37;
constexpr int64_t kGroups = 3;
constexpr int64_t kLanesOfGroup = 16;
constexpr int64_t kChannels = 4;
constexpr int64_t kHeight = 9;
constexpr int64_t kWidth = 11;
/** A 3 × 2 kernel in two groups of channels, with strides 1 and 2. */
constexpr int64_t kFilters = 14;
constexpr int64_t kKernelH = 3;
constexpr int64_t kKernelW = 2;
constexpr int64_t kDilationH = 2;
constexpr int64_t kOutH = 7;
constexpr int64_t kOutW = 5;

/** An operand: rows × cols, of floats unless it is bytes. */
struct Shape {
  int64_t rows, cols;
  DType dtype;
};

struct Case {
  OpKind kind;
  std::vector<Shape> operands;
  std::vector<double> scalars;
  int64_t end;
};

Shape images(int64_t channels, int64_t height, int64_t width, DType dtype = DType::F32) {
  const int64_t pixels = height * width;
  // Planes keep off multiples of 2 KiB: see imagePlane in the contract.
  return {kGroups, channels * (pixels % 32 == 0 ? pixels + 1 : pixels) * kLanesOfGroup, dtype};
}

std::vector<Case> cases() {
  const Shape absent = {0, 0, DType::F32};
  const Shape in = images(kChannels, kHeight, kWidth);
  const Shape out = images(kFilters, kOutH, kOutW);
  const Shape rows = {kImages, kChannels * kHeight * kWidth, DType::F32};
  const Shape weights = {kKernelH * kKernelW * kChannels / 2, kFilters, DType::F32};
  const std::vector<double> image = {kChannels, kHeight, kWidth};
  const std::vector<double> conv = {kChannels, kHeight,      kWidth, kOutH, kOutW, kKernelH, kKernelW, 1,
                                    2,         kDilationH, 1,      1,     0,     2};
  const std::vector<double> pool = {kChannels, kHeight, kWidth, 3, 2, 2, 2, 1, 0, 5, 6};
  const Shape pooled = images(kChannels, 5, 6);
  const Shape half = images(kFilters, kOutH / 2, kOutW / 2);
  const Shape packed = {kGroups, kFilters * (kOutH / 2) * (kOutW / 2) * 4, DType::U8};
  // 3 × 3, a step at a time; one row of padding, and cells that are not whole.
  constexpr int64_t kOddH = kHeight - 1;
  constexpr int64_t kOddW = kWidth - 2;
  const std::vector<double> winograd = {kChannels, kHeight, kWidth, kOddH, kOddW, 3, 3, 1, 1, 1, 1, 1, 0, 1};
  const std::vector<double> inside = {kChannels, kHeight, kWidth, kHeight - 2, kWidth - 2, 3, 3, 1, 1, 1, 1, 0, 0, 1};
  const Shape insideHalf = images(kFilters, (kHeight - 2) / 2, (kWidth - 2) / 2);
  const Shape insidePacked = {kGroups, kFilters * ((kHeight - 2) / 2) * ((kWidth - 2) / 2) * 4, DType::U8};
  const Shape plain = {9 * kChannels, kFilters, DType::F32};
  const Shape points = {16 * kChannels, kFilters, DType::F32};
  const Shape odd = images(kFilters, kOddH, kOddW);
  const Shape oddHalf = images(kFilters, kOddH / 2, kOddW / 2);
  const Shape oddPacked = {kGroups, kFilters * (kOddH / 2) * (kOddW / 2) * 4, DType::U8};
  const Shape places = images(kChannels, 5, 6, DType::U8);
  const Shape windows = {kImages, kHeight + kWidth, DType::I32};
  // Everything within 9 × 11, through windows of 9 × 11: numbers below 6 are rows and columns of it.
  const std::vector<double> within = {kChannels, kHeight, kWidth, kHeight, kWidth, 1, 0.5, 0.25, 3};
  const Shape sums = {kGroups, 2 * kFilters, DType::F64};
  const Shape channels = {1, kFilters, DType::F32};
  const Shape moments = {1, 2 * kFilters, DType::F32};
  const Shape pixels = images(2, kOutH, kOutW);
  // Images as rows: outputs that fill no vector, that fill several with a rest, and one for each channel.
  const Shape filtered = {kImages, kFilters * kOutH * kOutW, DType::F32};
  const Shape pooledRows = {kImages, kChannels * 5 * 6, DType::F32};
  const Shape wide = {weights.rows, 70, DType::F32};
  constexpr int64_t kDeep = 53;
  const Shape deep = {kImages, kDeep * kHeight * kWidth, DType::F32};
  const Shape deepOut = {kImages, kDeep * kOutH * kOutW, DType::F32};
  const Shape perChannel = {kKernelH * kKernelW, kDeep, DType::F32};
  const std::vector<double> depthwise = {kDeep, kHeight,    kWidth, kOutH, kOutW, kKernelH, kKernelW, 1,
                                         2,     kDilationH, 1,      1,     0,     kDeep,    5,        0.5};
  const auto with = [](std::vector<double> list, std::initializer_list<double> more) {
    list.insert(list.end(), more);
    return list;
  };
  return {
      {OpKind::GatherImages, {rows, absent, in}, with(image, {1, 0.5, 0.25}), kGroups},
      {OpKind::PadImages, {in, images(kChannels, 19, 12)}, with(image, {1, 1, 19, 12}), kGroups},
      {OpKind::Conv2d, {in, weights, {1, kFilters, DType::F32}, out}, with(conv, {6, 0}), kGroups},
      {OpKind::Conv2dInput, {out, weights, in, in}, with(conv, {5, 0}), kGroups},
      {OpKind::Conv2dWeights, {in, out, weights}, conv, weights.rows},
      {OpKind::Conv2dMaxPool, {in, weights, absent, half, packed}, with(conv, {1, 0}), kGroups},
      {OpKind::Conv2dWinograd, {in, plain, {1, kFilters, DType::F32}, odd}, with(winograd, {6, 0, 1}), kGroups},
      {OpKind::Conv2dWinograd, {in, plain, {1, kFilters, DType::F32}, odd}, with(winograd, {6, 0, 2}), kGroups},
      {OpKind::Conv2dMaxPoolWinograd, {in, plain, absent, oddHalf, oddPacked}, with(winograd, {1, 0, 1}), kGroups},
      {OpKind::Conv2dMaxPoolWinograd, {in, plain, absent, oddHalf, oddPacked}, with(winograd, {1, 0, 2}), kGroups},
      {OpKind::Conv2dInputWinograd, {odd, plain, in, in}, with(winograd, {5, 0, 1}), kGroups},
      {OpKind::Conv2dInputWinograd, {odd, plain, in, in}, with(winograd, {5, 0, 2}), kGroups},
      {OpKind::Conv2dWeightsWinograd, {in, odd, points}, winograd, points.rows},
      {OpKind::WinogradGradient, {points, plain}, {}, plain.rows},
      {OpKind::Conv2dMaxPoolWeights, {in, insideHalf, insidePacked, plain}, inside, plain.rows},
      {OpKind::MaxPool2x2Backward, {half, packed, half, out}, {kFilters, kOutH, kOutW, 6, 0}, kGroups},
      {OpKind::ChannelSums, {out, {1, kFilters, DType::F32}}, {kOutH, kOutW}, kFilters},
      {OpKind::MaxPool2d, {in, pooled, places}, pool, kGroups},
      {OpKind::MaxPool2dBackward, {pooled, places, pooled, in}, with(pool, {6, 0}), kGroups},
      {OpKind::AveragePool2d, {in, pooled}, pool, kGroups},
      {OpKind::AveragePool2dBackward, {pooled, in}, pool, kGroups},
      {OpKind::PadRows, {rows, {kImages, kChannels * 19 * 12, DType::F32}}, with(image, {1, 1, 19, 12}), kImages},
      {OpKind::Conv2dRows, {rows, weights, {1, kFilters, DType::F32}, filtered}, with(conv, {6, 0}), kImages},
      {OpKind::Conv2dRows, {rows, wide, absent, {kImages, 70 * kOutH * kOutW, DType::F32}}, with(conv, {1, 0}), kImages},
      {OpKind::Conv2dRows, {deep, perChannel, absent, deepOut}, depthwise, kImages},
      {OpKind::MaxPool2dRows, {rows, pooledRows}, with(pool, {6, 0}), kImages},
      {OpKind::AveragePool2dRows, {rows, pooledRows}, pool, kImages},
      {OpKind::ImagesToRows, {in, rows}, image, kGroups},
      {OpKind::RowsToImages, {rows, in, in}, with(image, {1, 0}), kGroups},
      {OpKind::DrawWindows, {absent, windows}, {20, 30, kHeight, kWidth, -3, 20, -5, 30, 0, 1, 1, 7, 9}, kImages},
      {OpKind::DrawWindows, {windows, windows}, {kHeight, kWidth, kHeight, kWidth, -9, 30, -5, 9, 2, 1, 1, 7, 9}, kImages},
      {OpKind::GatherWindows, {rows, absent, windows, rows}, within, kImages},
      {OpKind::GatherImageWindows, {rows, absent, windows, in}, within, kGroups},
      {OpKind::GroupMoments, {out, absent, sums}, {kOutH * kOutW}, kGroups},
      {OpKind::GroupMoments, {out, out, sums}, {kOutH * kOutW}, kGroups},
      {OpKind::Normalize, {out, moments, channels, channels, out}, {kOutH * kOutW, 1, 0}, kGroups},
      {OpKind::Normalize, {out, moments, absent, absent, out}, {kOutH * kOutW, 6, 0}, kGroups},
      {OpKind::NormalizeBackward, {out, out, moments, moments, channels, out}, {kOutH * kOutW}, kGroups},
      {OpKind::LayerNorm, {out, channels, channels, out, pixels}, {kOutH * kOutW, kFilters, 1e-3}, kGroups},
      {OpKind::LayerNormBackward, {out, out, pixels, channels, out, sums}, {kOutH * kOutW, kFilters}, kGroups},
  };
}

size_t bytesOf(const Shape& shape) {
  const size_t size = shape.dtype == DType::U8 ? 1 : shape.dtype == DType::F64 ? sizeof(double) : sizeof(float);
  return static_cast<size_t>(shape.rows * shape.cols) * size;
}

/** All operands' bytes after a run from the same start. */
std::vector<std::vector<uint8_t>> run(const KernelTable& kernels, const Case& test) {
  Numbers numbers;
  double registers[kRegisterCount] = {};
  OpArgs args = {};
  args.registers = registers;
  args.batchRows = kImages;
  std::vector<float> workspace(kWorkspaceFloats);
  args.workspace = workspace.data();
  std::vector<std::vector<uint8_t>> memory;
  for (size_t i = 0; i < test.operands.size(); ++i) {
    const Shape& shape = test.operands[i];
    memory.emplace_back(bytesOf(shape));
    std::vector<uint8_t>& bytes = memory.back();
    if (shape.dtype == DType::I32) {
      for (size_t at = 0; at < bytes.size(); at += sizeof(int32_t)) {
        const int32_t value = static_cast<int32_t>(numbers.word() % 7) - 1;
        std::memcpy(&bytes[at], &value, sizeof value);
      }
    } else if (shape.dtype == DType::U8) {
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(numbers.word() % 6);
    } else {
      for (size_t at = 0; at < bytes.size(); at += sizeof(float)) {
        const float value = numbers.next();
        std::memcpy(&bytes[at], &value, sizeof value);
      }
    }
    if (shape.rows > 0) args.operands[i] = {bytes.data(), shape.rows, shape.cols, shape.cols, 1, shape.dtype};
  }
  for (size_t i = 0; i < test.scalars.size(); ++i) {
    args.scalars[i] = test.scalars[i];
    args.scalarsF[i] = static_cast<float>(test.scalars[i]);
  }
  kernels.ops[static_cast<int>(test.kind)](args, 0, test.end);
  return memory;
}

}  // namespace

void testImages(const KernelTable& kernels, const KernelTable& portable, Report& report) {
  for (const Case& test : cases()) {
    report.check(run(kernels, test) == run(portable, test), kernels.isa, kOpSchemas[static_cast<int>(test.kind)].name);
  }
}

}  // namespace steepest

// The sides of a convolution: which kernel elements meet the image from where. Taps outside the image are left out, so that no
// padding has to be copied or multiplied; pixels that meet the same taps are computed together.
#pragma once
#include "../kernel.inl"
#include "../images/images.inl"

/** One side of a convolution: sizes of x and y, the kernel and its steps, rows or columns of padding before x. */
struct ConvAxis {
  int64_t in, out, kernel, stride, dilation, before;

  /** True if every kernel element meets x from every position of y. */
  bool isInside() const { return before == 0 && (out - 1) * stride + (kernel - 1) * dilation < in; }
};

/** Kernel elements tap, tap + tapStep, … that one position meets, the first of them at position `at` of the other image. */
struct AxisTaps {
  int64_t tap, taps, at;
};

/** Positions first, first + step, … that meet the same kernel elements. */
struct AxisRun {
  int64_t first, step, count;
  int64_t tap, tapStep, taps;
  /** Where the first of them meets its first element; the way from element to element, and from position to position. */
  int64_t at, atTap, atPosition;
};

/** ⌈a / b⌉ for b > 0 and any a above 0; 0 for others. */
inline int64_t ceilDivide(int64_t a, int64_t b) { return a > 0 ? (a + b - 1) / b : 0; }

/** What position p of y meets in x. */
inline AxisTaps forwardTaps(const ConvAxis& axis, int64_t p) {
  if (axis.isInside()) return {0, axis.kernel, p * axis.stride};
  const int64_t start = p * axis.stride - axis.before;
  const int64_t tap = ceilDivide(-start, axis.dilation);
  const int64_t room = axis.in - 1 - start;
  const int64_t end = room < 0 ? 0 : room / axis.dilation + 1;
  const int64_t last = end < axis.kernel ? end : axis.kernel;
  return {tap, last > tap ? last - tap : 0, start + tap * axis.dilation};
}

/** Positions of y from which kernel element `tap` meets x: [first, last). */
inline void tapReach(const ConvAxis& axis, int64_t tap, int64_t& first, int64_t& last) {
  const int64_t start = tap * axis.dilation - axis.before;
  first = ceilDivide(-start, axis.stride);
  const int64_t room = axis.in - 1 - start;
  last = room < 0 ? 0 : room / axis.stride + 1;
  if (last > axis.out) last = axis.out;
  if (first > last) first = last;
}

/** The runs of one side, one after the other: of y (forward), or of x and what reaches it from y (backward). */
class AxisRuns {
 public:
  AxisRuns(const ConvAxis& axis, bool isBackward) : axis_(axis), isBackward_(isBackward) {}

  bool next(AxisRun& run) { return isBackward_ ? nextBackward(run) : nextForward(run); }

 private:
  bool nextForward(AxisRun& run) {
    if (position_ >= axis_.out) return false;
    const AxisTaps taps = forwardTaps(axis_, position_);
    int64_t end = position_ + 1;
    while (end < axis_.out && same(forwardTaps(axis_, end), taps)) ++end;
    run = {position_, 1, end - position_, taps.tap, 1, taps.taps, taps.at, axis_.dilation, axis_.stride};
    position_ = end;
    return true;
  }

  /** Positions phase, phase + stride, … meet the same residues of kernel elements, further on in y by one each. */
  bool nextBackward(AxisRun& run) {
    while (position_ >= axis_.in) {
      if (++phase_ >= axis_.stride || phase_ >= axis_.in) return false;
      position_ = phase_;
    }
    const AxisTaps taps = backwardTaps(position_);
    int64_t end = position_ + axis_.stride;
    int64_t count = 1;
    while (end < axis_.in && same(backwardTaps(end), taps)) {
      end += axis_.stride;
      ++count;
    }
    const int64_t step = tapStep();
    run = {position_, axis_.stride, count, taps.tap, step, taps.taps, taps.at, -(step * axis_.dilation / axis_.stride), 1};
    position_ = end;
    return true;
  }

  static bool same(const AxisTaps& a, const AxisTaps& b) { return a.taps == b.taps && (a.taps == 0 || a.tap == b.tap); }

  /** Kernel elements that meet the same position from whole positions of y are this far apart. */
  int64_t tapStep() const {
    int64_t step = 1;
    while (step * axis_.dilation % axis_.stride != 0) ++step;
    return step;
  }

  AxisTaps backwardTaps(int64_t v) const {
    const int64_t step = tapStep();
    int64_t tap = 0;
    while (tap < step && (v + axis_.before - tap * axis_.dilation) % axis_.stride != 0) ++tap;
    if (tap == step || tap >= axis_.kernel) return {0, 0, 0};
    const int64_t back = step * axis_.dilation / axis_.stride;
    // The element's position in y; those of the following elements are `back` apart, towards 0.
    int64_t at = v + axis_.before - tap * axis_.dilation;
    if (at < 0) return {0, 0, 0};
    at /= axis_.stride;
    const int64_t skip = ceilDivide(at - axis_.out + 1, back);
    const int64_t inside = at / back + 1;
    const int64_t all = (axis_.kernel - tap + step - 1) / step;
    const int64_t last = inside < all ? inside : all;
    return {tap + skip * step, last > skip ? last - skip : 0, at - skip * back};
  }

  const ConvAxis& axis_;
  const bool isBackward_;
  int64_t position_ = 0;
  int64_t phase_ = 0;
};

/** A convolution: all its ops have these scalars first. */
struct ConvShape {
  ImageShape in, out;
  ConvAxis rows, columns;
  int64_t groups;
  /** Channels of x and of y in one of the groups of channels. */
  int64_t groupIn, groupOut;
};

/** `outputs`: channels of y. */
inline ConvShape convShape(const OpArgs& args, int64_t outputs) {
  using namespace op_conv2d;
  const auto n = [&](int scalar) { return scalarInt(args, scalar); };
  ConvShape s = {};
  s.in = imageShape(args, channels_, height_, width_);
  s.out = {outputs, n(outHeight_), n(outWidth_)};
  s.rows = {s.in.height, s.out.height, n(kernelH_), n(strideH_), n(dilationH_), n(top_)};
  s.columns = {s.in.width, s.out.width, n(kernelW_), n(strideW_), n(dilationW_), n(left_)};
  s.groups = n(groups_);
  s.groupIn = s.in.channels / s.groups;
  s.groupOut = outputs / s.groups;
  return s;
}

/** Cuts `count` into the fewest pieces of at most `most`, of sizes that differ by one at most. */
inline int64_t evenPiece(int64_t count, int64_t most, int64_t piece) {
  const int64_t pieces = (count + most - 1) / most;
  return count * piece / pieces;
}
inline int64_t pieceCount(int64_t count, int64_t most) { return (count + most - 1) / most; }

// The transforms of Winograd's minimal filtering F(side × side, 3 × 3) along one side: of the image, of the kernel, of the
// products. "Fast Algorithms for Convolutional Neural Networks", Lavin & Gray 2015, §4; see the contract for the points.
#pragma once
#include "../kernel.inl"

template <int cell> struct Winograd;

/** F(2, 3), with the points 0, 1, −1 and ∞. */
template <> struct Winograd<2> {
  static constexpr int kSide = 4;
  /** The rows of Bᵀ come in parts that registers hold for a whole tile. */
  static constexpr int kParts = 1;
  static constexpr int kPartRows = kSide / kParts;
  /** Tiles that are transformed at a time, neighbours in a row. */
  static constexpr int64_t kTiles = 4;

  /** A part of Bᵀ on four values. */
  template <int part> static STEEPEST_INLINE void image(const F (&d)[kSide], F* to) {
    to[0] = sub(d[0], d[2]);
    to[1] = add(d[1], d[2]);
    to[2] = sub(d[2], d[1]);
    to[3] = sub(d[3], d[1]);
  }

  /** G on three values. */
  static STEEPEST_INLINE void kernel(F a, F b, F c, F (&to)[kSide]) {
    const F half = splat(0.5f);
    const F ends = add(a, c);
    to[0] = a;
    to[1] = mul(add(ends, b), half);
    to[2] = mul(sub(ends, b), half);
    to[3] = c;
  }

  /** Aᵀ on four values, down a column. */
  static STEEPEST_INLINE void down(const F (&m)[kSide], F (&to)[2]) {
    to[0] = add(add(m[0], m[1]), m[2]);
    to[1] = add(sub(m[1], m[2]), m[3]);
  }

  /** Along a row. A bias is in the products already. */
  static STEEPEST_INLINE void across(const F (&m)[kSide], F, F (&to)[2]) { down(m, to); }
};

/** F(4, 3), with the points 0, ±a, ±b and ∞ for a = 5/8 and b = 3/2: powers up to b³ are exact in float32. */
template <> struct Winograd<4> {
  static constexpr int kSide = 6;
  static constexpr int kParts = 2;
  static constexpr int kPartRows = kSide / kParts;
  static constexpr int64_t kTiles = 2;

  static constexpr float a1 = 0.625f;
  static constexpr float a2 = a1 * a1;
  static constexpr float a3 = a2 * a1;
  static constexpr float b1 = 1.5f;
  static constexpr float b2 = b1 * b1;
  static constexpr float b3 = b2 * b1;
  static constexpr double kApart = 2.0 * (static_cast<double>(a2) - b2);
  /** G's rows of 0, ±a and ±b: factors of the first, second and third value. */
  static constexpr float kZero = static_cast<float>(1.0 / (static_cast<double>(a2) * b2));
  static constexpr float kA[] = {static_cast<float>(1.0 / (a2 * kApart)), static_cast<float>(1.0 / (a1 * kApart)),
                                 static_cast<float>(1.0 / kApart)};
  static constexpr float kB[] = {static_cast<float>(-1.0 / (b2 * kApart)), static_cast<float>(-1.0 / (b1 * kApart)),
                                 static_cast<float>(-1.0 / kApart)};

  /** Bᵀ on six values: rows of 0, a and −a, then those of b, −b and ∞. */
  template <int part> static STEEPEST_INLINE void image(const F (&d)[kSide], F* to) {
    const F outer = splat(a2 * b2);
    const F inner = splat(-(a2 + b2));
    const F square = splat(part == 0 ? -b2 : -a2);
    const F even = fma(square, d[2], d[4]);
    const F odd = fma(square, d[1], d[3]);
    const F point = splat(part == 0 ? a1 : b1);
    const F left = fma(point, odd, even);
    const F right = fma(splat(part == 0 ? -a1 : -b1), odd, even);
    if (part == 0) {
      to[0] = fma(outer, d[0], fma(inner, d[2], d[4]));
      to[1] = left;
      to[2] = right;
    } else {
      to[0] = left;
      to[1] = right;
      to[2] = fma(outer, d[1], fma(inner, d[3], d[5]));
    }
  }

  static STEEPEST_INLINE void kernel(F a, F b, F c, F (&to)[kSide]) {
    const F ends = fma(splat(kA[2]), c, mul(splat(kA[0]), a));
    const F far = fma(splat(kB[2]), c, mul(splat(kB[0]), a));
    to[0] = mul(splat(kZero), a);
    to[1] = fma(splat(kA[1]), b, ends);
    to[2] = fma(splat(-kA[1]), b, ends);
    to[3] = fma(splat(kB[1]), b, far);
    to[4] = fma(splat(-kB[1]), b, far);
    to[5] = c;
  }

  static STEEPEST_INLINE void down(const F (&m)[kSide], F (&to)[4]) {
    const F nearSum = add(m[1], m[2]);
    const F nearGap = sub(m[1], m[2]);
    const F farSum = add(m[3], m[4]);
    const F farGap = sub(m[3], m[4]);
    to[0] = add(add(m[0], nearSum), farSum);
    to[1] = fma(splat(b1), farGap, mul(splat(a1), nearGap));
    to[2] = fma(splat(b2), farSum, mul(splat(a2), nearSum));
    to[3] = fma(splat(b3), farGap, fma(splat(a3), nearGap, m[5]));
  }

  /** No product reaches all outputs, so a bias starts each of them here. */
  static STEEPEST_INLINE void across(const F (&m)[kSide], F bias, F (&to)[4]) {
    const F nearSum = add(m[1], m[2]);
    const F nearGap = sub(m[1], m[2]);
    const F farSum = add(m[3], m[4]);
    const F farGap = sub(m[3], m[4]);
    to[0] = add(add(add(bias, m[0]), nearSum), farSum);
    to[1] = fma(splat(b1), farGap, fma(splat(a1), nearGap, bias));
    to[2] = fma(splat(b2), farSum, fma(splat(a2), nearSum, bias));
    to[3] = fma(splat(b3), farGap, fma(splat(a3), nearGap, add(bias, m[5])));
  }
};

// Tiles of kLanes × kLanes floats, transposed in registers where the instruction set can.
#pragma once
#include "kernel.inl"

#if defined(STEEPEST_ISA_AVX512)

/** Rows become columns in three rounds of shuffles: pairs, quads, then 128-bit blocks. */
inline void transpose(F (&rows)[kLanes]) {
  F quads[kLanes];
  STEEPEST_UNROLL
  for (int i = 0; i < kLanes; i += 4) {
    const __m512d low0 = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
    const __m512d high0 = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
    const __m512d low1 = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
    const __m512d high1 = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
    // Block b of quads[i + c] holds column 4b + c of rows i … i+3.
    quads[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(low0, low1));
    quads[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low0, low1));
    quads[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high0, high1));
    quads[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high0, high1));
  }
  constexpr int kEven = 0x88;  // Blocks 0 and 2 of each operand.
  constexpr int kOdd = 0xdd;   // Blocks 1 and 3.
  STEEPEST_UNROLL
  for (int c = 0; c < 4; ++c) {
    const F even0 = _mm512_shuffle_f32x4(quads[c], quads[4 + c], kEven);
    const F even1 = _mm512_shuffle_f32x4(quads[8 + c], quads[12 + c], kEven);
    const F odd0 = _mm512_shuffle_f32x4(quads[c], quads[4 + c], kOdd);
    const F odd1 = _mm512_shuffle_f32x4(quads[8 + c], quads[12 + c], kOdd);
    rows[c] = _mm512_shuffle_f32x4(even0, even1, kEven);
    rows[4 + c] = _mm512_shuffle_f32x4(odd0, odd1, kEven);
    rows[8 + c] = _mm512_shuffle_f32x4(even0, even1, kOdd);
    rows[12 + c] = _mm512_shuffle_f32x4(odd0, odd1, kOdd);
  }
}

#elif defined(STEEPEST_ISA_AVX2)

/** Rows become columns in three rounds of shuffles: pairs, quads, then 128-bit halves. */
inline void transpose(F (&rows)[kLanes]) {
  F quads[kLanes];
  STEEPEST_UNROLL
  for (int i = 0; i < kLanes; i += 4) {
    const __m256d low0 = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i], rows[i + 1]));
    const __m256d high0 = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i], rows[i + 1]));
    const __m256d low1 = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i + 2], rows[i + 3]));
    const __m256d high1 = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i + 2], rows[i + 3]));
    // Half h of quads[i + c] holds column 4h + c of rows i … i+3.
    quads[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(low0, low1));
    quads[i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low0, low1));
    quads[i + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high0, high1));
    quads[i + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high0, high1));
  }
  constexpr int kLower = 0x20;  // The lower half of each operand.
  constexpr int kUpper = 0x31;
  STEEPEST_UNROLL
  for (int c = 0; c < 4; ++c) {
    rows[c] = _mm256_permute2f128_ps(quads[c], quads[4 + c], kLower);
    rows[4 + c] = _mm256_permute2f128_ps(quads[c], quads[4 + c], kUpper);
  }
}

#else

inline void transpose(F (&rows)[kLanes]) {
  float tile[kLanes][kLanes];
  for (int i = 0; i < kLanes; ++i) store(tile[i], rows[i]);
  for (int i = 0; i < kLanes; ++i) {
    float column[kLanes];
    for (int j = 0; j < kLanes; ++j) column[j] = tile[j][i];
    rows[i] = load(column);
  }
}

#endif

/** to[j][i] = from[i][j] for i < rows, j < cols, both kLanes at most; strides in elements. */
template <bool whole>
inline void transposeTile(const float* from, int64_t fromStride, float* to, int64_t toStride, int rows, int cols) {
  F tile[kLanes];
  STEEPEST_UNROLL
  for (int i = 0; i < kLanes; ++i) {
    if (whole) {
      tile[i] = load(from + i * fromStride);
    } else {
      tile[i] = i < rows ? loadN(from + i * fromStride, cols) : zero();
    }
  }
  transpose(tile);
  STEEPEST_UNROLL
  for (int j = 0; j < kLanes; ++j) {
    if (whole) {
      store(to + j * toStride, tile[j]);
    } else if (j < cols) {
      storeN(to + j * toStride, tile[j], rows);
    }
  }
}

/** to[j][i] = from[i][j] for i < rows, j < cols. Not inlined: every kind of update would have a copy of it. */
STEEPEST_NOINLINE void transposeMatrix(const float* from, int64_t fromStride, float* to, int64_t toStride,
                                       int64_t rows, int64_t cols) {
  for (int64_t i = 0; i < rows; i += kLanes) {
    const int height = static_cast<int>(rows - i < kLanes ? rows - i : kLanes);
    for (int64_t j = 0; j < cols; j += kLanes) {
      const int width = static_cast<int>(cols - j < kLanes ? cols - j : kLanes);
      const float* corner = from + i * fromStride + j;
      float* turned = to + j * toStride + i;
      if (height == kLanes && width == kLanes) {
        transposeTile<true>(corner, fromStride, turned, toStride, height, width);
      } else {
        transposeTile<false>(corner, fromStride, turned, toStride, height, width);
      }
    }
  }
}

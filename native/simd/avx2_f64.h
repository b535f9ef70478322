// The float64 vector API on AVX2 and FMA: 4 lanes. See README.md for what each function means.
// Included inside `namespace steepest::avx2`, inside a region compiled for these features.

constexpr int kDLanes = 4;
using D = __m256d;
using MD = __m256d;  // All bits of a lane are set where it is true.

// Four times all ones, then four zeros: a load from `kMaskTableD + 4 - n` has the first n lanes set.
alignas(64) constexpr int64_t kMaskTableD[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
inline __m256i firstDNI(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMaskTableD + 4 - n));
}
inline MD firstDN(int n) { return _mm256_castsi256_pd(firstDNI(n)); }
inline D loadD(const double* p) { return _mm256_loadu_pd(p); }
inline D loadDN(const double* p, int n) { return _mm256_maskload_pd(p, firstDNI(n)); }
inline void storeD(double* p, D v) { _mm256_storeu_pd(p, v); }
inline void storeDN(double* p, D v, int n) { _mm256_maskstore_pd(p, firstDNI(n), v); }
inline D splatD(double v) { return _mm256_set1_pd(v); }

inline D addD(D a, D b) { return _mm256_add_pd(a, b); }
inline D subD(D a, D b) { return _mm256_sub_pd(a, b); }
inline D mulD(D a, D b) { return _mm256_mul_pd(a, b); }
inline D divD(D a, D b) { return _mm256_div_pd(a, b); }
inline D fmaD(D a, D b, D c) { return _mm256_fmadd_pd(a, b, c); }
inline D sqrtD(D a) { return _mm256_sqrt_pd(a); }
inline D absD(D a) { return _mm256_andnot_pd(splatD(-0.0), a); }
inline MD ltD(D a, D b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
inline MD eqD(D a, D b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
inline D selectD(MD m, D yes, D no) { return _mm256_blendv_pd(no, yes, m); }

// The masks of float32 and int32 loads of four lanes: the lower halves of the eight-lane ones.
inline __m128i firstDN32(int n) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMaskTable + 8 - n)); }
inline D loadF32D(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
inline D loadF32DN(const float* p, int n) { return _mm256_cvtps_pd(_mm_maskload_ps(p, firstDN32(n))); }
inline D loadI32DN(const int32_t* p, int n) { return _mm256_cvtepi32_pd(_mm_maskload_epi32(p, firstDN32(n))); }
inline D loadU8D(const uint8_t* p) {
  int32_t bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes)));
}
inline D loadU8DN(const uint8_t* p, int n) {
  uint8_t bytes[kDLanes] = {};
  for (int i = 0; i < n; ++i) bytes[i] = p[i];
  return loadU8D(bytes);
}

inline D pow2D(D shifted) {
  const __m256i bits = _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52);
  return _mm256_castsi256_pd(_mm256_add_epi64(bits, _mm256_castpd_si256(splatD(1.0))));
}
inline D exponentD(D a) {
  const __m256i biased = _mm256_srli_epi64(_mm256_castpd_si256(a), 52);
  return subD(_mm256_or_pd(_mm256_castsi256_pd(biased), splatD(kTwo52)), splatD(kTwo52 + 1023));
}
inline D mantissaD(D a) {
  const __m256i fraction = _mm256_and_si256(_mm256_castpd_si256(a), _mm256_set1_epi64x(kFractionBits));
  return _mm256_or_pd(_mm256_castsi256_pd(fraction), splatD(1.0));
}

inline double sumTreeD(D a) {
  const __m128d by2 = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
  return _mm_cvtsd_f64(_mm_add_sd(by2, _mm_unpackhi_pd(by2, by2)));
}

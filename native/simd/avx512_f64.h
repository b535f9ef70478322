// The float64 vector API on AVX-512: 8 lanes. See README.md for what each function means.
// Included inside `namespace steepest::avx512`, inside a region compiled for these features.

constexpr int kDLanes = 8;
using D = __m512d;
using MD = __mmask8;

inline MD firstDN(int n) { return static_cast<MD>((1u << n) - 1u); }
inline D loadD(const double* p) { return _mm512_loadu_pd(p); }
inline D loadDN(const double* p, int n) { return _mm512_maskz_loadu_pd(firstDN(n), p); }
inline void storeD(double* p, D v) { _mm512_storeu_pd(p, v); }
inline void storeDN(double* p, D v, int n) { _mm512_mask_storeu_pd(p, firstDN(n), v); }
inline D splatD(double v) { return _mm512_set1_pd(v); }

inline D addD(D a, D b) { return _mm512_add_pd(a, b); }
inline D subD(D a, D b) { return _mm512_sub_pd(a, b); }
inline D mulD(D a, D b) { return _mm512_mul_pd(a, b); }
inline D divD(D a, D b) { return _mm512_div_pd(a, b); }
inline D fmaD(D a, D b, D c) { return _mm512_fmadd_pd(a, b, c); }
inline D sqrtD(D a) { return _mm512_sqrt_pd(a); }
inline D absD(D a) { return _mm512_abs_pd(a); }
inline MD ltD(D a, D b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
inline MD eqD(D a, D b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
inline D selectD(MD m, D yes, D no) { return _mm512_mask_blend_pd(m, no, yes); }

inline D loadF32D(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
inline D loadF32DN(const float* p, int n) { return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(firstDN(n), p)); }
inline D loadI32DN(const int32_t* p, int n) { return _mm512_cvtepi32_pd(_mm256_maskz_loadu_epi32(firstDN(n), p)); }
inline D loadU8D(const uint8_t* p) {
  return _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline D loadU8DN(const uint8_t* p, int n) {
  return _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_maskz_loadu_epi8(firstDN(n), p)));
}

inline D pow2D(D shifted) {
  const __m512i bits = _mm512_slli_epi64(_mm512_castpd_si512(shifted), 52);
  return _mm512_castsi512_pd(_mm512_add_epi64(bits, _mm512_castpd_si512(splatD(1.0))));
}
inline D exponentD(D a) {
  const __m512i biased = _mm512_srli_epi64(_mm512_castpd_si512(a), 52);
  return subD(_mm512_castsi512_pd(_mm512_or_si512(biased, _mm512_castpd_si512(splatD(kTwo52)))), splatD(kTwo52 + 1023));
}
inline D mantissaD(D a) {
  const __m512i fraction = _mm512_and_si512(_mm512_castpd_si512(a), _mm512_set1_epi64(kFractionBits));
  return _mm512_castsi512_pd(_mm512_or_si512(fraction, _mm512_castpd_si512(splatD(1.0))));
}

inline double sumTreeD(D a) {
  const __m256d by4 = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
  const __m128d by2 = _mm_add_pd(_mm256_castpd256_pd128(by4), _mm256_extractf128_pd(by4, 1));
  return _mm_cvtsd_f64(_mm_add_sd(by2, _mm_unpackhi_pd(by2, by2)));
}

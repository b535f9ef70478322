// The vector API on AVX-512 (F, VL, DQ, BW): 16 lanes. See simd/README.md for what each function means.
// Included inside `namespace steepest::avx512`, inside a region compiled for these features.
#define STEEPEST_ISA_AVX512 1

constexpr int kLanes = 16;
using F = __m512;
using I = __m512i;
using M = __mmask16;

inline M firstN(int n) { return static_cast<M>((1u << n) - 1u); }
inline uint32_t laneBits(M m) { return m; }
inline M ofLaneBits(uint32_t bits) { return static_cast<M>(bits); }

inline F load(const float* p) { return _mm512_loadu_ps(p); }
inline F loadN(const float* p, int n) { return _mm512_maskz_loadu_ps(firstN(n), p); }
inline void store(float* p, F v) { _mm512_storeu_ps(p, v); }
inline void storeN(float* p, F v, int n) { _mm512_mask_storeu_ps(p, firstN(n), v); }
inline F splat(float v) { return _mm512_set1_ps(v); }
inline F broadcastLoad(const float* p) { return _mm512_set1_ps(*p); }
inline F zero() { return _mm512_setzero_ps(); }

inline F add(F a, F b) { return _mm512_add_ps(a, b); }
inline F sub(F a, F b) { return _mm512_sub_ps(a, b); }
inline F mul(F a, F b) { return _mm512_mul_ps(a, b); }
inline F div(F a, F b) { return _mm512_div_ps(a, b); }
inline F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
inline float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
inline F sqrt(F a) { return _mm512_sqrt_ps(a); }

inline I asInt(F a) { return _mm512_castps_si512(a); }
inline F asFloat(I a) { return _mm512_castsi512_ps(a); }
inline I splatI(int32_t v) { return _mm512_set1_epi32(v); }
inline I addI(I a, I b) { return _mm512_add_epi32(a, b); }
inline I subI(I a, I b) { return _mm512_sub_epi32(a, b); }
inline I mulloI(I a, I b) { return _mm512_mullo_epi32(a, b); }
inline I andI(I a, I b) { return _mm512_and_si512(a, b); }
inline I orI(I a, I b) { return _mm512_or_si512(a, b); }
inline I xorI(I a, I b) { return _mm512_xor_si512(a, b); }
template <int k> inline I shl(I a) { return _mm512_slli_epi32(a, k); }
template <int k> inline I shrLogical(I a) { return _mm512_srli_epi32(a, k); }
template <int k> inline I shrArith(I a) { return _mm512_srai_epi32(a, k); }
template <int k> inline I rotl(I a) { return _mm512_rol_epi32(a, k); }
inline I maxU(I a, I b) { return _mm512_max_epu32(a, b); }
inline I iota() { return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }
inline F toFloat(I a) { return _mm512_cvtepi32_ps(a); }
inline I toInt(F a) { return _mm512_cvttps_epi32(a); }
inline I loadI(const int32_t* p) { return _mm512_loadu_si512(p); }
inline I loadIN(const int32_t* p, int n) { return _mm512_maskz_loadu_epi32(firstN(n), p); }
inline void storeI(int32_t* p, I v) { _mm512_storeu_si512(p, v); }
inline void storeIN(int32_t* p, I v, int n) { _mm512_mask_storeu_epi32(p, firstN(n), v); }

inline F neg(F a) { return asFloat(xorI(asInt(a), splatI(INT32_MIN))); }
inline F abs(F a) { return asFloat(andI(asInt(a), splatI(INT32_MAX))); }
inline F whereBits(F a, int32_t bits) {
  return _mm512_maskz_mov_ps(_mm512_test_epi32_mask(asInt(a), splatI(bits)), a);
}

inline M lt(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline M le(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline M gt(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
inline M ge(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
inline M eq(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
inline M isNan(F a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
inline M geU(I a, I b) { return _mm512_cmpge_epu32_mask(a, b); }
inline M ltI(I a, I b) { return _mm512_cmplt_epi32_mask(a, b); }
inline M eqI(I a, I b) { return _mm512_cmpeq_epi32_mask(a, b); }
inline M andM(M a, M b) { return static_cast<M>(a & b); }
inline M orM(M a, M b) { return static_cast<M>(a | b); }
inline M notM(M a) { return static_cast<M>(~a); }
inline bool any(M a) { return a != 0; }
inline F select(M m, F yes, F no) { return _mm512_mask_blend_ps(m, no, yes); }
inline I select(M m, I yes, I no) { return _mm512_mask_blend_epi32(m, no, yes); }

inline F loadU8(const uint8_t* p) {
  return toFloat(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
inline F ofBytes(uint64_t low, uint64_t high) {
  return toFloat(_mm512_cvtepu8_epi32(_mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low))));
}
inline F loadU8N(const uint8_t* p, int n) {
  return toFloat(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(firstN(n), p)));
}

inline float sumTree(F a) {
  const __m256 by8 = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  const __m128 by4 = _mm_add_ps(_mm256_castps256_ps128(by8), _mm256_extractf128_ps(by8, 1));
  const __m128 by2 = _mm_add_ps(by4, _mm_movehl_ps(by4, by4));
  return _mm_cvtss_f32(_mm_add_ss(by2, _mm_movehdup_ps(by2)));
}

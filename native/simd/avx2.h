// The vector API on AVX2 and FMA: 8 lanes. See simd/README.md for what each function means.
// Included inside `namespace steepest::avx2`, inside a region compiled for these features.
#define STEEPEST_ISA_AVX2 1

constexpr int kLanes = 8;
using F = __m256;
using I = __m256i;
using M = __m256;  // All bits of a lane are set where it is true.

// Eight ones, then eight zeros: a load from `kMaskTable + 8 - n` has the first n lanes set.
alignas(64) constexpr int32_t kMaskTable[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
inline I firstNI(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMaskTable + 8 - n));
}
inline M firstN(int n) { return _mm256_castsi256_ps(firstNI(n)); }

inline F load(const float* p) { return _mm256_loadu_ps(p); }
inline F loadN(const float* p, int n) { return _mm256_maskload_ps(p, firstNI(n)); }
inline void store(float* p, F v) { _mm256_storeu_ps(p, v); }
inline void storeN(float* p, F v, int n) { _mm256_maskstore_ps(p, firstNI(n), v); }
inline F splat(float v) { return _mm256_set1_ps(v); }
inline F broadcastLoad(const float* p) { return _mm256_broadcast_ss(p); }
inline F zero() { return _mm256_setzero_ps(); }

inline F add(F a, F b) { return _mm256_add_ps(a, b); }
inline F sub(F a, F b) { return _mm256_sub_ps(a, b); }
inline F mul(F a, F b) { return _mm256_mul_ps(a, b); }
inline F div(F a, F b) { return _mm256_div_ps(a, b); }
inline F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
inline float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
inline F sqrt(F a) { return _mm256_sqrt_ps(a); }

inline I asInt(F a) { return _mm256_castps_si256(a); }
inline F asFloat(I a) { return _mm256_castsi256_ps(a); }
inline I splatI(int32_t v) { return _mm256_set1_epi32(v); }
inline I addI(I a, I b) { return _mm256_add_epi32(a, b); }
inline I subI(I a, I b) { return _mm256_sub_epi32(a, b); }
inline I mulloI(I a, I b) { return _mm256_mullo_epi32(a, b); }
inline I andI(I a, I b) { return _mm256_and_si256(a, b); }
inline I orI(I a, I b) { return _mm256_or_si256(a, b); }
inline I xorI(I a, I b) { return _mm256_xor_si256(a, b); }
template <int k> inline I shl(I a) { return _mm256_slli_epi32(a, k); }
template <int k> inline I shrLogical(I a) { return _mm256_srli_epi32(a, k); }
template <int k> inline I shrArith(I a) { return _mm256_srai_epi32(a, k); }
template <int k> inline I rotl(I a) { return orI(shl<k>(a), shrLogical<32 - k>(a)); }
inline I maxU(I a, I b) { return _mm256_max_epu32(a, b); }
inline I iota() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
inline F toFloat(I a) { return _mm256_cvtepi32_ps(a); }
inline I toInt(F a) { return _mm256_cvttps_epi32(a); }
inline I loadI(const int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
inline I loadIN(const int32_t* p, int n) { return _mm256_maskload_epi32(p, firstNI(n)); }
inline void storeI(int32_t* p, I v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
inline void storeIN(int32_t* p, I v, int n) { _mm256_maskstore_epi32(p, firstNI(n), v); }

inline F neg(F a) { return _mm256_xor_ps(a, splat(-0.0f)); }
inline F abs(F a) { return _mm256_andnot_ps(splat(-0.0f), a); }
inline F whereBits(F a, int32_t bits) {
  const I hasNone = _mm256_cmpeq_epi32(andI(asInt(a), splatI(bits)), splatI(0));
  return _mm256_andnot_ps(asFloat(hasNone), a);
}

inline M lt(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
inline M le(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
inline M gt(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
inline M ge(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
inline M eq(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
inline M isNan(F a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
inline M geU(I a, I b) { return asFloat(_mm256_cmpeq_epi32(maxU(a, b), a)); }
inline M ltI(I a, I b) { return asFloat(_mm256_cmpgt_epi32(b, a)); }
inline M eqI(I a, I b) { return asFloat(_mm256_cmpeq_epi32(a, b)); }
inline M andM(M a, M b) { return _mm256_and_ps(a, b); }
inline M orM(M a, M b) { return _mm256_or_ps(a, b); }
inline M notM(M a) { return asFloat(xorI(asInt(a), splatI(-1))); }
inline bool any(M a) { return _mm256_movemask_ps(a) != 0; }
inline uint32_t laneBits(M a) { return static_cast<uint32_t>(_mm256_movemask_ps(a)); }
inline M ofLaneBits(uint32_t bits) {
  const I own = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return eqI(andI(splatI(static_cast<int32_t>(bits)), own), own);
}
inline F select(M m, F yes, F no) { return _mm256_blendv_ps(no, yes, m); }
inline I select(M m, I yes, I no) { return _mm256_blendv_epi8(no, yes, asInt(m)); }

inline F loadU8(const uint8_t* p) {
  return toFloat(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline F ofBytes(uint64_t low, uint64_t) {
  return toFloat(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(low))));
}
inline F loadU8N(const uint8_t* p, int n) {
  uint8_t bytes[kLanes] = {};
  for (int i = 0; i < n; ++i) bytes[i] = p[i];
  return loadU8(bytes);
}

inline float sumTree(F a) {
  const __m128 by4 = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 by2 = _mm_add_ps(by4, _mm_movehl_ps(by4, by4));
  return _mm_cvtss_f32(_mm_add_ss(by2, _mm_movehdup_ps(by2)));
}

// The vector API on AArch64 NEON: 4 lanes. See simd/README.md for what each function means.
// Included inside `namespace steepest::neon`. Every AArch64 CPU has these instructions.
#define STEEPEST_ISA_NEON 1

constexpr int kLanes = 4;
using F = float32x4_t;
using I = int32x4_t;
using M = uint32x4_t;  // All bits of a lane are set where it is true.

inline I iota() {
  const int32_t lanes[4] = {0, 1, 2, 3};
  return vld1q_s32(lanes);
}
inline M firstN(int n) { return vcltq_s32(iota(), vdupq_n_s32(n)); }

inline F load(const float* p) { return vld1q_f32(p); }
inline F loadN(const float* p, int n) {
  float lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return vld1q_f32(lanes);
}
inline void store(float* p, F v) { vst1q_f32(p, v); }
inline void storeN(float* p, F v, int n) {
  float lanes[kLanes];
  vst1q_f32(lanes, v);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}
inline F splat(float v) { return vdupq_n_f32(v); }
inline F broadcastLoad(const float* p) { return vld1q_dup_f32(p); }
inline F zero() { return vdupq_n_f32(0.0f); }

inline F add(F a, F b) { return vaddq_f32(a, b); }
inline F sub(F a, F b) { return vsubq_f32(a, b); }
inline F mul(F a, F b) { return vmulq_f32(a, b); }
inline F div(F a, F b) { return vdivq_f32(a, b); }
inline F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
inline float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
inline F sqrt(F a) { return vsqrtq_f32(a); }
inline F neg(F a) { return vnegq_f32(a); }
inline F abs(F a) { return vabsq_f32(a); }

inline I asInt(F a) { return vreinterpretq_s32_f32(a); }
inline F asFloat(I a) { return vreinterpretq_f32_s32(a); }
inline I splatI(int32_t v) { return vdupq_n_s32(v); }
inline I addI(I a, I b) { return vaddq_s32(a, b); }
inline I subI(I a, I b) { return vsubq_s32(a, b); }
inline I mulloI(I a, I b) { return vmulq_s32(a, b); }
inline I andI(I a, I b) { return vandq_s32(a, b); }
inline I orI(I a, I b) { return vorrq_s32(a, b); }
inline I xorI(I a, I b) { return veorq_s32(a, b); }
template <int k> inline I shl(I a) { return vshlq_n_s32(a, k); }
template <int k> inline I shrLogical(I a) {
  return vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_s32(a), k));
}
template <int k> inline I shrArith(I a) { return vshrq_n_s32(a, k); }
template <int k> inline I rotl(I a) { return orI(shl<k>(a), shrLogical<32 - k>(a)); }
inline I maxU(I a, I b) {
  return vreinterpretq_s32_u32(vmaxq_u32(vreinterpretq_u32_s32(a), vreinterpretq_u32_s32(b)));
}
inline F toFloat(I a) { return vcvtq_f32_s32(a); }
inline I toInt(F a) { return vcvtq_s32_f32(a); }
inline F whereBits(F a, int32_t bits) {
  const M hasOne = vtstq_s32(asInt(a), splatI(bits));
  return asFloat(andI(asInt(a), vreinterpretq_s32_u32(hasOne)));
}
inline I loadI(const int32_t* p) { return vld1q_s32(p); }
inline I loadIN(const int32_t* p, int n) {
  int32_t lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return vld1q_s32(lanes);
}
inline void storeI(int32_t* p, I v) { vst1q_s32(p, v); }
inline void storeIN(int32_t* p, I v, int n) {
  int32_t lanes[kLanes];
  vst1q_s32(lanes, v);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}

inline M lt(F a, F b) { return vcltq_f32(a, b); }
inline M le(F a, F b) { return vcleq_f32(a, b); }
inline M gt(F a, F b) { return vcgtq_f32(a, b); }
inline M ge(F a, F b) { return vcgeq_f32(a, b); }
inline M eq(F a, F b) { return vceqq_f32(a, b); }
inline M isNan(F a) { return vmvnq_u32(vceqq_f32(a, a)); }
inline M geU(I a, I b) { return vcgeq_u32(vreinterpretq_u32_s32(a), vreinterpretq_u32_s32(b)); }
inline M ltI(I a, I b) { return vcltq_s32(a, b); }
inline M eqI(I a, I b) { return vceqq_s32(a, b); }
inline M andM(M a, M b) { return vandq_u32(a, b); }
inline M orM(M a, M b) { return vorrq_u32(a, b); }
inline M notM(M a) { return vmvnq_u32(a); }
inline bool any(M a) { return vmaxvq_u32(a) != 0; }
alignas(16) constexpr uint32_t kLaneBits[4] = {1, 2, 4, 8};
inline uint32_t laneBits(M a) { return vaddvq_u32(vandq_u32(a, vld1q_u32(kLaneBits))); }
inline M ofLaneBits(uint32_t bits) { return vtstq_u32(vdupq_n_u32(bits), vld1q_u32(kLaneBits)); }
inline F select(M m, F yes, F no) { return vbslq_f32(m, yes, no); }
inline I select(M m, I yes, I no) { return vbslq_s32(m, yes, no); }

inline F loadU8N(const uint8_t* p, int n) {
  uint8_t bytes[8] = {};
  for (int i = 0; i < n; ++i) bytes[i] = p[i];
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vld1_u8(bytes)))));
}
inline F ofBytes(uint64_t low, uint64_t) {
  const uint8x8_t bytes = vreinterpret_u8_u64(vdup_n_u64(low));
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}
inline F loadU8(const uint8_t* p) { return loadU8N(p, kLanes); }

inline float sumTree(F a) {
  const float32x2_t by2 = vadd_f32(vget_low_f32(a), vget_high_f32(a));
  return vget_lane_f32(by2, 0) + vget_lane_f32(by2, 1);
}

// The float64 vector API on AArch64 NEON: 2 lanes. See README.md for what each function means.
// Included inside `namespace steepest::neon`.

constexpr int kDLanes = 2;
using D = float64x2_t;
using MD = uint64x2_t;  // All bits of a lane are set where it is true.

inline D loadD(const double* p) { return vld1q_f64(p); }
inline D loadDN(const double* p, int n) {
  double lanes[kDLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return vld1q_f64(lanes);
}
inline void storeD(double* p, D v) { vst1q_f64(p, v); }
inline void storeDN(double* p, D v, int n) {
  double lanes[kDLanes];
  vst1q_f64(lanes, v);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}
inline D splatD(double v) { return vdupq_n_f64(v); }

inline D addD(D a, D b) { return vaddq_f64(a, b); }
inline D subD(D a, D b) { return vsubq_f64(a, b); }
inline D mulD(D a, D b) { return vmulq_f64(a, b); }
inline D divD(D a, D b) { return vdivq_f64(a, b); }
inline D fmaD(D a, D b, D c) { return vfmaq_f64(c, a, b); }
inline D sqrtD(D a) { return vsqrtq_f64(a); }
inline D absD(D a) { return vabsq_f64(a); }
inline MD ltD(D a, D b) { return vcltq_f64(a, b); }
inline MD eqD(D a, D b) { return vceqq_f64(a, b); }
inline D selectD(MD m, D yes, D no) { return vbslq_f64(m, yes, no); }
inline MD firstDN(int n) {
  const int64_t lanes[kDLanes] = {0, 1};
  return vcltq_s64(vld1q_s64(lanes), vdupq_n_s64(n));
}

inline D loadF32D(const float* p) { return vcvt_f64_f32(vld1_f32(p)); }
inline D loadF32DN(const float* p, int n) {
  float lanes[kDLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return loadF32D(lanes);
}
inline D loadI32DN(const int32_t* p, int n) {
  double lanes[kDLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return vld1q_f64(lanes);
}
inline D loadU8DN(const uint8_t* p, int n) {
  double lanes[kDLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return vld1q_f64(lanes);
}
inline D loadU8D(const uint8_t* p) { return loadU8DN(p, kDLanes); }

inline D pow2D(D shifted) {
  const int64x2_t bits = vshlq_n_s64(vreinterpretq_s64_f64(shifted), 52);
  return vreinterpretq_f64_s64(vaddq_s64(bits, vreinterpretq_s64_f64(splatD(1.0))));
}
inline D exponentD(D a) {
  const uint64x2_t biased = vshrq_n_u64(vreinterpretq_u64_f64(a), 52);
  const D shifted = vreinterpretq_f64_u64(vorrq_u64(biased, vreinterpretq_u64_f64(splatD(kTwo52))));
  return subD(shifted, splatD(kTwo52 + 1023));
}
inline D mantissaD(D a) {
  const int64x2_t fraction = vandq_s64(vreinterpretq_s64_f64(a), vdupq_n_s64(kFractionBits));
  return vreinterpretq_f64_s64(vorrq_s64(fraction, vreinterpretq_s64_f64(splatD(1.0))));
}

inline double sumTreeD(D a) { return vgetq_lane_f64(a, 0) + vgetq_lane_f64(a, 1); }

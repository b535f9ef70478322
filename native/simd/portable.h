// The vector API in plain C++: 4 lanes as arrays, for CPUs without a better one and as a reference.
// See simd/README.md for what each function means. Included inside `namespace steepest::portable`.
#define STEEPEST_ISA_PORTABLE 1

constexpr int kLanes = 4;
struct F {
  float v[kLanes];
};
struct I {
  int32_t v[kLanes];
};
struct M {
  bool v[kLanes];
};

template <class Out, class Fn> inline Out eachLane(Fn fn) {
  Out out;
  for (int i = 0; i < kLanes; ++i) out.v[i] = fn(i);
  return out;
}
// Unsigned arithmetic wraps; signed overflow would be undefined.
inline uint32_t bits(int32_t v) { return static_cast<uint32_t>(v); }
inline int32_t ofBits(uint32_t v) { return static_cast<int32_t>(v); }

inline M firstN(int n) { return eachLane<M>([&](int i) { return i < n; }); }
inline uint32_t laneBits(M m) {
  uint32_t bits = 0;
  for (int i = 0; i < kLanes; ++i) bits |= static_cast<uint32_t>(m.v[i]) << i;
  return bits;
}
inline M ofLaneBits(uint32_t bits) { return eachLane<M>([&](int i) { return ((bits >> i) & 1u) != 0; }); }

inline F load(const float* p) { return eachLane<F>([&](int i) { return p[i]; }); }
inline F loadN(const float* p, int n) { return eachLane<F>([&](int i) { return i < n ? p[i] : 0.0f; }); }
inline void storeN(float* p, F a, int n) {
  for (int i = 0; i < n; ++i) p[i] = a.v[i];
}
inline void store(float* p, F a) { storeN(p, a, kLanes); }
inline F splat(float x) { return eachLane<F>([&](int) { return x; }); }
inline F broadcastLoad(const float* p) { return splat(*p); }
inline F zero() { return splat(0.0f); }

inline F add(F a, F b) { return eachLane<F>([&](int i) { return a.v[i] + b.v[i]; }); }
inline F sub(F a, F b) { return eachLane<F>([&](int i) { return a.v[i] - b.v[i]; }); }
inline F mul(F a, F b) { return eachLane<F>([&](int i) { return a.v[i] * b.v[i]; }); }
inline F div(F a, F b) { return eachLane<F>([&](int i) { return a.v[i] / b.v[i]; }); }
#if defined(_WIN32)
/**
 * a·b + c, rounded once. The C library of our Windows builds rounds subnormal results twice. The product of two floats
 * is exact in double. Its sum with c is rounded to odd (Boldo & Melquiond 2008): rounding that to float gives the same
 * as rounding the exact sum.
 */
inline STEEPEST_NOINLINE float fusedMultiplyAdd(float a, float b, float c) {
  const double product = static_cast<double>(a) * b;
  const double sum = product + c;
  const double back = sum - product;
  // Exact (Knuth's TwoSum), and NaN where the sum is not finite.
  const double error = (product - (sum - back)) + (c - back);
  uint64_t word;
  std::memcpy(&word, &sum, sizeof word);
  if ((error < 0 || error > 0) && (word & 1) == 0) word += (error > 0) == (sum > 0) ? 1 : ~uint64_t{0};
  double odd;
  std::memcpy(&odd, &word, sizeof odd);
  return static_cast<float>(odd);
}
#else
inline float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
#endif
inline F fma(F a, F b, F c) { return eachLane<F>([&](int i) { return fusedMultiplyAdd(a.v[i], b.v[i], c.v[i]); }); }
inline F sqrt(F a) { return eachLane<F>([&](int i) { return std::sqrt(a.v[i]); }); }

inline I asInt(F a) {
  I out;
  std::memcpy(&out, &a, sizeof out);
  return out;
}
inline F asFloat(I a) {
  F out;
  std::memcpy(&out, &a, sizeof out);
  return out;
}
inline I splatI(int32_t x) { return eachLane<I>([&](int) { return x; }); }
inline I addI(I a, I b) { return eachLane<I>([&](int i) { return ofBits(bits(a.v[i]) + bits(b.v[i])); }); }
inline I subI(I a, I b) { return eachLane<I>([&](int i) { return ofBits(bits(a.v[i]) - bits(b.v[i])); }); }
inline I mulloI(I a, I b) { return eachLane<I>([&](int i) { return ofBits(bits(a.v[i]) * bits(b.v[i])); }); }
inline I andI(I a, I b) { return eachLane<I>([&](int i) { return a.v[i] & b.v[i]; }); }
inline I orI(I a, I b) { return eachLane<I>([&](int i) { return a.v[i] | b.v[i]; }); }
inline I xorI(I a, I b) { return eachLane<I>([&](int i) { return a.v[i] ^ b.v[i]; }); }
template <int k> inline I shl(I a) { return eachLane<I>([&](int i) { return ofBits(bits(a.v[i]) << k); }); }
template <int k> inline I shrLogical(I a) { return eachLane<I>([&](int i) { return ofBits(bits(a.v[i]) >> k); }); }
// The arithmetic shift as unsigned shifts: a right shift of a negative number is not defined before C++20.
template <int k> inline I shrArith(I a) {
  return eachLane<I>([&](int i) {
    const uint32_t u = bits(a.v[i]);
    return ofBits(a.v[i] < 0 ? ~(~u >> k) : u >> k);
  });
}
template <int k> inline I rotl(I a) { return orI(shl<k>(a), shrLogical<32 - k>(a)); }
inline I maxU(I a, I b) {
  return eachLane<I>([&](int i) { return bits(a.v[i]) > bits(b.v[i]) ? a.v[i] : b.v[i]; });
}
inline I iota() { return eachLane<I>([&](int i) { return i; }); }
inline F toFloat(I a) { return eachLane<F>([&](int i) { return static_cast<float>(a.v[i]); }); }
// Out of range or NaN is undefined in C++; the x86 answer is as good as any.
inline I toInt(F a) {
  return eachLane<I>([&](int i) {
    const float x = a.v[i];
    return x >= -2147483648.0f && x < 2147483648.0f ? static_cast<int32_t>(x) : INT32_MIN;
  });
}
inline I loadI(const int32_t* p) { return eachLane<I>([&](int i) { return p[i]; }); }
inline I loadIN(const int32_t* p, int n) { return eachLane<I>([&](int i) { return i < n ? p[i] : 0; }); }
inline void storeIN(int32_t* p, I a, int n) {
  for (int i = 0; i < n; ++i) p[i] = a.v[i];
}
inline void storeI(int32_t* p, I a) { storeIN(p, a, kLanes); }

inline F neg(F a) { return asFloat(xorI(asInt(a), splatI(INT32_MIN))); }
inline F abs(F a) { return asFloat(andI(asInt(a), splatI(INT32_MAX))); }
inline F whereBits(F a, int32_t bits) {
  return eachLane<F>([&](int i) {
    int32_t word;
    std::memcpy(&word, &a.v[i], sizeof word);
    return (word & bits) == 0 ? 0.0f : a.v[i];
  });
}

inline M lt(F a, F b) { return eachLane<M>([&](int i) { return a.v[i] < b.v[i]; }); }
inline M le(F a, F b) { return eachLane<M>([&](int i) { return a.v[i] <= b.v[i]; }); }
inline M gt(F a, F b) { return eachLane<M>([&](int i) { return a.v[i] > b.v[i]; }); }
inline M ge(F a, F b) { return eachLane<M>([&](int i) { return a.v[i] >= b.v[i]; }); }
inline M eq(F a, F b) { return eachLane<M>([&](int i) { return a.v[i] == b.v[i]; }); }
inline M isNan(F a) { return eachLane<M>([&](int i) { return a.v[i] != a.v[i]; }); }
inline M geU(I a, I b) { return eachLane<M>([&](int i) { return bits(a.v[i]) >= bits(b.v[i]); }); }
inline M ltI(I a, I b) { return eachLane<M>([&](int i) { return a.v[i] < b.v[i]; }); }
inline M eqI(I a, I b) { return eachLane<M>([&](int i) { return a.v[i] == b.v[i]; }); }
inline M andM(M a, M b) { return eachLane<M>([&](int i) { return a.v[i] && b.v[i]; }); }
inline M orM(M a, M b) { return eachLane<M>([&](int i) { return a.v[i] || b.v[i]; }); }
inline M notM(M a) { return eachLane<M>([&](int i) { return !a.v[i]; }); }
inline bool any(M a) {
  for (int i = 0; i < kLanes; ++i) {
    if (a.v[i]) return true;
  }
  return false;
}
inline F select(M m, F yes, F no) { return eachLane<F>([&](int i) { return m.v[i] ? yes.v[i] : no.v[i]; }); }
inline I select(M m, I yes, I no) { return eachLane<I>([&](int i) { return m.v[i] ? yes.v[i] : no.v[i]; }); }

inline F ofBytes(uint64_t low, uint64_t) {
  return eachLane<F>([&](int i) { return static_cast<float>((low >> (8 * i)) & 0xff); });
}
inline F loadU8(const uint8_t* p) { return eachLane<F>([&](int i) { return static_cast<float>(p[i]); }); }
inline F loadU8N(const uint8_t* p, int n) {
  return eachLane<F>([&](int i) { return i < n ? static_cast<float>(p[i]) : 0.0f; });
}

inline float sumTree(F a) {
  const float lane0 = a.v[0] + a.v[2];
  const float lane1 = a.v[1] + a.v[3];
  return lane0 + lane1;
}

// The 16 virtual lanes of a true reduction, on any vector width. Included once per instruction set, after
// its vector API, inside the same namespace.
#define STEEPEST_LANES

/** The bits of the exponent: a number without any of them is 0 or denormal. */
constexpr int32_t kExponentBits = 0x7f800000;
/** Those of the exponent that only numbers from 2⁻⁹⁵ on have. */
constexpr int32_t kNotTinyBits = 0x70000000;

inline F flushDenormal(F a) { return whereBits(a, kExponentBits); }
inline F flushTiny(F a) { return whereBits(a, kNotTinyBits); }

/** What flushDenormal does to each lane. */
inline float flushDenormal(float x) { return std::fabs(x) < std::numeric_limits<float>::min() ? 0.0f : x; }

/** Vectors that make up the 16 virtual lanes. */
constexpr int kGroups = 16 / kLanes;

/**
 * Running values of the 16 virtual lanes: column j of a row belongs to lane j mod 16, which is lane
 * j mod kLanes of `g[j / kLanes mod kGroups]`. Lanes start at +0, so adding +0 for columns past the end
 * (what loadN gives) never changes a bit.
 */
struct Lanes16 {
  F g[kGroups];

  static Lanes16 zero() {
    Lanes16 lanes;
    for (int i = 0; i < kGroups; ++i) lanes.g[i] = splat(0.0f);
    return lanes;
  }
  /** The vector that holds the lanes of columns j … j + kLanes − 1; j is a multiple of kLanes. */
  F& of(int64_t j) { return g[(j / kLanes) % kGroups]; }
};

/** Lane i += lane i+8, then i+4, i+2, i+1; lane 0 is the sum. */
inline float sum(const Lanes16& lanes) {
  F g[kGroups];
  for (int i = 0; i < kGroups; ++i) g[i] = lanes.g[i];
  for (int half = kGroups / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) g[i] = add(g[i], g[i + half]);
  }
  return sumTree(g[0]);
}

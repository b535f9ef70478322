// Bit patterns of float64 that every instruction set's API needs.

/** 2^52: from here on to 2^53 the last bit of a float64 is worth 1. */
constexpr double kTwo52 = 4503599627370496.0;
/** The 52 bits of a float64's fraction. */
constexpr int64_t kFractionBits = (int64_t{1} << 52) - 1;

// The float64 vector API in plain C++: 2 lanes as arrays. See README.md for what each function means.
// Included inside `namespace steepest::portable`.

constexpr int kDLanes = 2;
struct D {
  double v[kDLanes];
};
struct MD {
  bool v[kDLanes];
};

inline MD firstDN(int n) { return {{0 < n, 1 < n}}; }
inline D loadD(const double* p) { return {{p[0], p[1]}}; }
inline D loadDN(const double* p, int n) { return {{n > 0 ? p[0] : 0.0, n > 1 ? p[1] : 0.0}}; }
inline void storeDN(double* p, D a, int n) {
  for (int i = 0; i < n; ++i) p[i] = a.v[i];
}
inline void storeD(double* p, D a) { storeDN(p, a, kDLanes); }
inline D splatD(double x) { return {{x, x}}; }

inline D addD(D a, D b) { return {{a.v[0] + b.v[0], a.v[1] + b.v[1]}}; }
inline D subD(D a, D b) { return {{a.v[0] - b.v[0], a.v[1] - b.v[1]}}; }
inline D mulD(D a, D b) { return {{a.v[0] * b.v[0], a.v[1] * b.v[1]}}; }
inline D divD(D a, D b) { return {{a.v[0] / b.v[0], a.v[1] / b.v[1]}}; }
inline D fmaD(D a, D b, D c) { return {{std::fma(a.v[0], b.v[0], c.v[0]), std::fma(a.v[1], b.v[1], c.v[1])}}; }
inline D sqrtD(D a) { return {{std::sqrt(a.v[0]), std::sqrt(a.v[1])}}; }
inline D absD(D a) { return {{std::fabs(a.v[0]), std::fabs(a.v[1])}}; }
inline MD ltD(D a, D b) { return {{a.v[0] < b.v[0], a.v[1] < b.v[1]}}; }
inline MD eqD(D a, D b) { return {{a.v[0] == b.v[0], a.v[1] == b.v[1]}}; }
inline D selectD(MD m, D yes, D no) { return {{m.v[0] ? yes.v[0] : no.v[0], m.v[1] ? yes.v[1] : no.v[1]}}; }

template <class T> inline D convertD(const T* p, int n) {
  return {{n > 0 ? static_cast<double>(p[0]) : 0.0, n > 1 ? static_cast<double>(p[1]) : 0.0}};
}
inline D loadF32D(const float* p) { return convertD(p, kDLanes); }
inline D loadF32DN(const float* p, int n) { return convertD(p, n); }
inline D loadI32DN(const int32_t* p, int n) { return convertD(p, n); }
inline D loadU8D(const uint8_t* p) { return convertD(p, kDLanes); }
inline D loadU8DN(const uint8_t* p, int n) { return convertD(p, n); }

inline uint64_t bitsD(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline double ofBitsD(uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline D pow2D(D shifted) {
  const uint64_t one = bitsD(1.0);
  return {{ofBitsD((bitsD(shifted.v[0]) << 52) + one), ofBitsD((bitsD(shifted.v[1]) << 52) + one)}};
}
inline D exponentD(D a) {
  const auto of = [](double x) { return ofBitsD((bitsD(x) >> 52) | bitsD(kTwo52)) - (kTwo52 + 1023); };
  return {{of(a.v[0]), of(a.v[1])}};
}
inline D mantissaD(D a) {
  const auto of = [](double x) { return ofBitsD((bitsD(x) & kFractionBits) | bitsD(1.0)); };
  return {{of(a.v[0]), of(a.v[1])}};
}

inline double sumTreeD(D a) { return a.v[0] + a.v[1]; }

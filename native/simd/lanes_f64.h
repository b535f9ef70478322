// The 16 virtual lanes of a float64 reduction. Included once per instruction set, after its float64 vector API.

/** Vectors that make up the 16 virtual lanes. */
constexpr int kDGroups = 16 / kDLanes;

/** Lane i += lane i+8, then i+4, i+2, i+1; lane 0 is the sum. Overwrites `g`. */
inline double sumGroupsD(D* g) {
  for (int half = kDGroups / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) g[i] = addD(g[i], g[i + half]);
  }
  return sumTreeD(g[0]);
}

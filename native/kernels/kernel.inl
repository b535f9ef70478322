// What every kernel is written against. A translation unit of an instruction set has its vectors already; an editor that opens a
// single file gets the portable ones.
#if !defined(STEEPEST_LANES)
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

// POSIX has functions of these names, which are in no namespace.
#define index index_
#define gamma gamma_

#include "arch.h"
#include "table.h"

using namespace steepest;

// `steepest` has a namespace for each op; the op's kernel, of the same name, is here.
#define STEEPEST_HERE ::

#include "../simd/portable.h"

#include "../simd/lanes.h"

#include "../simd/constants_f64.h"

#include "../simd/portable_f64.h"

#include "../simd/lanes_f64.h"
#endif

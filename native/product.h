// The export `product`: one matrix product over typed arrays.
#pragma once
#include <napi.h>

namespace steepest {

/**
 * product(isa, m, n, k, a, aRow, aStep, b, bRow, bStep, c, cRow, bias, init, activation, alpha): C ← f(A·B + start) at once, without a
 * program. `isa` is a place in isas(); strides are in elements; bias may be undefined; init is a GemmInit; activation 0 is none.
 * Throws ERR_PROGRAM where an element would lie outside its array, and has written nothing then.
 */
napi_value product(napi_env env, napi_callback_info info);

/** Prepares an environment for `product`. */
napi_status initProduct(napi_env env);

}  // namespace steepest

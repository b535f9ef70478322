// Included before everything else in the sources of an add-on whose n-th allocation or call of
// Node-API fails (scripts/fuzz/native/allocations.mjs).
#pragma once
#include <node_api.h>

/** Whether the request that is being made fails. */
bool steepestRequestFails();
/** Counts references to JavaScript's objects that are held. */
void steepestHolds(int change);

template <class Function, class... Args> napi_status steepestFaulty(Function function, Args... args) {
  return steepestRequestFails() ? napi_generic_failure : function(args...);
}

// Names of functions inside their own macros are not replaced again.
#define napi_add_finalizer(...) steepestFaulty(napi_add_finalizer, __VA_ARGS__)
#define napi_adjust_external_memory(...) steepestFaulty(napi_adjust_external_memory, __VA_ARGS__)
#define napi_create_array(...) steepestFaulty(napi_create_array, __VA_ARGS__)
#define napi_create_double(...) steepestFaulty(napi_create_double, __VA_ARGS__)
#define napi_create_error(...) steepestFaulty(napi_create_error, __VA_ARGS__)
#define napi_create_function(...) steepestFaulty(napi_create_function, __VA_ARGS__)
#define napi_create_int32(...) steepestFaulty(napi_create_int32, __VA_ARGS__)
#define napi_create_string_utf8(...) steepestFaulty(napi_create_string_utf8, __VA_ARGS__)
#define napi_get_array_length(...) steepestFaulty(napi_get_array_length, __VA_ARGS__)
#define napi_get_boolean(...) steepestFaulty(napi_get_boolean, __VA_ARGS__)
#define napi_get_cb_info(...) steepestFaulty(napi_get_cb_info, __VA_ARGS__)
#define napi_get_element(...) steepestFaulty(napi_get_element, __VA_ARGS__)
#define napi_get_named_property(...) steepestFaulty(napi_get_named_property, __VA_ARGS__)
#define napi_get_typedarray_info(...) steepestFaulty(napi_get_typedarray_info, __VA_ARGS__)
#define napi_get_value_bool(...) steepestFaulty(napi_get_value_bool, __VA_ARGS__)
#define napi_get_value_double(...) steepestFaulty(napi_get_value_double, __VA_ARGS__)
#define napi_get_value_int32(...) steepestFaulty(napi_get_value_int32, __VA_ARGS__)
#define napi_get_value_int64(...) steepestFaulty(napi_get_value_int64, __VA_ARGS__)
#define napi_get_value_string_utf8(...) steepestFaulty(napi_get_value_string_utf8, __VA_ARGS__)
#define napi_is_array(...) steepestFaulty(napi_is_array, __VA_ARGS__)
#define napi_is_arraybuffer(...) steepestFaulty(napi_is_arraybuffer, __VA_ARGS__)
#define napi_is_exception_pending(...) steepestFaulty(napi_is_exception_pending, __VA_ARGS__)
#define napi_is_typedarray(...) steepestFaulty(napi_is_typedarray, __VA_ARGS__)
#define napi_set_element(...) steepestFaulty(napi_set_element, __VA_ARGS__)
#define napi_set_named_property(...) steepestFaulty(napi_set_named_property, __VA_ARGS__)
#define napi_throw(...) steepestFaulty(napi_throw, __VA_ARGS__)
#define napi_throw_error(...) steepestFaulty(napi_throw_error, __VA_ARGS__)
#define napi_throw_range_error(...) steepestFaulty(napi_throw_range_error, __VA_ARGS__)
#define napi_typeof(...) steepestFaulty(napi_typeof, __VA_ARGS__)

inline napi_status steepestHold(napi_status status, int change) {
  if (status == napi_ok) steepestHolds(change);
  return status;
}
#define napi_create_reference(...) steepestHold(steepestFaulty(napi_create_reference, __VA_ARGS__), 1)
#define napi_delete_reference(...) steepestHold(napi_delete_reference(__VA_ARGS__), -1)

#undef NAPI_MODULE_INIT
/** The module is faulty.cc's, and calls this. */
#define NAPI_MODULE_INIT() extern "C" napi_value steepestExports(napi_env env, napi_value exports)

// The other half of an add-on whose n-th request fails: counts requests and what is held. The
// linker sends malloc and new of the add-on here (--wrap), and addon.cc's exports under another
// name (native/CMakeLists.txt).
//
// exports: all of the add-on's, and failAt(n): from here on request n fails, counted from 1; 0 is
// none; requests(): how many there were since; held(): allocations and references not yet given back.
#include <node_api.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> requests{0};
std::atomic<int64_t> failing{0};
std::atomic<int64_t> held{0};

napi_value numberOf(napi_env env, int64_t number) {
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  return value;
}

napi_value failAt(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value number;
  int64_t n = 0;
  napi_get_cb_info(env, info, &count, &number, nullptr, nullptr);
  napi_get_value_int64(env, number, &n);
  requests = 0;
  failing = n;
  return nullptr;
}

napi_value requestCount(napi_env env, napi_callback_info) { return numberOf(env, requests); }
napi_value heldCount(napi_env env, napi_callback_info) { return numberOf(env, held); }

void* counted(void* memory) {
  if (memory != nullptr) ++held;
  return memory;
}

void given(void* memory) {
  if (memory != nullptr) --held;
}

}  // namespace

bool steepestRequestFails() { return ++requests == failing; }
void steepestHolds(int change) { held += change; }

extern "C" {

void* __real_malloc(size_t bytes);
void __real_free(void* memory);

void* __wrap_malloc(size_t bytes) { return steepestRequestFails() ? nullptr : counted(__real_malloc(bytes)); }
void __wrap_free(void* memory) {
  given(memory);
  __real_free(memory);
}

// new and new[], which end the process where they may not return null; the same that may; delete and delete[].
void* __wrap__Znwm(size_t bytes) {
  if (steepestRequestFails()) std::abort();
  return counted(__real_malloc(bytes));
}
void* __wrap__Znam(size_t bytes) { return __wrap__Znwm(bytes); }
void* __wrap__ZnwmRKSt9nothrow_t(size_t bytes, const std::nothrow_t&) { return __wrap_malloc(bytes); }
void* __wrap__ZnamRKSt9nothrow_t(size_t bytes, const std::nothrow_t&) { return __wrap_malloc(bytes); }
void __wrap__ZdlPv(void* memory) { __wrap_free(memory); }
void __wrap__ZdaPv(void* memory) { __wrap_free(memory); }
void __wrap__ZdlPvm(void* memory, size_t) { __wrap_free(memory); }
void __wrap__ZdaPvm(void* memory, size_t) { __wrap_free(memory); }

napi_value steepestExports(napi_env env, napi_value exports);
}

NAPI_MODULE_INIT() {
  struct {
    const char* name;
    napi_callback function;
  } own[] = {{"failAt", failAt}, {"requests", requestCount}, {"held", heldCount}};
  for (const auto& each : own) {
    napi_value function;
    napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, nullptr, &function);
    napi_set_named_property(env, exports, each.name, function);
  }
  return steepestExports(env, exports);
}

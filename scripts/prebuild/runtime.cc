// The few functions of the C++ run-time library that the add-on needs, so that the library itself, with its unwinder, its
// demangler and its dependencies, stays out of the binaries: a fifth of their size.
//
// The add-on is compiled without exceptions. Memory that runs out where nobody asks ends the process, as it does in V8;
// where it matters, the add-on uses `new (std::nothrow)`.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

namespace {

void* allocate(std::size_t size) { return std::malloc(size == 0 ? 1 : size); }

void* allocateOrAbort(std::size_t size) {
  void* memory = allocate(size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

const std::nothrow_t std::nothrow{};

void* operator new(std::size_t size) { return allocateOrAbort(size); }
void* operator new[](std::size_t size) { return allocateOrAbort(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

// What libc++'s containers call where they would throw.
namespace std {
inline namespace __1 {
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) noexcept { std::abort(); }
}  // namespace __1
}  // namespace std

// node-addon-api uses strings, which elsewhere the library has ready. What is not used is not linked.
template class std::basic_string<char>;

// Initialization of static local variables (Itanium C++ ABI 3.3.3): the first byte of a guard tells that it is
// done, the second that a thread is at it. What the add-on initializes takes microseconds.
extern "C" {
int __cxa_guard_acquire(uint64_t* guard) {
  char* done = reinterpret_cast<char*>(guard);
  char* busy = done + 1;
  for (;;) {
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE) != 0) return 0;
    if (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE) != 0) continue;
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE) == 0) return 1;
    __atomic_store_n(busy, 0, __ATOMIC_RELEASE);
    return 0;
  }
}

void __cxa_guard_release(uint64_t* guard) {
  char* done = reinterpret_cast<char*>(guard);
  __atomic_store_n(done, 1, __ATOMIC_RELEASE);
  __atomic_store_n(done + 1, 0, __ATOMIC_RELEASE);
}

[[noreturn]] void __cxa_pure_virtual() { std::abort(); }
}

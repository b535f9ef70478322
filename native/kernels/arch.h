// Which architecture and compiler this is.
#pragma once

#if defined(__x86_64__) || defined(_M_X64)
#define STEEPEST_X86 1
#elif defined(__aarch64__) || defined(_M_ARM64)
#define STEEPEST_ARM64 1
#endif

#if defined(__clang__)
#define STEEPEST_CLANG 1
#elif defined(__GNUC__)
#define STEEPEST_GCC 1
#endif

// Loops over accumulators must be unrolled, so that the accumulators become registers. A build that counts bytes defines it as nothing.
#if !defined(STEEPEST_UNROLL)
#if defined(STEEPEST_CLANG)
#define STEEPEST_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(STEEPEST_GCC)
// More than any tile dimension.
#define STEEPEST_UNROLL _Pragma("GCC unroll 32")
#else
#define STEEPEST_UNROLL
#endif
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define STEEPEST_NOINLINE __declspec(noinline)
#define STEEPEST_KEEP(variable) ((void)0)
#define STEEPEST_INLINE __forceinline
#if defined(_M_X64)
#include <xmmintrin.h>
#define STEEPEST_PREFETCH(p) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0)
#define STEEPEST_PREFETCH_L2(p) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T1)
#else
#define STEEPEST_PREFETCH(p) __prefetch(p)
#define STEEPEST_PREFETCH_L2(p) __prefetch(p)
#endif
#else
#define STEEPEST_NOINLINE __attribute__((noinline))
// For functions that take accumulators by reference: not inlined, they would force them into memory.
#define STEEPEST_INLINE inline __attribute__((always_inline))
#define STEEPEST_PREFETCH(p) __builtin_prefetch(p)
// The variable is in a general register here.
#define STEEPEST_KEEP(variable) asm volatile("" : "+r"(variable))
#define STEEPEST_PREFETCH_L2(p) __builtin_prefetch(p, 0, 2)
#endif

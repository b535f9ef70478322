// What JavaScript passes to the add-on, as memory that C++ can trust.
#pragma once
#include <napi.h>

#include <memory>

#include "program/decode.h"

namespace steepest {

/** What a typed array may lie over. */
enum class Memory {
  /** A SharedArrayBuffer of fixed length: a program stays bound to it. */
  Shared,
  /**
   * Anything: it is used for the length of one call, in which no JavaScript runs after it was read.
   */
  Any,
};

/** isa, encoded, buffers, registers. */
constexpr size_t kBindArguments = 4;

/** The arguments of bind and runOnce: isa, encoded, buffers, registers. */
struct BindArguments {
  const KernelTable* kernels = nullptr;
  /** A copy, so that no other thread can change a word between its check and its use. */
  std::unique_ptr<double[]> words;
  int64_t wordCount = 0;
  /** The arrays themselves, and where they lie. */
  std::unique_ptr<napi_value[]> arrays;
  std::unique_ptr<Buffer[]> buffers;
  uint32_t bufferCount = 0;
  const double* registers = nullptr;

  ProgramSource source() const { return {words.get(), wordCount, buffers.get(), bufferCount}; }
};

/**
 * False, with the reason in `refusal`, if an argument does not fit. An exception may be pending as
 * well.
 */
bool readIsa(napi_env env, napi_value value, const KernelTable** kernels, Refusal& refusal);
bool readArguments(napi_env env, const napi_value* values, Memory memory, BindArguments& args, Refusal& refusal);

/** A typed array over a SharedArrayBuffer as memory; empty for anything else. */
Buffer readBytes(napi_env env, napi_value value);

}  // namespace steepest

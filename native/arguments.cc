#include "arguments.h"

#include <cstring>
#include <new>

#include "cpu/isas.h"

namespace steepest {
namespace {

/** 0 for a kind of array that only later versions of Node.js have. */
int64_t bytesPerElement(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 0;
  }
}

/** A typed array as memory. */
struct View {
  Buffer bytes;
  napi_typedarray_type type;
};

/**
 * Memory that a program stays bound to must stay where it is: an ArrayBuffer may be detached or shrunk, a
 * SharedArrayBuffer may not. A growable one would hold, but views of it change their length.
 * @return what is wrong, or null
 */
const char* notFixed(napi_env env, napi_value buffer) {
  bool isArrayBuffer = true;
  if (napi_is_arraybuffer(env, buffer, &isArrayBuffer) != napi_ok || isArrayBuffer) return "one over an ArrayBuffer";
  napi_value growable;
  napi_valuetype type = napi_undefined;
  bool grows = false;
  if (napi_get_named_property(env, buffer, "growable", &growable) != napi_ok ||
      napi_typeof(env, growable, &type) != napi_ok) {
    return "a broken one";
  }
  // Where the property is missing, there are no growable buffers.
  if (type != napi_boolean) return nullptr;
  const bool read = napi_get_value_bool(env, growable, &grows) == napi_ok;
  return read && !grows ? nullptr : "one over a growable SharedArrayBuffer";
}

/** @return what is wrong with a typed array, or null */
const char* readView(napi_env env, napi_value value, Memory memory, View& view) {
  bool isTypedArray = false;
  if (napi_is_typedarray(env, value, &isTypedArray) != napi_ok || !isTypedArray) return "something else";
  void* data = nullptr;
  size_t length = 0;
  size_t offset = 0;
  napi_value buffer;
  view.type = napi_int8_array;
  if (napi_get_typedarray_info(env, value, &view.type, &length, &data, &buffer, &offset) != napi_ok) {
    return "one that Node-API cannot read";
  }
  const int64_t size = bytesPerElement(view.type);
  if (size == 0) return "an array type that Node-API 8 does not know";
  view.bytes = {static_cast<uint8_t*>(data), static_cast<int64_t>(length) * size};
  return memory == Memory::Shared ? notFixed(env, buffer) : nullptr;
}

constexpr const char* kFixedMemory = "to be a typed array over a SharedArrayBuffer of fixed length";

bool readWords(napi_env env, napi_value value, BindArguments& args, Refusal& refusal) {
  View view;
  const char* wrong = readView(env, value, Memory::Any, view);
  if (wrong == nullptr && view.type != napi_float64_array) wrong = "another typed array";
  if (wrong == nullptr) {
    args.wordCount = view.bytes.byteLength / static_cast<int64_t>(sizeof(double));
    args.words.reset(new (std::nothrow) double[static_cast<size_t>(args.wordCount) + 1]);
    refusal.lacksMemory = args.words == nullptr;
    if (refusal.lacksMemory) wrong = "one too large for memory";
  }
  if (wrong != nullptr) {
    refusal.expect("the encoded program in a Float64Array");
    return refusal.give("%s", wrong);
  }
  if (args.wordCount > 0) std::memcpy(args.words.get(), view.bytes.data, static_cast<size_t>(view.bytes.byteLength));
  return true;
}

bool readBuffers(napi_env env, napi_value value, Memory memory, BindArguments& args, Refusal& refusal) {
  bool isArray = false;
  if (napi_is_array(env, value, &isArray) != napi_ok || !isArray ||
      napi_get_array_length(env, value, &args.bufferCount) != napi_ok) {
    refusal.expect("buffers in an array");
    return refusal.give("something else");
  }
  args.arrays.reset(new (std::nothrow) napi_value[static_cast<size_t>(args.bufferCount) + 1]);
  args.buffers.reset(new (std::nothrow) Buffer[static_cast<size_t>(args.bufferCount) + 1]);
  if (args.arrays == nullptr || args.buffers == nullptr) {
    refusal.expect("memory for %u buffers", args.bufferCount);
    return refusal.giveNoMemory();
  }
  // All elements first: an exotic array may run JavaScript here, which could detach what was read before.
  for (uint32_t i = 0; i < args.bufferCount; ++i) {
    if (napi_get_element(env, value, i, &args.arrays[i]) == napi_ok) continue;
    refusal.expect("buffer %u", i);
    return refusal.give("none");
  }
  for (uint32_t i = 0; i < args.bufferCount; ++i) {
    View view;
    const char* wrong = readView(env, args.arrays[i], memory, view);
    if (wrong != nullptr) {
      refusal.expect("buffer %u %s", i, kFixedMemory);
      return refusal.give("%s", wrong);
    }
    args.buffers[i] = view.bytes;
  }
  return true;
}

bool readRegisters(napi_env env, napi_value value, Memory memory, BindArguments& args, Refusal& refusal) {
  View view;
  const char* wrong = readView(env, value, memory, view);
  if (wrong != nullptr) {
    refusal.expect("registers %s", kFixedMemory);
    return refusal.give("%s", wrong);
  }
  constexpr int64_t size = sizeof(double);
  if (view.type != napi_float64_array || view.bytes.byteLength < kRegisterCount * size) {
    refusal.expect("registers in a Float64Array of %d", kRegisterCount);
    if (view.type != napi_float64_array) return refusal.give("another typed array");
    return refusal.give("%lld elements", static_cast<long long>(view.bytes.byteLength / size));
  }
  args.registers = reinterpret_cast<const double*>(view.bytes.data);
  return true;
}

}  // namespace

bool readIsa(napi_env env, napi_value value, const KernelTable** kernels, Refusal& refusal) {
  char name[16] = {};
  size_t length = 0;
  const bool read = napi_get_value_string_utf8(env, value, name, sizeof name, &length) == napi_ok;
  *kernels = read ? findIsa(name) : nullptr;
  if (*kernels != nullptr) return true;
  refusal.expect("an instruction set that isas() names");
  return read ? refusal.give("'%s'", name) : refusal.give("no string");
}

Buffer readBytes(napi_env env, napi_value value) {
  View view = {};
  const char* wrong = readView(env, value, Memory::Shared, view);
  return wrong == nullptr ? view.bytes : Buffer{nullptr, 0};
}

bool readArguments(napi_env env, const napi_value* values, Memory memory, BindArguments& args, Refusal& refusal) {
  return readIsa(env, values[0], &args.kernels, refusal) && readWords(env, values[1], args, refusal) &&
         readBuffers(env, values[2], memory, args, refusal) && readRegisters(env, values[3], memory, args, refusal);
}

}  // namespace steepest

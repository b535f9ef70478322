#include "product.h"

#include <cstdlib>
#include <new>

#include "cpu/isas.h"
#include "program/contract.h"
#include "program/decode.h"
#include "program/whole.h"

namespace steepest {
namespace {

enum Argument { Isa, M, N, K, A, ARow, AStep, B, BRow, BStep, C, CRow, Bias, Init, Act, Alpha, Arguments };

/** Sizes and strides above this are refused: kernels count in 32 bits. */
constexpr int64_t kMostElements = (int64_t{1} << 31) - 1;
constexpr uintptr_t kLineBytes = 64;

/** Scratch memory of one environment, made when a product first needs it. One thread runs an environment. */
struct Scratch {
  void* memory = nullptr;

  ~Scratch() { std::free(memory); }
  /** On a cache line; null if there is no memory. */
  float* floats() {
    if (memory == nullptr) memory = std::malloc(static_cast<size_t>(kWorkspaceFloats) * sizeof(float) + kLineBytes);
    if (memory == nullptr) return nullptr;
    const uintptr_t first = reinterpret_cast<uintptr_t>(memory) + kLineBytes - 1;
    return reinterpret_cast<float*>(first & ~(kLineBytes - 1));
  }
};

void deleteScratch(napi_env, void* data, void*) { delete static_cast<Scratch*>(data); }

/** The arguments of one call. Every read says whether it fits. */
struct Given {
  napi_env env;
  napi_value values[Arguments];

  bool integer(Argument at, int64_t least, int64_t most, int64_t* value) const {
    double number = 0;
    if (napi_get_value_double(env, values[at], &number) != napi_ok) return false;
    if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most))) return false;
    *value = static_cast<int64_t>(number);
    return static_cast<double>(*value) == number;
  }
  bool stride(Argument at, int64_t* value) const { return integer(at, 1, kMostElements, value); }

  /** A Float32Array that holds all elements of the matrix; its sizes and strides are set already. */
  bool floats(Argument at, Matrix* matrix) const {
    napi_typedarray_type type = napi_int8_array;
    size_t length = 0;
    if (napi_get_typedarray_info(env, values[at], &type, &length, &matrix->data, nullptr, nullptr) != napi_ok) return false;
    const int64_t last = (matrix->rows - 1) * matrix->rowStride + (matrix->cols - 1) * matrix->colStride;
    return type == napi_float32_array && matrix->data != nullptr && last < static_cast<int64_t>(length);
  }
};

Matrix floatMatrix(int64_t rows, int64_t cols) { return {nullptr, rows, cols, cols, 1, DType::F32}; }

bool readMatrices(const Given& given, OpArgs& args) {
  using namespace op_gemm;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  if (!given.integer(M, 1, kMostElements, &m) || !given.integer(N, 1, kMostElements, &n)) return false;
  if (!given.integer(K, 1, kMostElements, &k)) return false;
  args.operands[a] = floatMatrix(m, k);
  args.operands[b] = floatMatrix(k, n);
  args.operands[c] = floatMatrix(m, n);
  Matrix& left = args.operands[a];
  Matrix& right = args.operands[b];
  Matrix& out = args.operands[c];
  return given.stride(ARow, &left.rowStride) && given.stride(AStep, &left.colStride) && given.floats(A, &left) &&
         given.stride(BRow, &right.rowStride) && given.stride(BStep, &right.colStride) && given.floats(B, &right) &&
         given.integer(CRow, n, kMostElements, &out.rowStride) && given.floats(C, &out);
}

/** A scalar of gemm, in the range that the contract gives it. */
bool readScalar(const Given& given, Argument at, int scalar, OpArgs& args) {
  double value = 0;
  if (napi_get_value_double(given.env, given.values[at], &value) != napi_ok) return false;
  const ScalarRange& range = kScalarRanges[kOpSchemas[static_cast<int>(OpKind::Gemm)].scalars[scalar].range];
  if (!(value >= range.least && value <= range.most) || (range.whole && !isWhole(value))) return false;
  args.scalars[scalar] = value;
  args.scalarsF[scalar] = static_cast<float>(value);
  return true;
}

bool readScalars(const Given& given, OpArgs& args) {
  using namespace op_gemm;
  if (!readScalar(given, Init, init_, args) || !readScalar(given, Act, activation_, args)) return false;
  if (!readScalar(given, Alpha, alpha_, args)) return false;
  const bool activates = static_cast<Activation>(static_cast<int>(args.scalars[activation_])) != Activation::Linear;
  args.scalars[epilogue_] = static_cast<int>(activates ? GemmEpilogue::Activation : GemmEpilogue::None);
  args.scalars[batch_] = static_cast<int>(GemmBatch::None);
  if (static_cast<GemmInit>(static_cast<int>(args.scalars[init_])) != GemmInit::Bias) return true;
  args.operands[bias] = floatMatrix(1, args.operands[c].cols);
  return given.floats(Bias, &args.operands[bias]);
}

napi_value refuse(napi_env env, const char* code, const char* message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, code, message);
  return nullptr;
}

}  // namespace

napi_value product(napi_env env, napi_callback_info info) {
  Given given = {env, {}};
  size_t count = Arguments;
  void* scratch = nullptr;
  int64_t isa = 0;
  OpArgs args = {};
  const IsaList& list = availableIsas();
  if (napi_get_cb_info(env, info, &count, given.values, nullptr, nullptr) != napi_ok || count < Arguments ||
      !given.integer(Isa, 0, list.count - 1, &isa) || !readMatrices(given, args) || !readScalars(given, args)) {
    return refuse(env, "ERR_PROGRAM", "product takes matrices that lie within their arrays");
  }
  if (mayPack(args.operands[op_gemm::b])) {
    if (napi_get_instance_data(env, &scratch) == napi_ok && scratch != nullptr) {
      args.workspace = static_cast<Scratch*>(scratch)->floats();
    }
    if (args.workspace == nullptr) return refuse(env, "ERR_MEMORY", "no memory for a matrix product");
  }
  list.tables[isa]->ops[static_cast<int>(OpKind::Gemm)](args, 0, args.operands[op_gemm::c].rows);
  return nullptr;
}

napi_status initProduct(napi_env env) {
  Scratch* scratch = new (std::nothrow) Scratch();
  if (scratch == nullptr) return napi_generic_failure;
  const napi_status status = napi_set_instance_data(env, scratch, deleteScratch, nullptr);
  if (status != napi_ok) delete scratch;
  return status;
}

}  // namespace steepest

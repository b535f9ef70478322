// Every kernel family, and the table of them, for the instruction set that includes this file.
#include "kernel.inl"
#include "columns.inl"
#include "math.inl"
#include "threefry.inl"
#include "elementwise/activation.inl"
#include "rows/gather.inl"
#include "transpose.inl"
#include "gemm/gemm_tile.inl"
#include "gemm/gemm_narrow.inl"
#include "gemm/gemm.inl"
#include "gemm/reduce.inl"
#include "rows/shuffle.inl"
#include "elementwise/dropout.inl"
#include "elementwise/softmax.inl"
#include "losses/mean.inl"
#include "losses/softmax_cross_entropy.inl"
#include "losses/sigmoid_cross_entropy.inl"
#include "losses/probability_cross_entropy.inl"
#include "losses/regression.inl"
#include "losses/weight_rows.inl"
#include "losses/metrics.inl"
#include "updates/penalty.inl"
#include "updates/update.inl"
#include "updates/descent.inl"
#include "updates/mean_squares.inl"
#include "updates/adam.inl"
#include "updates/gradients.inl"
#include "math_f64.inl"
#include "linear/linear.inl"
#include "linear/logistic.inl"
#include "least_squares/qr_apply.inl"
#include "least_squares/qr_panel.inl"
#include "least_squares/qr.inl"
#include "least_squares/triangular.inl"
#include "least_squares/normal_residual.inl"
#include "images/images.inl"
#include "images/windows.inl"
#include "convolution/conv_axis.inl"
#include "convolution/conv_tile.inl"
#include "convolution/conv.inl"
#include "convolution/conv_pool.inl"
#include "convolution/conv_weights.inl"
#include "convolution/conv_pool_weights.inl"
#include "winograd/winograd.inl"
#include "winograd/winograd_weights.inl"
#include "pooling/pool.inl"
#include "normalisation/batch_norm.inl"
#include "normalisation/layer_norm.inl"
#include "convolution/conv_rows_tile.inl"
#include "convolution/conv_rows.inl"
#include "pooling/pool_rows.inl"
#include "peak.inl"

#if !defined(STEEPEST_HERE)
#define STEEPEST_HERE
#endif

/** The kernel of every kind of op; one that is missing is an error here. */
constexpr KernelTable kernelTable(const char* isa) {
#define STEEPEST_KERNEL(kind) STEEPEST_HERE op_##kind,
  return {isa, kLanes, {STEEPEST_OPS(STEEPEST_KERNEL)}, fmaLoop};
#undef STEEPEST_KERNEL
}

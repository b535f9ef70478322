// Every kernel family, and the table of them, for the instruction set that includes this file.
#include "columns.inl"
#include "math.inl"
#include "threefry.inl"
#include "activation.inl"
#include "gather.inl"
#include "transpose.inl"
#include "gemm_tile.inl"
#include "gemm_narrow.inl"
#include "gemm.inl"
#include "reduce.inl"
#include "shuffle.inl"
#include "dropout.inl"
#include "softmax.inl"
#include "losses.inl"
#include "metrics.inl"
#include "penalty.inl"
#include "optimizers.inl"
#include "math_f64.inl"
#include "linear_f64.inl"
#include "logistic_f64.inl"
#include "qr_apply.inl"
#include "qr_panel.inl"
#include "qr.inl"
#include "triangular.inl"
#include "normal_residual.inl"
#include "images.inl"
#include "windows.inl"
#include "conv_axis.inl"
#include "conv_tile.inl"
#include "conv.inl"
#include "conv_pool.inl"
#include "conv_weights.inl"
#include "conv_pool_weights.inl"
#include "winograd.inl"
#include "winograd_weights.inl"
#include "pool.inl"
#include "batch_norm.inl"
#include "layer_norm.inl"
#include "conv_rows_tile.inl"
#include "conv_rows.inl"
#include "pool_rows.inl"
#include "peak.inl"

/** In the order of OpKind. */
constexpr KernelTable kernelTable(const char* isa) {
  return {isa,
          kLanes,
          {
              op_gatherRows,
              op_gatherLabels,
              op_gemm,
              op_biasGradient,
              op_activation,
              op_activationBackward,
              op_scaleShift,
              op_dropout,
              op_softmax,
              op_softmaxBackward,
              op_softmaxCrossEntropy,
              op_sigmoidCrossEntropy,
              op_categoricalCrossEntropy,
              op_binaryCrossEntropy,
              op_meanSquaredError,
              op_meanAbsoluteError,
              op_argmaxAccuracy,
              op_thresholdAccuracy,
              op_r2Terms,
              op_rowSums,
              op_penalty,
              op_sgd,
              op_momentum,
              op_rmsprop,
              op_adam,
              op_copyRows,
              op_shuffle,
              op_linearScores,
              op_logisticLoss,
              op_linearGradient,
              op_curvatureRows,
              op_gatherDesign,
              op_qrFold,
              op_triangularSolve,
              op_jacobiRows,
              op_normalResidual,
              op_weightRows,
              op_gatherImages,
              op_padImages,
              op_conv2d,
              op_conv2dInput,
              op_conv2dWeights,
              op_channelSums,
              op_maxPool2d,
              op_maxPool2dBackward,
              op_averagePool2d,
              op_averagePool2dBackward,
              op_imagesToRows,
              op_rowsToImages,
              op_drawWindows,
              op_gatherWindows,
              op_gatherImageWindows,
              op_conv2dMaxPool,
              op_maxPool2x2Backward,
              op_groupMoments,
              op_mergeMoments,
              op_movingMoments,
              op_frozenMoments,
              op_normalize,
              op_mergeSlopes,
              op_normalizeBackward,
              op_normGradients,
              op_foldNorm,
              op_layerNorm,
              op_layerNormBackward,
              op_padRows,
              op_conv2dRows,
              op_maxPool2dRows,
              op_averagePool2dRows,
              op_conv2dWinograd,
              op_conv2dMaxPoolWinograd,
              op_conv2dInputWinograd,
              op_conv2dWeightsWinograd,
              op_winogradGradient,
              op_conv2dMaxPoolWeights,
          },
          fmaLoop};
}

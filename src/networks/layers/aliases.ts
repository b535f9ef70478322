import type { Aliases } from '../core/nearest.js';

/** Types of layers by the names of Keras and PyTorch. */
export const LAYER_ALIASES: Aliases = {
  linear: 'dense',
  fullyConnected: 'dense',
  convolution2d: 'conv2d',
  maxPooling2d: 'maxPool2d',
  averagePooling2d: 'averagePool2d',
  avgPool2d: 'averagePool2d',
  globalAveragePooling2d: 'globalAveragePool2d',
  globalAvgPool2d: 'globalAveragePool2d',
  adaptiveAvgPool2d: 'globalAveragePool2d',
  batchNormalization: 'batchNorm',
  batchNorm1d: 'batchNorm',
  batchNorm2d: 'batchNorm',
  layerNormalization: 'layerNorm',
  rescale: 'rescaling',
  // What other libraries have and this one has not.
  conv1d: '',
  conv3d: '',
  maxPool1d: '',
  separableConv2d: '',
  depthwiseConv2d: '',
  spatialDropout2d: '',
  alphaDropout: '',
  groupNorm: '',
  embedding: '',
  lstm: '',
  gru: '',
};

/** Options of layers by the same libraries' names; each counts where the layer has our option. */
export const OPTION_ALIASES: Aliases = {
  inputDim: 'inputShape',
  inputSize: 'inputShape',
  inFeatures: 'inputShape',
  inChannels: 'inputShape',
  batchInputShape: 'inputShape',
  outFeatures: 'units',
  outputDim: 'units',
  neurons: 'units',
  nodes: 'units',
  outChannels: 'filters',
  channels: 'filters',
  // Of a pooling layer, which has no kernel.
  kernelSize: 'poolSize',
  size: 'poolSize',
  stride: 'strides',
  dilation: 'dilationRate',
  p: 'rate',
  probability: 'rate',
  dropoutRate: 'rate',
  bias: 'useBias',
  activationFunction: 'activation',
  regularizer: 'kernelRegularizer',
  weightRegularizer: 'kernelRegularizer',
  initializer: 'kernelInitializer',
  weightInitializer: 'kernelInitializer',
  shape: 'targetShape',
  eps: 'epsilon',
  factor: 'scale',
  multiplier: 'scale',
  shift: 'offset',
  direction: 'mode',
  activityRegularizer: '',
  kernelConstraint: '',
  biasConstraint: '',
};

/** Activations by the same libraries' names. */
export const ACTIVATION_ALIASES: Aliases = {
  identity: 'linear',
  logistic: 'sigmoid',
  // Functions of their own, whose names look like others.
  relu6: '',
  prelu: '',
  selu: '',
  celu: '',
  silu: '',
  swish: '',
  logSoftmax: '',
};

export const ACTIVATION_OPTION_ALIASES: Aliases = {
  negativeSlope: 'alpha',
  slope: 'alpha',
  activation: 'name',
};

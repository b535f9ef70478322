// Where a square of 2 × 2 outputs of Winograd's convolutions goes: into images, or the largest of it into pooled images.
#pragma once
#include "../kernel.inl"
#include "../elementwise/activation.inl"
#include "../images/images.inl"
#include "../convolution/conv_pool.inl"

/** One direction of a convolution. */
struct WinogradPass {
  bool isBackward;
  ImageShape from, to;
  int64_t top, left;
  ConvFinish finish;
  Activation activation;
  F alpha;

  /** Floats of transformed weights at one point. */
  int64_t kernelPoint() const { return from.channels * to.channels; }
};

/** Large activations, once for all. */
STEEPEST_NOINLINE F winogradActivate(const WinogradPass& pass, F value) { return activate(pass.activation, value, pass.alpha); }
STEEPEST_NOINLINE F winogradDerive(const WinogradPass& pass, F value, F s) {
  return activateBackward(pass.activation, value, s, pass.alpha);
}

/** Plain outputs of one group of images. */
struct WinogradStore {
  const WinogradPass& pass;
  const float* s;
  float* y;

  void operator()(int64_t o, int64_t p, int64_t q, int lane, const F (&z)[2][2]) const {
    const int64_t at = o * pass.to.planeFloats() + (2 * p * pass.to.width + 2 * q) * kGroupImages + lane;
    STEEPEST_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (2 * p + i >= pass.to.height) break;
      STEEPEST_UNROLL
      for (int j = 0; j < 2; ++j) {
        if (2 * q + j >= pass.to.width) break;
        const int64_t to = at + i * pass.to.rowFloats() + j * kGroupImages;
        F value = z[i][j];
        if (pass.finish == ConvFinish::Relu) {
          value = activate(Activation::Relu, value, zero());
        } else if (pass.finish == ConvFinish::ReluBackward) {
          value = activateBackward(Activation::Relu, value, load(s + to), zero());
        } else if (pass.finish == ConvFinish::Activate) {
          value = winogradActivate(pass, value);
        } else if (pass.finish == ConvFinish::Derive) {
          value = winogradDerive(pass, value, load(s + to));
        }
        store(y + to, value);
      }
    }
  }
};

/** A square is a window: its largest element, and which it is. */
struct WinogradPool {
  const WinogradPass& pass;
  ImageShape pooled;
  float* y;
  uint8_t* index;

  void operator()(int64_t o, int64_t p, int64_t q, int lane, const F (&z)[2][2]) const {
    if (p >= pooled.height || q >= pooled.width) return;
    const WindowMax best = windowMax(z[0][0], z[0][1], z[1][0], z[1][1]);
    F value = best.value;
    if (pass.finish == ConvFinish::Relu) {
      value = activate(Activation::Relu, value, zero());
    } else if (pass.finish == ConvFinish::Activate) {
      value = winogradActivate(pass, value);
    }
    const int64_t element = p * pooled.width + q;
    store(y + o * pooled.planeFloats() + element * kGroupImages + lane, value);
    if (index == nullptr) return;
    uint8_t* place = index + (o * pooled.pixels() + element) * kPackedIndexBytes;
    uint32_t low = 0;
    uint32_t high = 0;
    if (lane > 0) {  // The lanes before are there.
      low = static_cast<uint32_t>(place[0] | place[1] << 8);
      high = static_cast<uint32_t>(place[2] | place[3] << 8);
    }
    storeBits(place, low | laneBits(best.low) << lane, high | laneBits(best.high) << lane);
  }
};

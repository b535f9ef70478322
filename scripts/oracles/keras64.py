"""Keras on PyTorch, computing in float64 for a while: other scripts want its own settings."""

import os
from contextlib import contextmanager

import numpy as np

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402

# Keras's default, as float32 kernels have it.
EPSILON = float(np.float32(1e-7))


@contextmanager
def in_float64():
    # On PyTorch, Keras makes float64 results float32 as JAX would. Here they stay float64.
    narrowed = keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE
    before = keras.config.floatx(), keras.config.epsilon(), narrowed["float64"]
    keras.config.set_floatx("float64")
    keras.config.set_epsilon(EPSILON)
    narrowed["float64"] = "float64"
    try:
        yield
    finally:
        floatx, epsilon, narrowed["float64"] = before
        keras.config.set_floatx(floatx)
        keras.config.set_epsilon(epsilon)

"""What all oracle scripts share: exact inputs, and fixtures written the same way every time."""

import json
from pathlib import Path

import numpy as np
import torch

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"

# Expected values carry 12 significant digits: far beyond float32, and short enough to read in a diff.
EXPECTED_DIGITS = 12
# A float32 survives a round trip through 9 significant decimal digits.
FLOAT32_DIGITS = 9

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def float32(values):
    """Rounds to float32 and returns the result as a float64 array, so that steepest can be given the same numbers."""
    return np.asarray(values, dtype=np.float64).astype(np.float32).astype(np.float64)


def inputs(array):
    """float32 numbers for a fixture: a matrix as a list of rows."""
    return rounded(array, FLOAT32_DIGITS)


def expected(array):
    """float64 results for a fixture."""
    if isinstance(array, torch.Tensor):
        array = array.detach().numpy()
    return rounded(array, EXPECTED_DIGITS)


def rounded(array, digits):
    array = np.asarray(array, dtype=np.float64)
    if array.ndim == 0:
        return float(f"{float(array):.{digits}g}")
    return [rounded(element, digits) for element in array]


def numbers(seed):
    """
    Multiples of 2^-32 from -1/2 to 1/2, of a linear congruential generator: the tests make the same numbers from
    integers alone.
    """
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32 - 0.5


def tensors(arrays):
    """Leaf tensors that collect gradients."""
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def dense_weights(rng, sizes, scale=0.6):
    """Kernel [in, out] and bias [out] of each dense layer, flat in layer order, as float32 numbers."""
    arrays = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        arrays.append(float32(rng.normal(0, scale / np.sqrt(n_in) * 2, (n_in, n_out))))
        arrays.append(float32(rng.normal(0, 0.2, n_out)))
    return arrays


class OneLine(dict):
    """Part of a fixture that is another program's file: it stays on one line."""


def to_text(fixture):
    """JSON with one array of numbers per line."""
    return encode(fixture, 0) + "\n"


def encode(value, depth):
    indent = "  " * (depth + 1)
    end = "\n" + "  " * depth
    if isinstance(value, dict) and not isinstance(value, OneLine):
        items = [f"{json.dumps(key)}: {encode(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(indent + item for item in items) + end + "}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(indent + encode(item, depth + 1) for item in value) + end + "]"
    return json.dumps(value)

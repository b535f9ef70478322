"""Loss and parameter gradients of one dense layer for every loss, on outputs and on logits."""

import numpy as np
import torch
import torch.nn.functional as F

from common import expected, float32, inputs, tensors

# Keras clips probabilities here; PyTorch clamps log(p) at -100 instead. steepest follows Keras.
EPSILON = float(np.float32(1e-7))
ONE_MINUS_EPSILON = float(np.float32(1) - np.float32(1e-7))


def clipped(p):
    return p.clamp(EPSILON, ONE_MINUS_EPSILON)


def categorical_on_probabilities(p, target):
    q = clipped(p / p.sum(dim=1, keepdim=True))
    return -(target * q.log()).sum(dim=1).mean()


def binary_on_probabilities(p, target):
    return F.binary_cross_entropy(clipped(p), target)


def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels, classes).to(torch.float64)


ACTIVATIONS = {
    "linear": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "softmax": lambda z: F.softmax(z, dim=1),
}

# A last activation that a loss joins with (softmax, sigmoid) is computed from logits by both sides.
JOINED = {
    ("categoricalCrossentropy", "softmax"): lambda z, t: F.cross_entropy(z, t),
    ("sparseCategoricalCrossentropy", "softmax"): lambda z, t: F.cross_entropy(z, t),
    ("binaryCrossentropy", "sigmoid"): lambda z, t: F.binary_cross_entropy_with_logits(z, t),
}
ON_LOGITS = {
    "categoricalCrossentropy": F.cross_entropy,
    "sparseCategoricalCrossentropy": F.cross_entropy,
    "binaryCrossentropy": F.binary_cross_entropy_with_logits,
}
ON_OUTPUTS = {
    "meanSquaredError": F.mse_loss,
    "meanAbsoluteError": F.l1_loss,
    "binaryCrossentropy": binary_on_probabilities,
    "categoricalCrossentropy": categorical_on_probabilities,
    "sparseCategoricalCrossentropy": lambda p, t: categorical_on_probabilities(p, one_hot(t, p.shape[1])),
}

# (loss, fromLogits, last activation, scale of the weights), and of huber delta
CASES = [
    ("meanSquaredError", False, "linear", 1),
    ("meanSquaredError", False, "sigmoid", 1),
    ("meanAbsoluteError", False, "linear", 1),
    ("meanAbsoluteError", False, "tanh", 1),
    ("binaryCrossentropy", False, "sigmoid", 1),
    ("binaryCrossentropy", False, "sigmoid", 40),
    ("binaryCrossentropy", False, "softmax", 1),
    ("binaryCrossentropy", True, "linear", 1),
    ("binaryCrossentropy", True, "linear", 40),
    ("categoricalCrossentropy", False, "softmax", 1),
    ("categoricalCrossentropy", False, "softmax", 40),
    ("categoricalCrossentropy", False, "sigmoid", 1),
    ("categoricalCrossentropy", True, "linear", 1),
    ("categoricalCrossentropy", True, "linear", 40),
    ("sparseCategoricalCrossentropy", False, "softmax", 1),
    ("sparseCategoricalCrossentropy", False, "softmax", 40),
    ("sparseCategoricalCrossentropy", False, "softplus", 1),
    ("sparseCategoricalCrossentropy", True, "linear", 1),
    ("sparseCategoricalCrossentropy", True, "linear", 40),
    ("huber", False, "linear", 1, 0.7),
    ("huber", False, "linear", 40, 3.25),
    ("huber", False, "tanh", 1, 1),
    ("huber", False, "linear", 1, 1e-3),
    ("huber", False, "softplus", 1, 1e3),
]
ROWS, COLS, UNITS = 7, 4, 5


def targets(rng, loss):
    if loss == "sparseCategoricalCrossentropy":
        labels = rng.integers(0, UNITS, ROWS)
        return torch.tensor(labels), [int(label) for label in labels]
    if loss == "categoricalCrossentropy":
        # Soft targets, in eighths so that they are exact; most frameworks' tests use one-hot rows only.
        rows = rng.multinomial(8, np.full(UNITS, 1 / UNITS), ROWS) / 8
    elif loss == "binaryCrossentropy":
        rows = rng.integers(0, 5, (ROWS, UNITS)) / 4
    else:
        rows = float32(rng.normal(0, 1, (ROWS, UNITS)))
    return torch.tensor(rows), inputs(rows)


def case(index, loss, from_logits, activation, scale, delta=None):
    rng = np.random.default_rng(100 + index)
    x = float32(rng.normal(0, 1, (ROWS, COLS)))
    kernel = float32(rng.normal(0, 0.7, (COLS, UNITS)) * scale)
    bias = float32(rng.normal(0, 0.3, UNITS))
    target, given = targets(rng, loss)
    w, b = tensors([kernel, bias])
    z = torch.tensor(x) @ w + b
    if from_logits:
        value = ON_LOGITS[loss](ACTIVATIONS[activation](z), target)
    elif (loss, activation) in JOINED:
        value = JOINED[loss, activation](z, target)
    elif delta is not None:
        value = F.huber_loss(ACTIVATIONS[activation](z), target, delta=delta)
    else:
        value = ON_OUTPUTS[loss](ACTIVATIONS[activation](z), target)
    value.backward()
    return {
        "loss": loss,
        "fromLogits": from_logits,
        "activation": activation,
        "scale": scale,
        **({} if delta is None else {"delta": delta}),
        "x": inputs(x),
        "y": given,
        "weights": [inputs(kernel), inputs(bias)],
        "value": expected(value),
        "gradients": [expected(w.grad), expected(b.grad)],
    }


def fixture():
    return {"cases": [case(index, *parameters) for index, parameters in enumerate(CASES)]}

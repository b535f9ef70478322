"""Loss and parameter gradients of one dense layer for every loss, on outputs and on logits."""

import numpy as np
import torch
import torch.nn.functional as F

from common import expected, float32, inputs, tensors
from keras64 import EPSILON, in_float64, keras

# Losses that clip probabilities in float32 clip at EPSILON and at this float32 number.
ONE_MINUS_EPSILON = float(np.float32(1) - np.float32(1e-7))


def clipped(p):
    # PyTorch clamps log(p) at -100 instead. steepest follows Keras.
    return p.clamp(EPSILON, ONE_MINUS_EPSILON)


def categorical_on_probabilities(p, target, label_smoothing=0.0):
    smooth = target * (1 - label_smoothing) + label_smoothing / target.shape[1]
    q = clipped(p / p.sum(dim=1, keepdim=True))
    return -(smooth * q.log()).sum(dim=1).mean()


def binary_on_probabilities(p, target, label_smoothing=0.0):
    return F.binary_cross_entropy(clipped(p), target * (1 - label_smoothing) + label_smoothing / 2)


def binary_on_logits(z, target, label_smoothing=0.0):
    return F.binary_cross_entropy_with_logits(z, target * (1 - label_smoothing) + label_smoothing / 2)


def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels, classes).to(torch.float64)


def pinball(y, target, quantile=0.5):
    d = target - y
    return torch.maximum(quantile * d, (quantile - 1) * d).mean()


def keras_loss(function):
    """A function of Keras as one of (output, target): the mean over rows."""
    return lambda y, target, **own: function(target, y, **own).mean()


def binary_focal_on_logits(z, target, gamma=2.0, alpha=0.25, apply_class_balancing=False, label_smoothing=0.0):
    """Keras's formula without its clipping, which logits do not need; by log-sigmoid, which does not cancel."""
    t = target * (1 - label_smoothing) + label_smoothing / 2
    weight = t * alpha + (1 - t) * (1 - alpha) if apply_class_balancing else 1.0
    miss = t * torch.sigmoid(-z) + (1 - t) * torch.sigmoid(z)
    return (weight * miss**gamma * F.binary_cross_entropy_with_logits(z, t, reduction="none")).mean()


def categorical_focal_on_logits(z, target, gamma=2.0, alpha=0.25, label_smoothing=0.0):
    t = target * (1 - label_smoothing) + label_smoothing / z.shape[1]
    log_p = F.log_softmax(z, dim=1)
    return (-alpha * t * (-torch.expm1(log_p)) ** gamma * log_p).sum(dim=1).mean()


ACTIVATIONS = {
    "linear": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "softmax": lambda z: F.softmax(z, dim=1),
}

# A last activation that a loss joins with (softmax, sigmoid) is computed from logits by both sides.
JOINED = {
    "categoricalCrossentropy": "softmax",
    "sparseCategoricalCrossentropy": "softmax",
    "binaryCrossentropy": "sigmoid",
    "binaryFocalCrossentropy": "sigmoid",
    "categoricalFocalCrossentropy": "softmax",
}
ON_LOGITS = {
    "categoricalCrossentropy": F.cross_entropy,
    "sparseCategoricalCrossentropy": F.cross_entropy,
    "binaryCrossentropy": binary_on_logits,
    "binaryFocalCrossentropy": binary_focal_on_logits,
    "categoricalFocalCrossentropy": categorical_focal_on_logits,
}
ON_OUTPUTS = {
    "meanSquaredError": F.mse_loss,
    "meanAbsoluteError": F.l1_loss,
    "huber": F.huber_loss,
    "binaryCrossentropy": binary_on_probabilities,
    "categoricalCrossentropy": categorical_on_probabilities,
    "sparseCategoricalCrossentropy": lambda p, t, **own: categorical_on_probabilities(
        p, one_hot(t, p.shape[1]), **own
    ),
    "quantile": pinball,
    **{
        name: keras_loss(getattr(keras.losses, function))
        for name, function in {
            "meanAbsolutePercentageError": "mean_absolute_percentage_error",
            "meanSquaredLogarithmicError": "mean_squared_logarithmic_error",
            "logCosh": "log_cosh",
            "poisson": "poisson",
            "cosineSimilarity": "cosine_similarity",
            "klDivergence": "kl_divergence",
            "hinge": "hinge",
            "squaredHinge": "squared_hinge",
            "categoricalHinge": "categorical_hinge",
            "binaryFocalCrossentropy": "binary_focal_crossentropy",
            "categoricalFocalCrossentropy": "categorical_focal_crossentropy",
        }.items()
    },
}

# (loss, last activation, scale of the weights, hyperparameters)
CASES = [
    ("meanSquaredError", "linear", 1),
    ("meanSquaredError", "sigmoid", 1),
    ("meanAbsoluteError", "linear", 1),
    ("meanAbsoluteError", "tanh", 1),
    ("binaryCrossentropy", "sigmoid", 1),
    ("binaryCrossentropy", "sigmoid", 40),
    ("binaryCrossentropy", "softmax", 1),
    ("binaryCrossentropy", "linear", 1, {"fromLogits": True}),
    ("binaryCrossentropy", "linear", 40, {"fromLogits": True}),
    ("categoricalCrossentropy", "softmax", 1),
    ("categoricalCrossentropy", "softmax", 40),
    ("categoricalCrossentropy", "sigmoid", 1),
    ("categoricalCrossentropy", "linear", 1, {"fromLogits": True}),
    ("categoricalCrossentropy", "linear", 40, {"fromLogits": True}),
    ("sparseCategoricalCrossentropy", "softmax", 1),
    ("sparseCategoricalCrossentropy", "softmax", 40),
    ("sparseCategoricalCrossentropy", "softplus", 1),
    ("sparseCategoricalCrossentropy", "linear", 1, {"fromLogits": True}),
    ("sparseCategoricalCrossentropy", "linear", 40, {"fromLogits": True}),
    ("huber", "linear", 1, {"delta": 0.7}),
    ("huber", "linear", 40, {"delta": 3.25}),
    ("huber", "tanh", 1, {"delta": 1}),
    ("huber", "linear", 1, {"delta": 1e-3}),
    ("huber", "softplus", 1, {"delta": 1e3}),
    ("binaryCrossentropy", "sigmoid", 1, {"labelSmoothing": 0.2}),
    ("binaryCrossentropy", "softmax", 1, {"labelSmoothing": 0.9}),
    ("categoricalCrossentropy", "softmax", 40, {"labelSmoothing": 0.1}),
    ("categoricalCrossentropy", "sigmoid", 1, {"labelSmoothing": 0.3}),
    ("sparseCategoricalCrossentropy", "softmax", 1, {"labelSmoothing": 0.1}),
    ("sparseCategoricalCrossentropy", "softplus", 1, {"labelSmoothing": 0.25}),
    ("sparseCategoricalCrossentropy", "linear", 40, {"fromLogits": True, "labelSmoothing": 0.6}),
    ("meanAbsolutePercentageError", "linear", 1),
    ("meanAbsolutePercentageError", "softplus", 40),
    ("meanSquaredLogarithmicError", "softplus", 1),
    ("meanSquaredLogarithmicError", "linear", 1),
    ("meanSquaredLogarithmicError", "softplus", 1e4),
    ("logCosh", "linear", 1),
    ("logCosh", "linear", 1e-4),
    ("logCosh", "linear", 1e4),
    ("quantile", "linear", 1),
    ("quantile", "linear", 1, {"quantile": 0.9}),
    ("quantile", "tanh", 1, {"quantile": 0.05}),
    ("poisson", "softplus", 1),
    ("poisson", "softplus", 40),
    ("cosineSimilarity", "linear", 1),
    ("cosineSimilarity", "tanh", 1),
    ("cosineSimilarity", "linear", 1e-9),
    ("klDivergence", "softmax", 1),
    ("klDivergence", "softmax", 4),
    ("klDivergence", "sigmoid", 1),
    ("klDivergence", "linear", 1),
    ("hinge", "linear", 1),
    ("hinge", "tanh", 1),
    ("squaredHinge", "linear", 1),
    ("squaredHinge", "linear", 40),
    ("categoricalHinge", "linear", 1),
    ("categoricalHinge", "softmax", 1),
    ("binaryFocalCrossentropy", "sigmoid", 1),
    ("binaryFocalCrossentropy", "sigmoid", 40, {"gamma": 1.5}),
    ("binaryFocalCrossentropy", "linear", 1, {"fromLogits": True, "gamma": 0.5, "labelSmoothing": 0.1}),
    ("binaryFocalCrossentropy", "linear", 40, {"fromLogits": True, "applyClassBalancing": True, "alpha": 0.7}),
    ("binaryFocalCrossentropy", "softmax", 1),
    ("binaryFocalCrossentropy", "softmax", 1, {"gamma": 3, "applyClassBalancing": True}),
    ("binaryFocalCrossentropy", "softmax", 4, {"gamma": 1, "labelSmoothing": 0.2}),
    ("binaryFocalCrossentropy", "sigmoid", 1, {"gamma": 0}),
    ("categoricalFocalCrossentropy", "softmax", 1),
    ("categoricalFocalCrossentropy", "softmax", 40, {"gamma": 1.5, "alpha": 0.6}),
    ("categoricalFocalCrossentropy", "linear", 1, {"fromLogits": True, "labelSmoothing": 0.1}),
    ("categoricalFocalCrossentropy", "linear", 40, {"fromLogits": True, "gamma": 3}),
    ("categoricalFocalCrossentropy", "sigmoid", 1, {"gamma": 2.5}),
    ("categoricalFocalCrossentropy", "softplus", 40, {"alpha": 2, "labelSmoothing": 0.3}),
]
ROWS, COLS, UNITS = 7, 4, 5


def targets(rng, loss, index):
    if loss == "sparseCategoricalCrossentropy":
        labels = rng.integers(0, UNITS, ROWS)
        return torch.tensor(labels), [int(label) for label in labels]
    if loss in ("categoricalCrossentropy", "categoricalFocalCrossentropy", "klDivergence"):
        # Soft targets, in eighths so that they are exact; most frameworks' tests use one-hot rows only.
        rows = rng.multinomial(8, np.full(UNITS, 1 / UNITS), ROWS) / 8
    elif loss in ("binaryCrossentropy", "binaryFocalCrossentropy"):
        rows = rng.integers(0, 5, (ROWS, UNITS)) / 4
    elif loss == "categoricalHinge":
        rows = np.eye(UNITS)[rng.integers(0, UNITS, ROWS)]
    elif loss in ("hinge", "squaredHinge"):
        # 0 and 1, which stand for −1 and 1, or these.
        rows = rng.integers(0, 2, (ROWS, UNITS)) * 1.0
        rows = rows if index % 2 == 0 else 2 * rows - 1
    elif loss == "poisson":
        rows = rng.integers(0, 6, (ROWS, UNITS)) * 1.0
    elif loss == "meanSquaredLogarithmicError":
        rows = float32(np.exp(rng.normal(0, 2, (ROWS, UNITS))))
        rows[0, :2] = 0
    else:
        rows = float32(rng.normal(0, 1, (ROWS, UNITS)))
    return torch.tensor(rows), inputs(rows)


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def case(index, loss, activation, scale, own=None):
    own = dict(own or {})
    rng = np.random.default_rng(100 + index)
    x = float32(rng.normal(0, 1, (ROWS, COLS)))
    kernel = float32(rng.normal(0, 0.7, (COLS, UNITS)) * scale)
    bias = float32(rng.normal(0, 0.3, UNITS) * min(scale, 1))
    target, given = targets(rng, loss, index)
    if scale < 1e-3 and loss == "logCosh":
        # Differences far below 1, where log(cosh d) loses all digits of a careless formula.
        target = target * 0
        given = inputs(target.numpy())
    w, b = tensors([kernel, bias])
    z = torch.tensor(x) @ w + b
    arguments = {snake(key): value for key, value in own.items() if key != "fromLogits"}
    if own.get("fromLogits") or JOINED.get(loss) == activation:
        value = ON_LOGITS[loss](z, target, **arguments)
    else:
        value = ON_OUTPUTS[loss](ACTIVATIONS[activation](z), target, **arguments)
    value.backward()
    return {
        "loss": {"name": loss, **own},
        "activation": activation,
        "scale": scale,
        "x": inputs(x),
        "y": given,
        "weights": [inputs(kernel), inputs(bias)],
        "value": expected(value),
        "gradients": [expected(w.grad), expected(b.grad)],
    }


def fixture():
    with in_float64():
        return {"cases": [case(index, *parameters) for index, parameters in enumerate(CASES)]}

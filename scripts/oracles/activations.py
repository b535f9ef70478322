"""Values and derivatives of every activation, from torch.nn.functional in float64."""

import numpy as np
import torch
import torch.nn.functional as F

from common import expected, float32, inputs

FUNCTIONS = {
    "linear": lambda x: x * 1,
    "relu": F.relu,
    # Keras's negative slope; PyTorch's own default is 0.01.
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
    "elu": F.elu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    # The same function: F.softplus turns into x above a threshold, and overflows without one.
    "softplus": lambda x: -F.logsigmoid(-x),
    "silu": F.silu,
    "selu": F.selu,
    "relu6": F.relu6,
    "hardSigmoid": F.hardsigmoid,
    "hardSwish": F.hardswish,
    "mish": F.mish,
    "softsign": F.softsign,
    "exponential": torch.exp,
    "celu": F.celu,
}
# With a parameter.
WITH_ALPHA = ("leakyRelu", "elu", "celu")


def grid():
    """128 points: dense where the functions bend, sparse where they saturate, and a few extremes."""
    middle = np.linspace(-5, 5, 81)
    outer = np.array([5.5, 6, 7, 8, 9, 10, 12, 15, 17.5, 20, 25, 30, 40, 50, 60, 80])
    tiny = np.array([1e-2, 1e-3, 1e-4, 1e-6, 1e-10, 1e-20])
    points = np.concatenate([middle, outer, -outer, tiny, -tiny])
    rest = np.linspace(-0.7, 0.7, 128 - len(points))
    return float32(np.sort(np.concatenate([points, rest])))


def elementwise():
    cases = []
    x = grid()
    for name, function in FUNCTIONS.items():
        leaf = torch.tensor(x, requires_grad=True)
        y = function(leaf)
        y.sum().backward()
        cases.append({"activation": name, "y": expected(y), "derivative": expected(leaf.grad)})
    return {"x": inputs(x), "cases": cases}


# Slopes from none at all over some that make every product a subnormal to one above the identity's.
SLOPES = [0, 2.0**-149, 1e-40, 1e-20, 0.3, 1, 3]
# Both zeros, subnormals, the smallest normal number, and numbers whose products still fit float32.
EDGES = [0, 2.0**-149, 2.0**-148, 1e-40, 2.0**-126, 1e-30, 1e-10, 1e-3, 1, 20, 90, 104, 1e4, 1e20, 1e37]


def edges():
    """Derivatives where outputs are rounded to 0, -0, 1 or -1, or where alpha times x is."""
    x = float32(EDGES)
    x = np.concatenate([-x[::-1], x])
    left_out = (*WITH_ALPHA, "exponential")
    functions = [(name, None, function) for name, function in FUNCTIONS.items() if name not in left_out]
    for alpha in float32([1e-3, 0.3, 1, 3, 1e3]):
        functions.append(("celu", alpha, lambda x, alpha=alpha: F.celu(x, alpha)))
    for slope in float32(SLOPES):
        functions.append(("leakyRelu", slope, lambda x, slope=slope: F.leaky_relu(x, slope)))
        functions.append(("elu", slope, lambda x, slope=slope: F.elu(x, slope)))
    cases = []
    for name, alpha, function in functions:
        leaf = torch.tensor(x, requires_grad=True)
        y = function(leaf)
        y.sum().backward()
        assert torch.isfinite(leaf.grad).all(), name
        case = {"activation": name, "y": expected(y), "derivative": expected(leaf.grad)}
        cases.append(case if alpha is None else {**case, "alpha": inputs(alpha)})
    return {"x": inputs(x), "cases": cases}


def softmax():
    """Rows of logits, softmax, and the gradient of Σ g ⊙ softmax(x) for a given g."""
    rng = np.random.default_rng(31)
    cases = []
    for scale, cols in [(1, 3), (4, 10), (30, 17), (1, 40)]:
        x = float32(rng.normal(0, scale, (5, cols)))
        g = float32(rng.normal(0, 1, (5, cols)))
        leaf = torch.tensor(x, requires_grad=True)
        y = F.softmax(leaf, dim=1)
        (y * torch.tensor(g)).sum().backward()
        cases.append({"x": inputs(x), "g": inputs(g), "y": expected(y), "dx": expected(leaf.grad)})
    return cases


def prelu():
    """Rows, a slope for each column (one negative), and the gradients of Σ g ⊙ prelu(x) for a given g."""
    rng = np.random.default_rng(41)
    x = float32(rng.normal(0, 2, (9, 5)))
    x[0, :3] = 0
    alpha = float32([0.25, -0.7, 0, 1.5, 1e-3])
    g = float32(rng.normal(0, 1, x.shape))
    leaf, slopes = torch.tensor(x, requires_grad=True), torch.tensor(alpha, requires_grad=True)
    y = F.prelu(leaf, slopes)
    (y * torch.tensor(g)).sum().backward()
    return {
        "x": inputs(x),
        "alpha": inputs(alpha),
        "g": inputs(g),
        "y": expected(y),
        "dx": expected(leaf.grad),
        "dAlpha": expected(slopes.grad),
    }


def fixture():
    return {"elementwise": elementwise(), "edges": edges(), "softmax": softmax(), "prelu": prelu()}

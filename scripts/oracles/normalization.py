"""Batch and layer normalisation: outputs, losses, all gradients and moving moments of layers; and a training run with both.

PyTorch's moving variance is unbiased, Keras's and steepest's is the variance of the mini-batch itself: it is moved here by hand.
Inputs come from the counter of conv.py, so the fixture holds none.
"""

import numpy as np
import torch
import torch.nn.functional as F

from common import expected, float32, inputs
from conv import images, numbers

# Streams of the counter; case k uses 8 k + these.
X, TARGET, GAMMA, BETA, MEAN, VARIANCE = range(6)
FIRST_STREAM = 100_000
# Samples, then the shape of one. A single sample has no batch statistics in PyTorch.
SHAPES = [[5, 4], [17, 3], [33, 7], [2, 19], [16, 33], [3, 2, 2, 3], [17, 2, 1, 3], [19, 3, 2, 2], [35, 2, 4, 1]]
OPTIONS = [
    {"epsilon": 1e-3, "scale": True, "center": True},
    {"epsilon": 0.1, "scale": True, "center": False},
    {"epsilon": 1e-5, "scale": False, "center": True},
]
MOMENTUM = 0.9


def counted(stream, shape, spread=1.0, offset=0.0):
    """float32 numbers in offset ± spread."""
    return torch.tensor(float32(numbers(stream, shape).numpy() * spread + offset))


def channels_first(x):
    return images(x) if x.ndim == 4 else x


def channels_last(x):
    return x.permute(0, 2, 3, 1) if x.ndim == 4 else x


def over_channels(x):
    """Dimensions that batch statistics are taken over."""
    return tuple(range(x.ndim - 1))


def layer(number, kind, shape, options):
    stream = 8 * number + FIRST_STREAM
    channels = shape[-1]
    x = counted(stream + X, shape, 3, 2).requires_grad_()
    target = counted(stream + TARGET, shape)
    gamma = counted(stream + GAMMA, [channels], 0.5, 1).requires_grad_()
    beta = counted(stream + BETA, [channels]).requires_grad_()
    weight = gamma if options["scale"] else None
    bias = beta if options["center"] else None
    epsilon = options["epsilon"]
    result = {"kind": kind, "shape": shape, **options, "stream": stream}
    if kind == "layerNorm":
        y = F.layer_norm(x, [channels], weight, bias, epsilon)
        result["y"] = expected(y.flatten())
    else:
        mean = counted(stream + MEAN, [channels], 1, 2)
        variance = counted(stream + VARIANCE, [channels], 0.5, 3)
        frozen = F.batch_norm(channels_first(x), mean, variance, weight, bias, False, 0, epsilon)
        result["y"] = expected(channels_last(frozen).flatten())
        y = channels_last(F.batch_norm(channels_first(x), None, None, weight, bias, True, 0, epsilon))
        batch = x.detach()
        moved = (
            MOMENTUM * mean + (1 - MOMENTUM) * batch.mean(over_channels(x)),
            MOMENTUM * variance + (1 - MOMENTUM) * batch.var(over_channels(x), unbiased=False),
        )
        result["moved"] = [expected(m) for m in moved]
    loss = F.mse_loss(y, target)
    loss.backward()
    result["loss"] = expected(loss.detach())
    result["dx"] = expected(x.grad.flatten())
    result["gradients"] = [expected(p.grad) for p in (weight, bias) if p is not None]
    return result


def layers():
    cases = []
    for kind in ("batchNorm", "layerNorm"):
        for i, shape in enumerate(SHAPES):
            cases.append(layer(len(cases), kind, shape, OPTIONS[i % len(OPTIONS)]))
    return cases


def run():
    """conv, batchNorm, relu, maxPool, layerNorm, dense, batchNorm, relu, dense; adam; 40 images in batches of 18, so the last has 4."""
    rng = np.random.default_rng(31)
    rows, batch_size, epochs, classes = 40, 18, 4, 3
    x = counted(FIRST_STREAM - 8, [rows, 5, 6, 2])
    labels = torch.tensor([(3 * i) // 4 % classes for i in range(rows)])
    # Shapes of steepest's arrays, in the order of getWeights. What a batch normalisation behind takes away again (a bias, the
    # layer normalisation's beta) is left out: adam would make steps of the roundings of a gradient that is 0.
    arrays = {
        "kernel": rng.normal(0, 0.4, (3, 2, 2, 5)),
        "gamma1": rng.normal(1, 0.2, 5),
        "beta1": rng.normal(0, 0.2, 5),
        "mean1": np.zeros(5),
        "variance1": np.ones(5),
        "gamma2": rng.normal(1, 0.2, 5),
        "dense1": rng.normal(0, 0.4, (10, 8)),
        "gamma3": rng.normal(1, 0.2, 8),
        "beta3": rng.normal(0, 0.2, 8),
        "mean3": np.zeros(8),
        "variance3": np.ones(8),
        "dense2": rng.normal(0, 0.5, (8, classes)),
        "bias2": rng.normal(0, 0.2, classes),
    }
    arrays = {name: float32(a) for name, a in arrays.items()}
    w = {name: torch.tensor(a, requires_grad=not name.startswith(("mean", "variance"))) for name, a in arrays.items()}

    def batch_norm(z, n, training):
        gamma, beta, mean, variance = (w[f"{name}{n}"] for name in ("gamma", "beta", "mean", "variance"))
        if not training:
            return F.batch_norm(z, mean, variance, gamma, beta, False, 0, 1e-3)
        with torch.no_grad():
            over = [d for d in range(z.ndim) if d != 1]
            w[f"mean{n}"] = MOMENTUM * mean + (1 - MOMENTUM) * z.mean(over)
            w[f"variance{n}"] = MOMENTUM * variance + (1 - MOMENTUM) * z.var(over, unbiased=False)
        return F.batch_norm(z, None, None, gamma, beta, True, 0, 1e-3)

    def logits(part, training):
        z = F.conv2d(images(part), w["kernel"].permute(3, 2, 0, 1))
        z = F.max_pool2d(F.relu(batch_norm(z, 1, training)), (2, 2))
        z = F.layer_norm(z.permute(0, 2, 3, 1), [5], w["gamma2"], None, 1e-3).flatten(1)
        z = F.relu(batch_norm(z @ w["dense1"], 3, training))
        return z @ w["dense2"] + w["bias2"]

    optimizer = torch.optim.Adam([p for p in w.values() if p.requires_grad], lr=0.02, eps=1e-7)
    history = {"loss": [], "valLoss": []}
    for _ in range(epochs):
        total = 0.0
        for start in range(0, rows, batch_size):
            part, truth = x[start : start + batch_size], labels[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(logits(part, True), truth)
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(part)
        history["loss"].append(total / rows)
        with torch.no_grad():
            history["valLoss"].append(float(F.cross_entropy(logits(x, False), labels)))
    return {
        "stream": FIRST_STREAM - 8,
        "momentum": MOMENTUM,
        "labels": labels.tolist(),
        "weights": [inputs(a) for a in arrays.values()],
        "history": {name: expected(values) for name, values in history.items()},
        "finalWeights": [expected(p) for p in w.values()],
    }


def fixture():
    return {"momentum": MOMENTUM, "layers": layers(), "run": run()}

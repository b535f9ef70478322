"""Full-batch steps of torch.optim on a small perceptron, with and without penalties on the weights."""

import numpy as np
import torch
import torch.nn.functional as F

from common import dense_weights, expected, float32, inputs, tensors

ROWS, SIZES = 12, [7, 5, 3]
SNAPSHOTS = (1, 2, 10)
# Sums of squares only grow, so what is wrong with them shows late.
LATE_SNAPSHOTS = {"adagrad": (2, 30), "adagrad from 0": (2, 30)}

OPTIMIZERS = {
    "sgd": (
        {"name": "sgd", "learningRate": 0.1},
        lambda p: torch.optim.SGD(p, lr=0.1),
    ),
    "momentum": (
        {"name": "sgd", "learningRate": 0.1, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    ),
    "nesterov": (
        {"name": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (
        {"name": "rmsprop", "learningRate": 0.01, "rho": 0.9, "epsilon": 1e-7},
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7),
    ),
    "adam": (
        {"name": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7),
    ),
    "adamw": (
        {"name": "adamw", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "weightDecay": 0.1},
        lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.1),
    ),
    "adagrad": (
        {
            "name": "adagrad",
            "learningRate": 0.137,
            "learningRateDecay": 0.031,
            "initialAccumulatorValue": 0.0273,
            "epsilon": 0.013,
        },
        lambda p: torch.optim.Adagrad(p, lr=0.137, lr_decay=0.031, initial_accumulator_value=0.0273, eps=0.013),
    ),
    "adagrad from 0": (
        {"name": "adagrad", "learningRate": 0.02, "initialAccumulatorValue": 0, "epsilon": 1e-10},
        lambda p: torch.optim.Adagrad(p, lr=0.02, eps=1e-10),
    ),
}
# Penalties on the kernels, l1·Σ|w| + l2·Σw², as in Keras; PyTorch's weight_decay would be l2/2.
PENALTIES = {"none": (0.0, 0.0), "l2": (0.0, 0.01), "l1": (0.01, 0.0), "l1 and l2": (0.004, 0.01)}


def loss_of(parameters, x, labels):
    w1, b1, w2, b2 = parameters
    return F.cross_entropy(torch.tanh(x @ w1 + b1) @ w2 + b2, labels)


def run(make, penalty, weights, x, labels, at):
    parameters = tensors(weights)
    optimizer = make(parameters)
    l1, l2 = penalty
    snapshots, losses = [], []
    for step in range(1, max(at) + 1):
        optimizer.zero_grad()
        loss = loss_of(parameters, x, labels)
        for kernel in parameters[::2]:
            loss = loss + l1 * kernel.abs().sum() + l2 * (kernel * kernel).sum()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if step in at:
            snapshots.append({"step": step, "weights": [expected(p) for p in parameters]})
    return {"losses": expected(losses), "snapshots": snapshots}


def fixture():
    rng = np.random.default_rng(7)
    x = float32(rng.normal(0, 1, (ROWS, SIZES[0])))
    labels = rng.integers(0, SIZES[-1], ROWS)
    weights = dense_weights(rng, SIZES)
    cases = []
    for name, (options, make) in OPTIMIZERS.items():
        for penalty_name, penalty in PENALTIES.items():
            at = LATE_SNAPSHOTS.get(name, SNAPSHOTS)
            result = run(make, penalty, weights, torch.tensor(x), torch.tensor(labels), at)
            cases.append(
                {
                    "name": f"{name}, penalty {penalty_name}",
                    "optimizer": options,
                    "penalty": {"l1": penalty[0], "l2": penalty[1]},
                    **result,
                }
            )
    return {
        "x": inputs(x),
        "labels": [int(label) for label in labels],
        "weights": [inputs(w) for w in weights],
        "cases": cases,
    }

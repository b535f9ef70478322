"""Full-batch steps of torch.optim and keras.optimizers on a small perceptron, with and without penalties."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
import torch.nn.functional as F

from common import dense_weights, expected, float32, inputs, tensors

keras.config.set_floatx("float64")

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


class KerasOptimizer:
    """An optimizer of Keras with the interface of torch.optim."""

    def __init__(self, parameters, optimizer, kernels_only=False):
        self.parameters = parameters
        names = ["kernel", "bias"] * (len(parameters) // 2)
        self.variables = [
            keras.Variable(p.detach().numpy(), dtype="float64", name=name) for p, name in zip(parameters, names)
        ]
        self.optimizer = optimizer
        if kernels_only:
            optimizer.exclude_from_weight_decay(var_names=["bias"])

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        with torch.no_grad():
            self.optimizer.apply([parameter.grad for parameter in self.parameters], self.variables)
            for parameter, variable in zip(self.parameters, self.variables):
                parameter.copy_(variable.value)


def by_layer(parameters, lr, scales):
    """Parameter groups of torch.optim: a learning rate for each layer."""
    return [{"params": parameters[2 * i : 2 * i + 2], "lr": lr * scale} for i, scale in enumerate(scales)]


def kernels_decay(parameters, weight_decay):
    return [
        {"params": parameters[::2], "weight_decay": weight_decay},
        {"params": parameters[1::2], "weight_decay": 0.0},
    ]


# After 25 steps, with hyperparameters that nobody has as defaults. Where Keras has epsilon inside the root, it is so
# small that its place makes no difference.
UNUSUAL = {
    "rmsprop, centered": (
        {"name": "rmsprop", "learningRate": 0.013, "rho": 0.81, "epsilon": 0.031, "centered": True},
        lambda p: torch.optim.RMSprop(p, lr=0.013, alpha=0.81, eps=0.031, centered=True),
    ),
    "rmsprop, momentum": (
        {"name": "rmsprop", "learningRate": 0.0052, "rho": 0.93, "epsilon": 0.0017, "momentum": 0.77},
        lambda p: torch.optim.RMSprop(p, lr=0.0052, alpha=0.93, eps=0.0017, momentum=0.77),
    ),
    "rmsprop, centered, momentum": (
        {
            "name": "rmsprop",
            "learningRate": 0.0041,
            "rho": 0.87,
            "epsilon": 0.0023,
            "momentum": 0.61,
            "centered": True,
        },
        lambda p: torch.optim.RMSprop(p, lr=0.0041, alpha=0.87, eps=0.0023, momentum=0.61, centered=True),
    ),
    "rmsprop, decay": (
        {"name": "rmsprop", "learningRate": 0.011, "rho": 0.88, "epsilon": 1e-14, "weightDecay": 0.31},
        lambda p: KerasOptimizer(p, keras.optimizers.RMSprop(0.011, rho=0.88, epsilon=1e-14, weight_decay=0.31)),
    ),
    "adam, amsgrad": (
        {"name": "adam", "learningRate": 0.023, "beta1": 0.71, "beta2": 0.83, "epsilon": 0.0029, "amsgrad": True},
        lambda p: torch.optim.Adam(p, lr=0.023, betas=(0.71, 0.83), eps=0.0029, amsgrad=True),
    ),
    "adamw, amsgrad, kernels only": (
        {
            "name": "adamw",
            "learningRate": 0.019,
            "beta1": 0.83,
            "beta2": 0.91,
            "epsilon": 0.0013,
            "amsgrad": True,
            "weightDecay": 0.83,
            "decayKernelsOnly": True,
        },
        lambda p: torch.optim.AdamW(
            kernels_decay(p, 0.83), lr=0.019, betas=(0.83, 0.91), eps=0.0013, amsgrad=True
        ),
    ),
    "adam, decay": (
        {
            "name": "adam",
            "learningRate": 0.017,
            "beta1": 0.79,
            "beta2": 0.94,
            "epsilon": 1e-14,
            "weightDecay": 0.47,
        },
        lambda p: KerasOptimizer(
            p, keras.optimizers.Adam(0.017, beta_1=0.79, beta_2=0.94, epsilon=1e-14, weight_decay=0.47)
        ),
    ),
    "adadelta": (
        {"name": "adadelta", "learningRate": 0.73, "rho": 0.83, "epsilon": 0.0019},
        lambda p: torch.optim.Adadelta(p, lr=0.73, rho=0.83, eps=0.0019),
    ),
    "adadelta, decay": (
        {"name": "adadelta", "learningRate": 0.91, "rho": 0.92, "epsilon": 0.0007, "weightDecay": 0.013},
        lambda p: KerasOptimizer(p, keras.optimizers.Adadelta(0.91, rho=0.92, epsilon=0.0007, weight_decay=0.013)),
    ),
    "adamax": (
        {"name": "adamax", "learningRate": 0.021, "beta1": 0.82, "beta2": 0.77, "epsilon": 0.0037},
        lambda p: KerasOptimizer(p, keras.optimizers.Adamax(0.021, beta_1=0.82, beta_2=0.77, epsilon=0.0037)),
    ),
    "nadam": (
        {"name": "nadam", "learningRate": 0.012, "beta1": 0.86, "beta2": 0.93, "epsilon": 0.0043},
        lambda p: KerasOptimizer(p, keras.optimizers.Nadam(0.012, beta_1=0.86, beta_2=0.93, epsilon=0.0043)),
    ),
    "nadam, momentumDecay": (
        {
            "name": "nadam",
            "learningRate": 0.014,
            "beta1": 0.81,
            "beta2": 0.95,
            "epsilon": 0.0021,
            "momentumDecay": 0.013,
        },
        lambda p: torch.optim.NAdam(p, lr=0.014, betas=(0.81, 0.95), eps=0.0021, momentum_decay=0.013),
    ),
    "lion": (
        {"name": "lion", "learningRate": 0.0083, "beta1": 0.72, "beta2": 0.87},
        lambda p: KerasOptimizer(p, keras.optimizers.Lion(0.0083, beta_1=0.72, beta_2=0.87)),
    ),
    "lion, decay, kernels only": (
        {
            "name": "lion",
            "learningRate": 0.0071,
            "beta1": 0.84,
            "beta2": 0.93,
            "weightDecay": 2.3,
            "decayKernelsOnly": True,
        },
        lambda p: KerasOptimizer(
            p, keras.optimizers.Lion(0.0071, beta_1=0.84, beta_2=0.93, weight_decay=2.3), kernels_only=True
        ),
    ),
    "sgd, decay": (
        {"name": "sgd", "learningRate": 0.083, "weightDecay": 0.37},
        lambda p: KerasOptimizer(p, keras.optimizers.SGD(0.083, weight_decay=0.37)),
    ),
    "nesterov, decay": (
        {"name": "sgd", "learningRate": 0.027, "momentum": 0.78, "nesterov": True, "weightDecay": 0.59},
        lambda p: KerasOptimizer(
            p, keras.optimizers.SGD(0.027, momentum=0.78, nesterov=True, weight_decay=0.59)
        ),
    ),
    "adagrad, decay": (
        {
            "name": "adagrad",
            "learningRate": 0.053,
            "initialAccumulatorValue": 0.017,
            "epsilon": 1e-14,
            "weightDecay": 0.29,
        },
        lambda p: KerasOptimizer(
            p,
            keras.optimizers.Adagrad(0.053, initial_accumulator_value=0.017, epsilon=1e-14, weight_decay=0.29),
        ),
    ),
    "adamw, scaled rates": (
        {
            "name": "adamw",
            "learningRate": 0.031,
            "beta1": 0.84,
            "beta2": 0.96,
            "epsilon": 0.0011,
            "weightDecay": 0.41,
            "scales": [0.17, 1.9],
        },
        lambda p: torch.optim.AdamW(
            by_layer(p, 0.031, [0.17, 1.9]), betas=(0.84, 0.96), eps=0.0011, weight_decay=0.41
        ),
    ),
    "nesterov, scaled rates": (
        {"name": "sgd", "learningRate": 0.041, "momentum": 0.71, "nesterov": True, "scales": [2.3, 0.29]},
        lambda p: torch.optim.SGD(by_layer(p, 0.041, [2.3, 0.29]), momentum=0.71, nesterov=True),
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


def case(name, options, penalty, result):
    """`scales` are factors of the learning rate, one for each layer."""
    options = dict(options)
    scales = options.pop("scales", [1, 1])
    penalties = {"l1": penalty[0], "l2": penalty[1]}
    return {"name": name, "optimizer": options, "penalty": penalties, "scales": scales, **result}


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
            cases.append(case(f"{name}, penalty {penalty_name}", options, penalty, result))
    for name, (options, make) in UNUSUAL.items():
        penalty = PENALTIES["l1 and l2" if "decay" in name else "none"]
        result = run(make, penalty, weights, torch.tensor(x), torch.tensor(labels), (25,))
        cases.append(case(name, options, penalty, result))
    return {
        "x": inputs(x),
        "labels": [int(label) for label in labels],
        "weights": [inputs(w) for w in weights],
        "cases": cases,
    }

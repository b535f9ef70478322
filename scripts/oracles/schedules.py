"""Learning rates of 1,000 steps of the schedules of PyTorch and Keras, in float64, with unusual options."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from torch.optim import lr_scheduler as pytorch

from common import expected

keras.config.set_floatx("float64")

STEPS = 1000
# Sums of so many rates in a row cover every step and keep the fixture small.
BLOCK = 20
# Single rates, at the bends of the schedules below too.
SINGLE = [0, 1, 2, 36, 37, 38, 69, 70, 71, 129, 130, 131, 209, 210, 211, 400, 511, 699, 700, 701, 872, 873, 874, 999]
# The first rate of a warm-up of W steps is 1/(W + 1) of the schedule's.
WARMUP = 37


def of_pytorch(first, make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=first)
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def of_keras(schedule):
    return [float(schedule(step)) for step in range(STEPS)]


def by_fraction(steps_per_epoch, first, make):
    """PyTorch's own way to count epochs with their parts: scheduler.step(epoch + step / steps)."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=first)
    scheduler = make(optimizer)
    rates = []
    for step in range(STEPS):
        scheduler.step(step // steps_per_epoch + step % steps_per_epoch / steps_per_epoch)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def warm(make):
    """A schedule after PyTorch's linear warm-up."""
    return lambda o: pytorch.SequentialLR(
        o,
        [pytorch.LinearLR(o, start_factor=1 / (WARMUP + 1), total_iters=WARMUP), make(o)],
        milestones=[WARMUP],
    )


def one_cycle(o, length, rise, peak, first, last):
    """PyTorch's phases end one step early: at rise · total − 1 and total − 1."""
    total = length + 1
    return pytorch.OneCycleLR(
        o,
        max_lr=peak,
        total_steps=total,
        pct_start=(rise * length + 1) / total,
        div_factor=peak / first,
        final_div_factor=first / last,
    )


K = keras.optimizers.schedules
CASES = [
    (
        "Keras CosineDecay",
        {"schedule": "cosine", "from": 0.037, "to": 0.037 * 0.013, "steps": 873},
        lambda: of_keras(K.CosineDecay(0.037, 873, alpha=0.013)),
    ),
    (
        "PyTorch CosineAnnealingLR after a warm-up",
        {"schedule": "cosine", "from": 0.21, "to": 0.003, "steps": 1000, "warmup": WARMUP},
        lambda: of_pytorch(0.21, warm(lambda o: pytorch.CosineAnnealingLR(o, 1000 - WARMUP, eta_min=0.003))),
    ),
    (
        "PyTorch CosineAnnealingWarmRestarts",
        {"schedule": "cosineRestarts", "from": 0.3, "to": 0.007, "lengthFactor": 2, "steps": 70},
        lambda: of_pytorch(0.3, lambda o: pytorch.CosineAnnealingWarmRestarts(o, 70, T_mult=2, eta_min=0.007)),
    ),
    (
        "PyTorch CosineAnnealingWarmRestarts by fractions of epochs",
        {"schedule": "cosineRestarts", "from": 0.3, "to": 0.007, "lengthFactor": 3, "epochs": 2},
        lambda: by_fraction(
            32, 0.3, lambda o: pytorch.CosineAnnealingWarmRestarts(o, 2, T_mult=3, eta_min=0.007)
        ),
    ),
    (
        "Keras CosineDecayRestarts",
        {"schedule": "cosineRestarts", "from": 0.052, "peakFactor": 0.83, "steps": 130},
        lambda: of_keras(K.CosineDecayRestarts(0.052, 130, t_mul=1.0, m_mul=0.83)),
    ),
    (
        "PyTorch StepLR",
        {"schedule": "step", "from": 0.7, "factor": 0.37, "steps": 130},
        lambda: of_pytorch(0.7, lambda o: pytorch.StepLR(o, 130, gamma=0.37)),
    ),
    (
        "PyTorch StepLR after a warm-up",
        {"schedule": "step", "from": 0.7, "factor": 0.37, "steps": 130, "warmup": WARMUP},
        lambda: of_pytorch(0.7, warm(lambda o: pytorch.StepLR(o, 130, gamma=0.37))),
    ),
    (
        "PyTorch MultiStepLR",
        {"schedule": "piecewise", "rates": [0.4, 0.4 * 0.3, 0.4 * 0.3**2, 0.4 * 0.3**3], "steps": [37, 210, 700]},
        lambda: of_pytorch(0.4, lambda o: pytorch.MultiStepLR(o, [37, 210, 700], gamma=0.3)),
    ),
    (
        "Keras ExponentialDecay",
        {"schedule": "exponential", "from": 0.02, "factor": 0.83, "steps": 77},
        lambda: of_keras(K.ExponentialDecay(0.02, 77, 0.83)),
    ),
    (
        "Keras ExponentialDecay, growing",
        {"schedule": "exponential", "from": 1e-6, "factor": 4.2, "steps": 110},
        lambda: of_keras(K.ExponentialDecay(1e-6, 110, 4.2)),
    ),
    (
        "Keras ExponentialDecay in stairs",
        {"schedule": "exponential", "from": 0.02, "factor": 0.83, "staircase": True, "steps": 77},
        lambda: of_keras(K.ExponentialDecay(0.02, 77, 0.83, staircase=True)),
    ),
    (
        "PyTorch ExponentialLR after a warm-up",
        {"schedule": "exponential", "from": 0.9, "factor": 0.993, "steps": 1, "warmup": WARMUP},
        lambda: of_pytorch(0.9, warm(lambda o: pytorch.ExponentialLR(o, 0.993))),
    ),
    (
        "Keras InverseTimeDecay",
        {"schedule": "inverseTime", "from": 0.11, "decay": 0.47, "steps": 71},
        lambda: of_keras(K.InverseTimeDecay(0.11, 71, 0.47)),
    ),
    (
        "Keras InverseTimeDecay in stairs",
        {"schedule": "inverseTime", "from": 0.11, "decay": 0.47, "staircase": True, "steps": 71},
        lambda: of_keras(K.InverseTimeDecay(0.11, 71, 0.47, staircase=True)),
    ),
    (
        "Keras PolynomialDecay",
        {"schedule": "polynomial", "from": 0.06, "to": 0.0021, "power": 1.7, "steps": 700},
        lambda: of_keras(K.PolynomialDecay(0.06, 700, end_learning_rate=0.0021, power=1.7)),
    ),
    (
        "Keras PolynomialDecay, slow at first",
        {"schedule": "polynomial", "from": 0.06, "to": 0.0021, "power": 0.35, "steps": 700},
        lambda: of_keras(K.PolynomialDecay(0.06, 700, end_learning_rate=0.0021, power=0.35)),
    ),
    (
        "PyTorch PolynomialLR after a warm-up",
        {"schedule": "polynomial", "from": 0.013, "power": 3, "steps": 873, "warmup": WARMUP},
        lambda: of_pytorch(0.013, warm(lambda o: pytorch.PolynomialLR(o, 873 - WARMUP, power=3))),
    ),
    (
        "PyTorch OneCycleLR",
        {"schedule": "oneCycle", "peak": 0.8, "from": 0.017, "to": 0.00031, "rise": 0.21, "steps": 1000},
        lambda: of_pytorch(0.8, lambda o: one_cycle(o, 1000, 0.21, 0.8, 0.017, 0.00031)),
    ),
    (
        "PyTorch OneCycleLR with its defaults",
        {"schedule": "oneCycle", "peak": 0.8, "steps": 1000},
        lambda: of_pytorch(0.8, lambda o: one_cycle(o, 1000, 0.3, 0.8, 0.8 / 25, 0.8 / 25 / 1e4)),
    ),
    (
        "PyTorch LinearLR, then the same rate",
        {"schedule": "constant", "from": 0.047, "steps": 1000, "warmup": WARMUP},
        lambda: of_pytorch(0.047, lambda o: pytorch.LinearLR(o, start_factor=1 / (WARMUP + 1), total_iters=WARMUP)),
    ),
]


def fixture():
    cases = []
    for name, schedule, compute in CASES:
        rates = compute()
        blocks = [sum(rates[i : i + BLOCK]) for i in range(0, STEPS, BLOCK)]
        single = [rates[step] for step in SINGLE]
        cases.append({"name": name, "schedule": schedule, "single": expected(single), "blocks": expected(blocks)})
    return {"steps": STEPS, "block": BLOCK, "stepsPerEpoch": 32, "at": SINGLE, "cases": cases}

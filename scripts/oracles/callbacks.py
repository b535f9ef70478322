"""The decisions of Keras's EarlyStopping and ReduceLROnPlateau over made-up sequences of values."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

# Values and differences on this grid are exact in float32 and float64, and ties are frequent.
GRID = 16
EPOCHS = 24
RATE = 0.5


class Optimizer:
    def __init__(self):
        self.learning_rate = RATE


class Model:
    """Its weights are the number of the epoch."""

    def __init__(self):
        self.metrics = []
        self.stop_training = False
        self.optimizer = Optimizer()
        self.weights = None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def values(rng, mode):
    """A noisy curve that first improves and then hardly any more, or gets worse."""
    t = np.arange(EPOCHS)
    curve = rng.uniform(0, 2) * np.exp(-t / rng.uniform(1, 8)) + rng.uniform(-0.02, 0.06) * t
    noisy = curve + rng.normal(0, rng.choice([0.02, 0.1, 0.3]), EPOCHS)
    if mode == "max":
        noisy = -noisy
    return (np.round(noisy * GRID) / GRID).tolist()


def sixteenths(sequence):
    return [int(value * GRID) for value in sequence]


def run(callback, sequence):
    """Runs epochs as Keras does; returns the model and the learning rate after each epoch."""
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(sequence):
        model.weights = epoch
        callback.on_epoch_end(epoch, {"value": value})
        rates.append(model.optimizer.learning_rate)
        if model.stop_training:
            break
    callback.on_train_end()
    return model, rates


def early_stopping(rng):
    mode = str(rng.choice(["min", "max"]))
    sequence = values(rng, mode)
    options = {
        "mode": mode,
        "patience": int(rng.choice([0, 1, 2, 3, 5, 12])),
        "minDelta": float(rng.choice([0, 0, 1 / GRID, 4 / GRID])),
        "startFromEpoch": int(rng.choice([0, 0, 0, 4])),
        "restoreBest": bool(rng.choice([True, False])),
    }
    if rng.random() < 0.3:
        options["baseline"] = float(rng.choice(sequence))
    callback = keras.callbacks.EarlyStopping(
        monitor="value",
        mode=mode,
        patience=options["patience"],
        min_delta=options["minDelta"],
        start_from_epoch=options["startFromEpoch"],
        restore_best_weights=options["restoreBest"],
        baseline=options.get("baseline"),
    )
    model, rates = run(callback, sequence)
    return {
        "options": options,
        "sixteenths": sixteenths(sequence),
        "epochs": len(rates),
        "stopped": model.stop_training,
        "best": callback.best_epoch,
        "weights": model.weights,
    }


def reduce_on_plateau(rng):
    mode = str(rng.choice(["min", "max"]))
    sequence = values(rng, mode)
    options = {
        "mode": mode,
        "patience": int(rng.choice([0, 1, 2, 4])),
        "minDelta": float(rng.choice([0, 1 / GRID, 3 / GRID])),
        "factor": float(rng.choice([0.5, 0.25])),
        "cooldown": int(rng.choice([0, 0, 1, 3])),
        "minLearningRate": float(rng.choice([0, 1 / 32, 3 / 16])),
    }
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="value",
        mode=mode,
        patience=options["patience"],
        min_delta=options["minDelta"],
        factor=options["factor"],
        cooldown=options["cooldown"],
        min_lr=options["minLearningRate"],
    )
    _, rates = run(callback, sequence)
    changes = [[epoch, rate] for epoch, rate in enumerate(rates) if rate != ([RATE, *rates])[epoch]]
    return {"options": options, "sixteenths": sixteenths(sequence), "changes": changes}


def fixture():
    torch.set_default_dtype(torch.float32)
    keras.config.set_floatx("float32")
    try:
        rng = np.random.default_rng(20)
        return {
            "earlyStopping": [early_stopping(rng) for _ in range(60)],
            "reduceOnPlateau": [reduce_on_plateau(rng) for _ in range(40)],
        }
    finally:
        torch.set_default_dtype(torch.float64)

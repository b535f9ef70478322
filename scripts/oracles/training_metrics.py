"""Keras's metrics of given predictions, with and without a weight per row."""

import numpy as np
import torch

from common import expected, float32, inputs
from keras64 import in_float64, keras

ROWS = 61


def thirds(values):
    """Rounded so that many predictions are equal, and some lie on thresholds of AUC."""
    return float32(np.round(values * 40) / 40)


def data(rng):
    """Predictions and targets by kind of problem."""
    score = rng.uniform(0, 1, (ROWS, 1))
    yes = (rng.uniform(0, 1, (ROWS, 1)) < 0.2 + 0.6 * score) * 1.0
    many = rng.uniform(0, 1, (ROWS, 4))
    flags = (rng.uniform(0, 1, (ROWS, 4)) < many) * 1.0
    logits = rng.normal(0, 1.5, (ROWS, 5))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(5, p=row) for row in shares])
    amounts = np.exp(rng.normal(0, 1, (ROWS, 3)))
    near = amounts * np.exp(rng.normal(0, 0.4, (ROWS, 3)))
    flags[:, 3] = 0  # A class that does not occur.
    return {
        "binary": (thirds(score), yes),
        "flags": (float32(many), flags),
        "classes": (float32(shares), np.eye(5)[labels]),
        "labels": (float32(shares), labels),
        "amounts": (float32(near), float32(amounts)),
    }


M = keras.metrics


# (problem, our metric with hyperparameters, Keras's)
CASES = [
    ("binary", {"name": "binaryAccuracy", "threshold": 0.3}, lambda: M.BinaryAccuracy(threshold=0.3)),
    ("binary", {"name": "precision"}, M.Precision),
    ("binary", {"name": "precision", "threshold": 0.8}, lambda: M.Precision(thresholds=0.8)),
    ("binary", {"name": "recall", "threshold": 0.35}, lambda: M.Recall(thresholds=0.35)),
    ("binary", {"name": "f1"}, lambda: M.F1Score(average="macro", threshold=0.5)),
    ("binary", {"name": "rocAuc"}, M.AUC),
    ("binary", {"name": "rocAuc", "numThresholds": 5}, lambda: M.AUC(num_thresholds=5)),
    ("binary", {"name": "prAuc"}, lambda: M.AUC(curve="PR")),
    ("binary", {"name": "prAuc", "numThresholds": 11}, lambda: M.AUC(curve="PR", num_thresholds=11)),
    ("binary", {"name": "binaryCrossentropy"}, M.BinaryCrossentropy),
    ("binary", {"name": "binaryCrossentropy", "labelSmoothing": 0.2}, lambda: M.BinaryCrossentropy(label_smoothing=0.2)),
    ("binary", {"name": "hinge"}, M.Hinge),
    ("binary", {"name": "squaredHinge"}, M.SquaredHinge),
    ("flags", {"name": "precision"}, M.Precision),
    ("flags", {"name": "precision", "classId": 2}, lambda: M.Precision(class_id=2)),
    ("flags", {"name": "recall", "classId": 3}, lambda: M.Recall(class_id=3)),
    ("flags", {"name": "recall"}, M.Recall),
    ("flags", {"name": "f1", "threshold": 0.4}, lambda: M.F1Score(average="macro", threshold=0.4)),
    ("flags", {"name": "f1"}, lambda: M.F1Score(average="macro")),
    ("flags", {"name": "rocAuc"}, M.AUC),
    ("flags", {"name": "prAuc"}, lambda: M.AUC(curve="PR")),
    ("classes", {"name": "accuracy"}, M.CategoricalAccuracy),
    ("classes", {"name": "topK", "k": 2}, lambda: M.TopKCategoricalAccuracy(k=2)),
    ("classes", {"name": "topK", "k": 1}, lambda: M.TopKCategoricalAccuracy(k=1)),
    ("classes", {"name": "precision", "threshold": 0.4}, lambda: M.Precision(thresholds=0.4)),
    ("classes", {"name": "f1"}, lambda: M.F1Score(average="macro")),
    ("classes", {"name": "rocAuc"}, M.AUC),
    ("classes", {"name": "categoricalCrossentropy"}, M.CategoricalCrossentropy),
    ("classes", {"name": "klDivergence"}, M.KLDivergence),
    ("classes", {"name": "categoricalHinge"}, M.CategoricalHinge),
    ("labels", {"name": "accuracy"}, M.SparseCategoricalAccuracy),
    ("labels", {"name": "topK", "k": 3}, lambda: M.SparseTopKCategoricalAccuracy(k=3)),
    ("labels", {"name": "sparseCategoricalCrossentropy"}, M.SparseCategoricalCrossentropy),
    ("amounts", {"name": "mse"}, M.MeanSquaredError),
    ("amounts", {"name": "mae"}, M.MeanAbsoluteError),
    ("amounts", {"name": "rmse"}, M.RootMeanSquaredError),
    ("amounts", {"name": "mape"}, M.MeanAbsolutePercentageError),
    ("amounts", {"name": "msle"}, M.MeanSquaredLogarithmicError),
    ("amounts", {"name": "r2"}, M.R2Score),
    ("amounts", {"name": "logCosh"}, M.LogCoshError),
    ("amounts", {"name": "poisson"}, M.Poisson),
    ("amounts", {"name": "cosineSimilarity"}, M.CosineSimilarity),
]
BATCH = 16
# Metrics of decisions by thresholds.
DECISIONS = {make for _, metric, make in CASES if metric["name"] in ("precision", "recall", "rocAuc", "prAuc")}


def value(make, prediction, target, weights):
    # Decisions compare float32 numbers, and on PyTorch sums by threshold cannot be float64.
    floatx = "float32" if make in DECISIONS else "float64"
    keras.config.set_floatx(floatx)
    torch.set_default_dtype(getattr(torch, floatx))
    prediction = prediction.astype(floatx)
    metric = make()
    for first in range(0, ROWS, BATCH):
        rows = slice(first, first + BATCH)
        given = None if weights is None else weights[rows]
        metric.update_state(target[rows], prediction[rows], sample_weight=given)
    result = float(np.asarray(keras.ops.convert_to_numpy(metric.result()), dtype=np.float64).reshape(-1)[0])
    keras.config.set_floatx("float64")
    torch.set_default_dtype(torch.float64)
    return result


def fixture():
    with in_float64():
        return values()


def values():
    rng = np.random.default_rng(77)
    problems = data(rng)
    # Eighths, which add up exactly in any order; some rows do not count.
    weights = rng.integers(0, 17, ROWS) / 8
    return {
        "weights": inputs(weights),
        "problems": {
            name: {
                "prediction": inputs(prediction),
                "target": [int(label) for label in target] if target.ndim == 1 else inputs(target),
            }
            for name, (prediction, target) in problems.items()
        },
        "cases": [
            {
                "problem": problem,
                "metric": metric,
                "value": expected(value(make, *problems[problem], None)),
                "weighted": expected(value(make, *problems[problem], weights)),
            }
            for problem, metric, make in CASES
        ],
    }

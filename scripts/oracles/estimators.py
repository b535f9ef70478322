"""scikit-learn's view: its metrics, and the optimum of a penalised softmax regression."""

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error, r2_score

from common import expected, float32, inputs


def softmax_regression():
    """
    scikit-learn minimises C·Σ loss + ½·Σw². Divided by C·rows this is the mean loss + l2·Σw² with
    l2 = 1/(2·C·rows), steepest's meaning; biases are free in both.
    """
    rng = np.random.default_rng(21)
    rows, cols, classes, c = 120, 4, 3, 1.0
    centers = rng.normal(0, 1.2, (classes, cols))
    labels = rng.integers(0, classes, rows)
    x = float32(centers[labels] + rng.normal(0, 1, (rows, cols)))
    model = LogisticRegression(C=c, tol=1e-12, max_iter=10000).fit(x, labels)
    probabilities = model.predict_proba(x)
    l2 = 1 / (2 * c * rows)
    return {
        "x": inputs(x),
        "labels": [int(label) for label in labels],
        "l2": expected(l2),
        "kernel": expected(model.coef_.T),
        # Any constant may be added to all biases; scikit-learn's have mean 0.
        "bias": expected(model.intercept_),
        "loss": expected(log_loss(labels, probabilities) + l2 * np.sum(model.coef_**2)),
        "accuracy": expected(accuracy_score(labels, model.predict(x))),
    }


def linear_regression():
    """Ordinary and ridge regression. Ridge minimises Σ(y − t)² + alpha·Σw², so l2 = alpha/rows for one output."""
    rng = np.random.default_rng(22)
    rows, cols, alpha = 60, 5, 3.0
    x = float32(rng.normal(0, 1, (rows, cols)))
    y = float32(x @ rng.normal(0, 1, cols) + 0.7 + rng.normal(0, 0.3, rows))
    plain = LinearRegression().fit(x, y)
    ridge = Ridge(alpha=alpha).fit(x, y)
    cases = [
        {"name": name, "l2": l2, "kernel": expected(model.coef_), "bias": expected(model.intercept_)}
        for name, l2, model in [("ordinary", 0.0, plain), ("ridge", alpha / rows, ridge)]
    ]
    return {"x": inputs(x), "y": inputs(y), "cases": cases}


def metrics():
    """Metrics of fixed predictions; the second target column is far from 0, where a naive R² would cancel."""
    rng = np.random.default_rng(23)
    rows = 40
    target = float32(np.stack([rng.normal(0, 1, rows), 1000 + rng.normal(0, 1, rows)], axis=1))
    prediction = float32(target + rng.normal(0, 0.5, target.shape))
    return {
        "prediction": inputs(prediction),
        "target": inputs(target),
        "mae": expected(mean_absolute_error(target, prediction)),
        "mse": expected(mean_squared_error(target, prediction)),
        "r2": expected(r2_score(target, prediction)),
    }


def fixture():
    return {
        "softmaxRegression": softmax_regression(),
        "linearRegression": linear_regression(),
        "metrics": metrics(),
    }

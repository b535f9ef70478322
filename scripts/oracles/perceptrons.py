"""scikit-learn's perceptrons: weights after calls of partial_fit with batches of other sizes; when training stops."""

from unittest.mock import patch

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

from common import dense_weights, expected, float32, inputs

COLUMNS = 4
HIDDEN = 5
BATCHES = [40, 39, 7, 40, 1, 39]

KINDS = {
    "one target": (MLPRegressor, 1),
    "three targets": (MLPRegressor, 3),
    "two classes": (MLPClassifier, 2),
    "three classes": (MLPClassifier, 3),
}
PARAMS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.02},
    "nesterov": {"solver": "sgd", "learning_rate_init": 0.02},
    "momentum": {"solver": "sgd", "learning_rate_init": 0.02, "nesterovs_momentum": False},
}


_updates = AdamOptimizer._get_updates


def updates(self, grads):
    """Adam's epsilon after the bias correction, as docs/math.md says; scikit-learn adds it before."""
    epsilon = self.epsilon
    self.epsilon = epsilon * np.sqrt(1 - self.beta_2 ** (self.t + 1))
    result = _updates(self, grads)
    self.epsilon = epsilon
    return result


@patch.object(AdamOptimizer, "_get_updates", updates)
def partial_fits(rng):
    """The optimizer is kept and the penalty is divided by the rows of each batch: alpha is large, to show."""
    rows = sum(BATCHES)
    x = float32(rng.normal(0, 1, (rows, COLUMNS)))
    cases = []
    for kind, (estimator, outputs) in KINDS.items():
        if estimator is MLPRegressor:
            y = float32(np.sin(x[:, :outputs]) + x[:, 1:2])
            y = y[:, 0] if outputs == 1 else y
            units, classes = outputs, {}
        else:
            y = np.digitize(x[:, 0] + x[:, 1], [-0.5, 0.7][: outputs - 1])
            units, classes = (1 if outputs == 2 else outputs), {"classes": list(range(outputs))}
        start = dense_weights(rng, [COLUMNS, HIDDEN, units])
        for name, params in PARAMS.items():
            model = estimator(hidden_layer_sizes=(HIDDEN,), activation="tanh", alpha=0.5, shuffle=False, **params)
            layers = iter([(start[0].copy(), start[1].copy()), (start[2].copy(), start[3].copy())])
            with patch.object(estimator, "_init_coef", lambda *_: next(layers)):
                first = 0
                for size in BATCHES:
                    part = slice(first, first + size)
                    model.partial_fit(x[part], y[part], **classes)
                    first += size
            weights = [array for pair in zip(model.coefs_, model.intercepts_) for array in pair]
            cases.append(
                {
                    "kind": kind,
                    "optimizer": name,
                    "y": inputs(y),
                    "start": [inputs(array) for array in start],
                    "weights": [expected(array) for array in weights],
                    # What it reports for several targets is not what it minimises.
                    "losses": None if kind == "three targets" else expected(model.loss_curve_),
                }
            )
    return {"x": inputs(x), "batches": BATCHES, "cases": cases}


def stops(rng):
    """After which epoch training ends, and which one was the best, for made-up scores and losses."""
    cases = []
    for case in range(40):
        early = case % 2 == 0
        n_iter, tol = int(rng.integers(1, 5)), [0.0, 1e-4, 0.02][case % 3]
        steps = np.round(rng.normal(0.02, 0.04, 60), 2)
        curve = np.round(np.clip(0.5 + np.cumsum(steps) * np.exp(-np.arange(60) / 8), 0, 1), 3)
        if not early:
            curve = 1 - curve
        model = MLPClassifier(n_iter_no_change=n_iter, tol=tol, early_stopping=early, solver="adam")
        model.loss_curve_, model.validation_scores_ = [], []
        model._no_improvement_count = 0
        model.best_validation_score_, model.best_loss_ = -np.inf, np.inf
        model.coefs_ = model.intercepts_ = []
        best = 0
        for epoch, value in enumerate(curve):
            before = model.best_validation_score_
            if not early:
                model.loss_curve_.append(value)
            with patch.object(MLPClassifier, "_score", lambda *_, **__: value):
                model._update_no_improvement_count(early, None, None, None)
            if early and model.best_validation_score_ > before:
                best = epoch
            if model._no_improvement_count > n_iter:
                break
        cases.append(
            {
                "earlyStopping": early,
                "nIterNoChange": n_iter,
                "tol": tol,
                "curve": expected(curve),
                "epochs": epoch + 1,
                "best": best if early else None,
            }
        )
    return cases


def fixture():
    rng = np.random.default_rng(12)
    return {"partialFits": partial_fits(rng), "stops": stops(rng)}

"""scikit-learn's SGDClassifier and SGDRegressor, which take the rows in their order: every step has to be the same."""

import re
import warnings

import numpy as np
from sklearn.linear_model import SGDClassifier, SGDRegressor

from common import expected, numbers

ROWS = 120
COLUMNS = 3
WEIGHTS = (np.arange(ROWS) % 7 + 1) / 4
BATCHES = 4
ALPHA = 0.05


def table():
    """Three columns, and for each row a number and one of three classes that follow them with noise."""
    next_number = numbers(1)
    x = np.empty((ROWS, COLUMNS))
    y = np.empty(ROWS)
    for i in range(ROWS):
        for j in range(COLUMNS):
            x[i, j] = next(next_number) * (j + 1) * 2
        y[i] = x[i, 0] - x[i, 1] / 2 + x[i, 2] / 4 + next(next_number)
    classes = np.clip(np.floor(y + 1.5), 0, 2).astype(int)
    return x, y, classes


CLASSIFIERS = [
    *[{"loss": loss} for loss in ["hinge", "squaredHinge", "logLoss", "modifiedHuber", "perceptron"]],
    *[{"loss": "logLoss", "penalty": penalty, "alpha": 0.01} for penalty in ["l1", "elasticnet", "none"]],
    *[{"loss": "hinge", "learningRate": rate, "eta0": 0.05} for rate in ["constant", "invscaling", "adaptive"]],
    {"loss": "hinge", "average": True, "alpha": 0.01},
    # With L1, scikit-learn's averages miss what the penalty takes.
    {"loss": "logLoss", "average": 50, "weighted": True},
    {"loss": "logLoss", "fitIntercept": False, "classWeight": "balanced"},
    # The weights shrink until their common factor has to be multiplied in.
    {"loss": "hinge", "alpha": 30, "learningRate": "constant", "eta0": 0.03, "average": True},
]
REGRESSORS = [
    *[
        {"loss": loss, "epsilon": 0.2}
        for loss in ["squaredError", "huber", "epsilonInsensitive", "squaredEpsilonInsensitive"]
    ],
    *[{"penalty": penalty, "alpha": 0.01} for penalty in ["l1", "elasticnet", "none"]],
    *[{"learningRate": rate} for rate in ["constant", "optimal", "adaptive"]],
    {"average": True, "weighted": True},
    {"average": 200, "loss": "huber", "powerT": 0.5},
    {"fitIntercept": False, "weighted": True, "penalty": "l1"},
]


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def arguments(options):
    """Our options as scikit-learn's; the rest of them are the same for all."""
    given = {snake(name): value for name, value in options.items() if name != "weighted"}
    if "loss" in given:
        given["loss"] = snake(given["loss"])
    if given.get("penalty") == "none":
        given["penalty"] = None
    # With a weaker penalty the optimal rate begins so high that steps multiply roundings.
    return {"shuffle": False, "max_iter": 40, "alpha": ALPHA, **given}


def learned(model):
    return {"coef": expected(model.coef_.ravel()), "intercept": expected(model.intercept_)}


def cases(kind, options_list, x, y):
    found = []
    for options in options_list:
        weights = WEIGHTS if "weighted" in options else None
        model = kind(**arguments(options)).fit(x, y, sample_weight=weights)
        case = {**options, **learned(model), "nIter": int(model.n_iter_)}
        # After averages scikit-learn goes on from an intercept of 0.
        if "average" not in options and options.get("classWeight") is None:
            parts = kind(**arguments(options))
            first = {"classes": np.unique(y)} if kind is SGDClassifier else {}
            for batch in np.array_split(np.arange(ROWS), BATCHES):
                own = None if weights is None else weights[batch]
                parts.partial_fit(x[batch], y[batch], sample_weight=own, **first)
            case["parts"] = learned(parts)
        if options.get("loss") in ["logLoss", "modifiedHuber"]:
            case["probabilities"] = expected(model.predict_proba(x[:4]).ravel())
        found.append(case)
    return found


def fixture():
    x, y, classes = table()
    with warnings.catch_warnings():
        # Most cases take all their passes.
        warnings.simplefilter("ignore")
        return {
            "binary": cases(SGDClassifier, CLASSIFIERS, x, (classes == 2).astype(int)),
            "several": cases(SGDClassifier, CLASSIFIERS, x, classes),
            "numbers": cases(SGDRegressor, REGRESSORS, x, y),
        }

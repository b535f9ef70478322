"""Coefficients of scikit-learn's LogisticRegression on its own tables, at the exact optimum.

The tables travel with the fixture, rounded to float32 after standardising, so that both sides start from the same
numbers; digits is standardised by the test from examples/data. newton-cholesky with a tiny tolerance gives the
optimum to about 1e-14, of whichever solver steepest uses.
"""

import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

STRENGTHS = [0.01, 1, 100]
TIGHT = {"tol": 1e-13, "max_iter": 1000}
# Ten of breast_cancer's thirty columns: the means. A small file says as much.
CANCER_COLUMNS = 10


def table(load, columns=None):
    x, y = load(return_X_y=True)
    x = StandardScaler().fit_transform(x[:, :columns]).astype(np.float32)
    # Five digits are enough to distinguish tables, and short to write down.
    return np.round(x.astype(np.float64), 5), y


def weights_of(rows):
    return (np.arange(rows) % 7 + 1) / 4


def coefficients(x, y, sample_weight=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = LogisticRegression(solver="newton-cholesky", **TIGHT, **options).fit(x, y, sample_weight)
    return {
        "coef": model.coef_.ravel().tolist(),
        "intercept": model.intercept_.tolist(),
        "probability": model.predict_proba(x[:3]).ravel().tolist(),
        "loss": float(-np.log(model.predict_proba(x)[np.arange(len(y)), y]).mean()),
    }


def sparse(x, y, **options):
    """L1 and elastic net: saga is the only solver of both, and slow to a tight tolerance."""
    model = LogisticRegression(solver="saga", tol=1e-12, max_iter=200000, random_state=0, **options).fit(x, y)
    return {"coef": model.coef_.ravel().tolist(), "intercept": model.intercept_.tolist()}


def fixture():
    tables = {
        "iris": table(load_iris),
        "wine": table(load_wine),
        "breast_cancer": table(load_breast_cancer, CANCER_COLUMNS),
    }
    digits_x, digits_y = load_digits(return_X_y=True)
    cases = []
    for name, (x, y) in tables.items():
        for strength in STRENGTHS:
            cases.append({"table": name, "C": strength, **coefficients(x, y, C=strength)})
        cases.append(
            {"table": name, "C": 1, "weighted": True, **coefficients(x, y, weights_of(len(y)), C=1)}
        )
        cases.append(
            {"table": name, "C": 1, "classWeight": "balanced", **coefficients(x, y, C=1, class_weight="balanced")}
        )
        cases.append({"table": name, "C": 1, "fitIntercept": False, **coefficients(x, y, C=1, fit_intercept=False)})
    for strength in STRENGTHS:
        cases.append({"table": "digits", "C": strength, **coefficients(digits_x / 16, digits_y, C=strength)})
    x, y = tables["breast_cancer"]
    penalised = [
        {"table": "breast_cancer", "penalty": "l1", "C": 0.1, **sparse(x, y, C=0.1, l1_ratio=1)},
        {
            "table": "breast_cancer",
            "penalty": "elasticnet",
            "l1Ratio": 0.5,
            "C": 0.1,
            **sparse(x, y, C=0.1, l1_ratio=0.5),
        },
    ]
    return {
        "tables": {
            name: {"x": x.ravel().tolist(), "shape": list(x.shape), "y": y.tolist()} for name, (x, y) in tables.items()
        },
        "cases": cases,
        "penalised": penalised,
    }

"""scikit-learn's QuantileRegressor (HiGHS) on tables that the tests make from integers alone."""

import numpy as np
from sklearn.linear_model import QuantileRegressor

from common import expected, numbers

ROWS = 120
COLUMNS = 4
WEIGHTS = np.arange(ROWS) % 5 / 4
# Two algorithms of HiGHS that end at the same point to so many digits have found the only optimum.
UNIQUE = 1e-9


def table(kind):
    """
    Columns of unlike units and a target that follows them. `ties` has few values, `wide` more
    columns than rows.
    """
    next_number = numbers(7)
    rows, columns = (12, 30) if kind == "wide" else (ROWS, COLUMNS)
    x = np.empty((rows, columns))
    y = np.empty(rows)
    for i in range(rows):
        for j in range(columns):
            value = next(next_number)
            x[i, j] = np.floor(3 * value) if kind == "ties" else value * (j + 1) + (j == 2)
        if kind == "duplicated":
            x[i, 3] = x[i, 0]
        noise = next(next_number)
        y[i] = 2 + x[i, 0] - x[i, 1] / 2 + x[i, 2] / 4 + (np.floor(6 * noise) if kind == "ties" else 2 * noise**3)
    return x, y


def fitted(x, y, case, solver):
    return QuantileRegressor(
        quantile=case["quantile"], alpha=case["alpha"], fit_intercept=case.get("fitIntercept", True), solver=solver
    ).fit(x, y, WEIGHTS[: len(y)] if case.get("weighted") else None)


def objective(model, x, y, case):
    """The mean pinball loss with the penalty."""
    residuals = y - model.predict(x)
    losses = np.maximum(model.quantile * residuals, (model.quantile - 1) * residuals)
    weights = WEIGHTS[: len(y)] if case.get("weighted") else None
    return np.average(losses, weights=weights) + model.alpha * np.abs(model.coef_).sum()


def result(case):
    x, y = table(case["table"])
    simplex, interior = (fitted(x, y, case, solver) for solver in ("highs-ds", "highs-ipm"))
    values = [objective(model, x, y, case) for model in (simplex, interior)]
    points = [np.append(model.coef_, model.intercept_) for model in (simplex, interior)]
    # Of two equal columns, either may have the coefficient of both.
    is_unique = case["table"] != "duplicated" and np.allclose(*points, rtol=UNIQUE, atol=UNIQUE)
    return {
        **case,
        "objective": float(f"{min(values):.15g}"),
        **({"coef": expected(simplex.coef_), "intercept": float(simplex.intercept_)} if is_unique else {}),
    }


def fixture():
    cases = [
        {"table": kind, "quantile": quantile, "alpha": alpha}
        for kind in ("plain", "ties", "duplicated", "wide")
        for quantile in (0.05, 0.5, 0.8)
        for alpha in (0.0, 0.003, 0.1)
    ]
    for kind in ("plain", "ties"):
        cases.append({"table": kind, "quantile": 0.3, "alpha": 0.0, "weighted": True})
        cases.append({"table": kind, "quantile": 0.7, "alpha": 0.02, "weighted": True})
        cases.append({"table": kind, "quantile": 0.5, "alpha": 0.02, "fitIntercept": False})
        cases.append({"table": kind, "quantile": 0.99, "alpha": 0.0, "weighted": True, "fitIntercept": False})
    return {"quantile": [result(case) for case in cases]}

"""scikit-learn's HuberRegressor on a table with outliers, which the tests make from integers alone."""

import numpy as np
from scipy.optimize import root
from sklearn.linear_model import HuberRegressor
from sklearn.linear_model._huber import _huber_loss_and_gradient

from common import expected, numbers

ROWS = 160
COLUMNS = 3
WEIGHTS = (np.arange(ROWS) % 7 + 1) / 4


def table():
    """Three columns and a target that follows them with noise; every ninth row is far off."""
    next_number = numbers(1)
    x = np.empty((ROWS, COLUMNS))
    y = np.empty(ROWS)
    for i in range(ROWS):
        for j in range(COLUMNS):
            x[i, j] = next(next_number) * (j + 1) + (j == 2)
        far = 32 * next(next_number) if i % 9 == 0 else 0
        y[i] = 2 + x[i, 0] - x[i, 1] / 2 + x[i, 2] / 4 + next(next_number) + far
    return x, y


def polish(model, x, y, weights):
    """L-BFGS ends where the value changes little: the root of scikit-learn's gradient has all digits."""
    rest = [model.intercept_, model.scale_] if model.fit_intercept else [model.scale_]
    given = (x, y, model.epsilon, model.alpha, np.ones(ROWS) if weights is None else weights)
    found = root(lambda point: _huber_loss_and_gradient(point, *given)[1], [*model.coef_, *rest], tol=1e-14)
    if np.abs(found.fun).max() > 1e-10:
        raise ValueError("the gradient is not 0")
    model.coef_, model.scale_ = found.x[:COLUMNS], found.x[-1]
    if model.fit_intercept:
        model.intercept_ = found.x[-2]
    model.outliers_ = np.abs(y - model.predict(x)) > model.scale_ * model.epsilon


def huber(x, y):
    cases = []
    for options in [
        {},
        {"weighted": True},
        {"fitIntercept": False},
        {"epsilon": 1.05},
        {"epsilon": 3},
        {"alpha": 0},
        {"alpha": 10, "weighted": True},
    ]:
        model = HuberRegressor(
            epsilon=options.get("epsilon", 1.35),
            alpha=options.get("alpha", 1e-4),
            fit_intercept=options.get("fitIntercept", True),
            max_iter=10000,
            tol=1e-9,
        )
        weights = WEIGHTS if "weighted" in options else None
        polish(model.fit(x, y, weights), x, y, weights)
        cases.append(
            {
                **options,
                "coef": expected(model.coef_),
                "intercept": float(model.intercept_),
                "scale": float(model.scale_),
                "outliers": np.flatnonzero(model.outliers_).tolist(),
                "score": float(model.score(x, y, weights)),
            }
        )
    return cases


def fixture():
    return {"huber": huber(*table())}

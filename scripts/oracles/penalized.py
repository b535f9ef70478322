"""
scikit-learn's Lasso, ElasticNet and RidgeCV on tables of whole numbers that the tests make by the same formulas.

Descents go on to a gap of 1e-15, so that coefficients are those of the minimum; leave-one-out uses the singular value decomposition.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, ElasticNetCV, Lasso, LassoCV, RidgeCV, enet_path

TIGHT = {"tol": 1e-15, "max_iter": 100_000}
RIDGE_ALPHAS = [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]


def table(rows, cols):
    """The same numbers as `table` in test/estimators/penalized.test.ts."""
    i, j = np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij")
    x = ((i * (31 + 12 * j) + (j + 1) * (i // 7)) % (97 + 2 * j) - 48) / 16 + ((i * 13) % 11) / 8 + j
    first = x[:, 0] * 3 - x[:, 1] * 2 + x[:, 2] + ((np.arange(rows) * 37) % 23 - 11) / 4
    second = x[:, 1] - x[:, cols - 1] + ((np.arange(rows) * 29) % 17 - 8) / 2 + 100
    return x, np.column_stack([first, second]), 0.25 + (np.arange(rows) % 5) / 2


def values(array):
    return np.atleast_1d(array).ravel().tolist()


def single(model, x, y, weight=None):
    model.fit(x, y, sample_weight=weight)
    # Without an intercept it is one 0, whatever the number of targets.
    intercept = np.broadcast_to(model.intercept_, np.atleast_2d(model.coef_).shape[0])
    return {"coef": values(model.coef_), "intercept": values(intercept)}


def crossed(model, x, y, weight=None):
    found = single(model, x, y, weight)
    ratio = getattr(model, "l1_ratio_", 1)
    return {
        **found,
        "alpha": float(model.alpha_),
        "l1Ratio": float(ratio),
        "alphas": values(model.alphas_)[::9],
        "mse": values(model.mse_path_.mean(axis=-1))[::9],
    }


def ridge(x, y, weight=None, **options):
    model = RidgeCV(RIDGE_ALPHAS, **options)
    found = single(model, x, y, weight)
    return {**found, "alphas": values(model.alpha_), "score": float(np.mean(model.best_score_))}


def path(x, y, **options):
    alphas, coefs, _ = enet_path(x - x.mean(axis=0), y - y.mean(), alphas=20, **options, **TIGHT)
    return {"alphas": values(alphas), "coef": values(coefs.T)}


def fixture():
    warnings.simplefilter("ignore", ConvergenceWarning)
    x, both, weight = table(120, 8)
    wide, wideBoth, wideWeight = table(20, 30)
    y, wideY = both[:, 0], wideBoth[:, 0]
    return {
        "lasso": single(Lasso(0.5, **TIGHT), x, y),
        "lassoTargets": single(Lasso(0.5, **TIGHT), x, both),
        "lassoWeighted": single(Lasso(0.5, **TIGHT), x, y, weight),
        "lassoOrigin": single(Lasso(0.5, fit_intercept=False, **TIGHT), x, y),
        "lassoPositive": single(Lasso(0.1, positive=True, **TIGHT), x, y),
        "lassoWide": single(Lasso(0.2, **TIGHT), wide, wideY),
        "net": single(ElasticNet(0.3, l1_ratio=0.4, **TIGHT), x, y),
        "netRidge": single(ElasticNet(0.3, l1_ratio=0, **TIGHT), x, y),
        "netWide": single(ElasticNet(0.3, l1_ratio=0.6, **TIGHT), wide, wideY, wideWeight),
        "netPositive": single(ElasticNet(0.3, l1_ratio=0.6, positive=True, **TIGHT), wide, wideY),
        "lassoCV": crossed(LassoCV(cv=5, **TIGHT), x, y),
        "lassoCVWeighted": crossed(LassoCV(cv=4, alphas=19, eps=1e-2, **TIGHT), x, y, weight),
        "lassoCVOrigin": crossed(LassoCV(cv=3, alphas=[1.0, 0.1, 3.0], fit_intercept=False, **TIGHT), x, y),
        "lassoCVWide": crossed(LassoCV(cv=4, alphas=28, **TIGHT), wide, wideY, wideWeight),
        "netCV": crossed(ElasticNetCV(l1_ratio=[0.2, 0.7, 0.95], cv=5, alphas=28, **TIGHT), x, y),
        "ridge": ridge(x, y),
        "ridgeWeighted": ridge(x, y, weight),
        "ridgeOrigin": ridge(x, y, fit_intercept=False),
        "ridgeTargets": ridge(x, both),
        "ridgePerTarget": ridge(x, both, alpha_per_target=True),
        "ridgeScored": ridge(x, y, weight, scoring="r2"),
        "ridgeWide": ridge(wide, wideY),
        "ridgeFolds": ridge(x, y, cv=5),
        "ridgeFoldsOrigin": ridge(x, both, cv=4, fit_intercept=False),
        "path": path(x, y, l1_ratio=0.5),
    }

"""scikit-learn's LinearRegression and Ridge on its own tables, and the inference of ordinary least squares by its textbook formula.

The tables travel with the fixture as both sides read them. Ridge uses the singular value decomposition: exact, where its
default for small tables (Cholesky of the normal equations) loses digits.
"""

import numpy as np
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LinearRegression, Ridge

ALPHAS = [0.01, 1, 100]
CANCER_COLUMNS = 10
T_VALUES = [0.0, 0.1, 1.0, 1.96, 2.5, 5.0, 12.0, 40.0]
DEGREES = [1, 2, 5, 30, 431, 1_000_000]


def shortened(x):
    """Six significant digits, so that the file is short."""
    return np.array([[float(f"{value:.6g}") for value in row] for row in np.atleast_2d(x)])


def table(load, columns=None, **options):
    x, y = load(return_X_y=True, **options)
    return shortened(x[:, :columns]), y.astype(float)


def weights_of(rows):
    """Some rows count for nothing."""
    return (np.arange(rows) % 7) / 4


def two_targets(y):
    return np.column_stack([y, np.sin(y) + y / 3])


def linear(x, y, weight=None, **options):
    model = LinearRegression(**options).fit(x, y, weight)
    return {
        "coef": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.atleast_1d(model.intercept_).tolist(),
        "rank": int(model.rank_),
        "singularValues": model.singular_.tolist(),
        "score": model.score(x, y, weight),
    }


def ridge(x, y, weight=None, **options):
    model = Ridge(solver="svd", **options).fit(x, y, weight)
    return {
        "coef": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.atleast_1d(model.intercept_).tolist(),
        "score": model.score(x, y, weight),
    }


def inference(x, y, weight=None):
    """Standard errors, t and p: s²·diag((XᵀWX)⁻¹), Student's t with the rows of weight above 0 less the parameters."""
    weight = np.ones(len(y)) if weight is None else weight
    root = np.sqrt(weight)[:, None]
    design = np.column_stack([np.ones(len(y)), x]) * root
    q, r = np.linalg.qr(design)
    target = y * root[:, 0]
    beta = np.linalg.solve(r, q.T @ target)
    rest = target - design @ beta
    df = int((weight > 0).sum()) - design.shape[1]
    variance = rest @ rest / df
    inverse = np.linalg.inv(r)
    error = np.sqrt(variance * (inverse**2).sum(axis=1))
    t = beta / error
    return {
        "standardErrors": error.tolist(),
        "tValues": t.tolist(),
        "pValues": (2 * stats.t.sf(np.abs(t), df)).tolist(),
        "residualDf": df,
        "residualStandardError": float(np.sqrt(variance)),
        "rSquared": LinearRegression().fit(x, y, weight).score(x, y, weight),
    }


def dependent():
    """Eight columns of rank 5: scikit-learn gives the solution of minimum norm."""
    rng = np.random.default_rng(4)
    base = np.round(rng.normal(size=(40, 5)), 3)
    x = np.column_stack([base, base[:, 0] + base[:, 1], 2 * base[:, 2], np.full(40, 3.0)])
    y = np.round(base @ [1, -2, 3, 0.5, 0] + rng.normal(size=40), 3)
    wide = np.round(rng.normal(size=(6, 10)), 3)
    return {"x": x.tolist(), "y": y.tolist(), **linear(x, y)}, {
        "x": wide.tolist(),
        "y": y[:6].tolist(),
        **linear(wide, y[:6]),
    }


def degenerate():
    """
    Columns that centring makes 0 or dependent: constants, offsets of each other, sums, one-hot codes, equal or few rows; and
    columns far from 1. Ridge with next to no penalty tends to the same solution.
    Since 1.9 scikit-learn drops directions of 1e-6 times the largest, so lengths do not differ by as much here.
    """
    rng = np.random.default_rng(11)

    def numbers(rows, cols, scale=1.0, mean=0.0):
        return np.round(rng.normal(size=(rows, cols)) * scale + mean, 3)

    def constant(rows, value):
        return np.full((rows, 1), value)

    ages = np.floor(rng.uniform(18, 80, size=(12, 1)))
    codes = np.eye(3)[rng.integers(0, 3, size=12)]
    whole = np.array([0.0, 1, 2, 0, 1, 3, 2, 0, 1, 1, 0, 2])
    weights = np.round(rng.uniform(0.1, 3, size=12), 3)
    base = numbers(12, 2)
    eighths = np.round(8 * base) / 8
    kinds = {
        "a constant": (np.hstack([base, constant(12, 14.62)]), weights),
        "three constants": (np.hstack([constant(12, 1e10), base, constant(12, 1 / 3), constant(12, -7.7e-5)]), weights),
        "zeros": (np.hstack([base, constant(12, 0.0)]), whole),
        "age and year of birth": (np.hstack([ages, 2026 - ages]), weights),
        "age and time of birth": (np.hstack([base, ages, 2026.3 - ages]), whole),
        "time in seconds twice": (np.hstack([1.7e9 + 60 * ages, 60 * ages - 3e8, base]), weights),
        "a sum": (np.hstack([eighths, eighths.sum(axis=1, keepdims=True) + 1000]), None),
        "a column twice": (np.hstack([base, base[:, :1], 2 * base[:, :1] + 7]), weights),
        "codes": (np.hstack([codes, base]), whole),
        "two codes": (np.hstack([codes, codes[::-1], constant(12, 1.0)]), None),
        "equal rows": (np.repeat([[3.0, -7.0, 2.0]], 12, axis=0), None),
        "two equal rows": (np.array([[1.0, 2.0], [1.0, 2.0]]), None),
        "few rows": (numbers(3, 5, 10, 100), None),
        "one row of weight": (numbers(12, 3), np.eye(12)[4]),
        "a large mean": (np.hstack([numbers(12, 2, 1, 1e6), numbers(12, 1)]), weights),
        "tiny": (numbers(12, 3) * 2.0**-500, weights),
        "huge": (numbers(12, 3, 3, 10) * 2.0**500, whole),
        "tiny and dependent": (np.hstack([base, base[:, :1] + 3]) * 2.0**-500, weights),
    }
    cases = []
    for name, (x, weight) in kinds.items():
        lengths = np.abs(x).max(axis=0)
        for intercept in [True, False] if lengths.max() < 1e5 * lengths[lengths > 0].min() else [True]:
            rows = len(x)
            y = np.round(rng.normal(size=rows) + 3, 3)
            model = LinearRegression(fit_intercept=intercept).fit(x, y, weight)
            cases.append(
                {
                    "name": name,
                    "x": x.tolist(),
                    "y": y.tolist(),
                    "weight": None if weight is None else weight.tolist(),
                    "fitIntercept": intercept,
                    "coef": model.coef_.tolist(),
                    "rank": int(model.rank_),
                    "prediction": model.predict(x).tolist(),
                }
            )
    return cases


def fixture():
    tables = {
        "diabetes": table(load_diabetes, scaled=False),
        "wine": table(load_wine),
        "breast_cancer": table(load_breast_cancer, CANCER_COLUMNS),
    }
    ols, penalised, certainty = [], [], []
    for name, (x, y) in tables.items():
        weight = weights_of(len(y))
        for targets, values in [(1, y), (2, two_targets(y))]:
            for weighted in [False, True]:
                w = weight if weighted else None
                case = {"table": name, "targets": targets, "weighted": weighted}
                for intercept in [True, False]:
                    options = {"fit_intercept": intercept}
                    ols.append({**case, "fitIntercept": intercept, **linear(x, values, w, **options)})
                for alpha in ALPHAS:
                    penalised.append({**case, "alpha": alpha, **ridge(x, values, w, alpha=alpha)})
            penalised.append(
                {"table": name, "targets": targets, "weighted": False, "fitIntercept": False, "alpha": 1}
                | ridge(x, values, alpha=1, fit_intercept=False)
            )
        both = ridge(x, two_targets(y), alpha=np.array([0.1, 10.0]))
        penalised.append({"table": name, "targets": 2, "weighted": False, "alpha": [0.1, 10], **both})
        certainty.append({"table": name, "weighted": False, **inference(x, y)})
        certainty.append({"table": name, "weighted": True, **inference(x, y, weight)})
    tall, wide = dependent()
    return {
        "tables": {name: {"x": x.tolist(), "y": y.tolist()} for name, (x, y) in tables.items()},
        "ols": ols,
        "ridge": penalised,
        "inference": certainty,
        "dependent": [tall, wide],
        "degenerate": degenerate(),
        "student": [[t, df, float(2 * stats.t.sf(t, df))] for df in DEGREES for t in T_VALUES],
    }

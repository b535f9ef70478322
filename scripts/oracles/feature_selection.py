"""Scores, p-values and choices of scikit-learn's feature selectors."""

import warnings

import numpy as np
from scipy.stats import chi2 as chi_square
from sklearn.feature_selection import (
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)

from preprocessing import plain


def variances(x):
    cases = []
    for threshold in [0.0, 0.1, 0.7]:
        selector = VarianceThreshold(threshold).fit(x)
        cases.append(
            {
                "threshold": threshold,
                "variances": plain(selector.variances_),
                "kept": selector.get_support(indices=True).tolist(),
            }
        )
    return cases


def scored(selector):
    return {
        "scores": plain(selector.scores_),
        "pvalues": plain(selector.pvalues_),
        "kept": selector.get_support(indices=True).tolist(),
    }


def tests(x, targets):
    cases = []
    for name, function, kind in [
        ("fClassif", f_classif, "two"),
        ("fClassif", f_classif, "three"),
        ("fRegression", f_regression, "numbers"),
    ]:
        y = targets[kind]
        for k in [1, 3, "all"]:
            selector = SelectKBest(function, k=k).fit(x, y)
            cases.append(
                {
                    "scoreFunc": name,
                    "target": kind,
                    "k": k,
                    **scored(selector),
                }
            )
    return cases


def frequencies(tables, targets):
    cases = []
    for name, x in tables.items():
        for kind in ["two", "three"]:
            selector = SelectKBest(chi2, k=2).fit(x, targets[kind])
            cases.append(
                {
                    "x": name,
                    "target": kind,
                    **scored(selector),
                }
            )
    return cases


def chi_square_tails():
    """x, degrees of freedom, and the probability of more than x."""
    return [
        [x, df, float(chi_square.sf(x, df))]
        for df in [1, 2, 3, 4, 7, 30, 101, 1000]
        for x in [1e-12, 0.1, 1, 3.3, 50, 400, 1200, 1600]
        if chi_square.sf(x, df) > 1e-300
    ]


def percentiles(x, targets):
    tied = np.hstack([x[:, [0]], x[:, [1]], x[:, [0]], x[:, [0]], x[:, [2]], x[:, [0]], x[:, [3]]])
    return [
        {
            "percentile": p,
            "kept": SelectPercentile(f_classif, percentile=p).fit(tied, targets["three"]).get_support(indices=True).tolist(),
        }
        for p in [20, 35, 50, 60, 75, 100]
    ]


def information(x, whole, targets):
    """No two numbers are so close that the noise could change an order."""
    cases = []
    for name, function, kind in [
        ("mutualInfoClassif", mutual_info_classif, "two"),
        ("mutualInfoClassif", mutual_info_classif, "three"),
        ("mutualInfoRegression", mutual_info_regression, "numbers"),
    ]:
        for neighbors in [1, 3, 5]:
            cases.append(
                {
                    "scoreFunc": name,
                    "target": kind,
                    "nNeighbors": neighbors,
                    "discreteFeatures": False,
                    "x": "x",
                    "scores": plain(function(x, targets[kind], n_neighbors=neighbors, random_state=0)),
                }
            )
        cases.append(
            {
                "scoreFunc": name,
                "target": kind,
                "nNeighbors": 3,
                "discreteFeatures": True,
                "x": "whole",
                "scores": plain(function(whole, targets[kind], discrete_features=True, random_state=0)),
            }
        )
    return cases


def fixture():
    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(54)
    n = 60
    x = np.round(rng.normal(0, 1, (n, 5)) * [1, 0.3, 1, 0.8, 1.2] + [0, 0, 100, 0, 5], 6)
    numbers = np.round(x[:, 0] - 2 * np.sin(2 * x[:, 3]) + rng.normal(0, 0.3, n), 6)
    three = np.where(x[:, 0] + rng.normal(0, 0.5, n) > 0.5, "c", np.where(x[:, 4] > 5, "b", "a"))
    two = (x[:, 3] + rng.normal(0, 0.6, n) > 0).astype(int)
    targets = {"numbers": numbers, "two": two, "three": three}
    whole = np.stack([rng.integers(0, 4, n), two * 2 + rng.integers(0, 2, n), np.zeros(n)], axis=1)
    gaps = np.hstack([x[:20], np.full((20, 1), 0.1)])
    gaps[[2, 5], 1] = np.nan
    return {
        "x": plain(x),
        "whole": plain(whole),
        "gaps": plain(gaps),
        "targets": {name: (plain(y) if name != "three" else y.tolist()) for name, y in targets.items()},
        "varianceThreshold": variances(gaps),
        "tests": tests(np.hstack([x, np.full((n, 1), 7.0)]), targets),
        "chi2": frequencies({"whole": whole, "x": np.abs(x)}, targets),
        "chiSquare": chi_square_tails(),
        "percentiles": percentiles(x, targets),
        "information": information(x, whole, targets),
    }

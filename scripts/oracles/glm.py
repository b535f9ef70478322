"""Wald inference of statsmodels's Logit, MNLogit and GLM, and scikit-learn's PoissonRegressor and GammaRegressor.

The tables come from integer arithmetic alone, which the tests repeat: see `table`.
"""

import warnings

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import GammaRegressor, LogisticRegressionCV, PoissonRegressor

from common import expected, numbers

ROWS = 160
COLUMNS = 3
STRENGTHS = [0, 0.1, 1]
KINDS = {"poisson": PoissonRegressor, "gamma": GammaRegressor}
TIGHT = {"tol": 1e-13, "max_iter": 1000}


def table():
    """Three columns, and a class, a count and an amount for each row that follow them with noise."""
    next_number = numbers(1)
    x = np.empty((ROWS, COLUMNS))
    classes, counts, amounts = [], [], []
    for i in range(ROWS):
        for j in range(COLUMNS):
            x[i, j] = next(next_number) * (j + 1) + (j == 2)
        score = x[i, 0] - x[i, 1] / 2 + x[i, 2] / 4
        classes.append(int(min(2, max(0, np.floor(1 + score + next(next_number) * 3)))))
        counts.append(int(np.floor((1 + score + next(next_number)) ** 2)))
        amounts.append((2 + score) ** 2 * (next(next_number) + 0.75))
    return x, np.array(classes), np.array(counts, dtype=float), np.array(amounts)


WEIGHTS = (np.arange(ROWS) % 7 + 1) / 4
OFFSET = (np.arange(ROWS) % 5 - 2) / 4


def wald(result):
    """Parameters with what follows from them; the constant comes first."""
    bounds = np.asarray(result.conf_int(0.1))
    return {
        "params": expected(np.asarray(result.params).T.ravel()),
        "errors": expected(np.asarray(result.bse).T.ravel()),
        "z": expected(np.asarray(result.tvalues).T.ravel()),
        "p": expected(np.asarray(result.pvalues).T.ravel()),
        "lower": expected(bounds[..., 0].ravel()),
        "upper": expected(bounds[..., 1].ravel()),
        "residualDf": float(result.df_resid),
    }


def likelihood(result):
    return {
        "logLikelihood": float(result.llf),
        "nullLogLikelihood": float(result.llnull),
        "pseudoRSquared": float(result.prsquared),
        "aic": float(result.aic),
    }


def design(x, constant):
    return sm.add_constant(x) if constant else x


def logits(x, classes):
    cases = []
    for constant in [True, False]:
        binary = sm.Logit((classes == 2).astype(int), design(x, constant)).fit(disp=0, tol=1e-14, maxiter=100)
        cases.append({"classes": 2, "fitIntercept": constant, **wald(binary), **likelihood(binary)})
        many = sm.MNLogit(classes, design(x, constant)).fit(disp=0, tol=1e-14, maxiter=100)
        cases.append({"classes": 3, "fitIntercept": constant, **wald(many), **likelihood(many)})
    return cases


def weighted_logit(x, classes):
    """Weights as numbers of equal rows: statsmodels has them in GLM alone."""
    family = sm.families.Binomial()
    y = (classes == 2).astype(int)
    result = sm.GLM(y, sm.add_constant(x), family=family, var_weights=WEIGHTS).fit(tol=1e-14, maxiter=100)
    return wald(result)


def glms(x, counts, amounts):
    families = {"poisson": (counts, sm.families.Poisson()), "gamma": (amounts, sm.families.Gamma(sm.families.links.Log()))}
    cases = []
    for name, (y, family) in families.items():
        for options in [{}, {"weighted": True}, {"offset": True}, {"weighted": True, "offset": True}, {"fitIntercept": False}]:
            constant = options.get("fitIntercept", True)
            # From elsewhere the first steps leave the range of exp.
            near = KINDS[name](alpha=0, solver="newton-cholesky", fit_intercept=constant, **TIGHT).fit(x, y)
            start = [near.intercept_] * constant + near.coef_.tolist()
            result = sm.GLM(
                y,
                design(x, constant),
                family=family,
                var_weights=WEIGHTS if "weighted" in options else None,
                offset=OFFSET if "offset" in options else None,
            ).fit(tol=1e-14, maxiter=200, start_params=np.array(start))
            cases.append(
                {
                    "family": name,
                    **options,
                    **wald(result),
                    "deviance": float(result.deviance),
                    "dispersion": float(result.scale),
                }
            )
    return cases


def regressors(x, counts, amounts):
    cases = []
    for name, y in [("poisson", counts), ("gamma", amounts)]:
        for alpha in STRENGTHS:
            for weights in [None, WEIGHTS]:
                model = KINDS[name](alpha=alpha, solver="newton-cholesky", **TIGHT).fit(x, y, weights)
                cases.append(
                    {
                        "family": name,
                        "alpha": alpha,
                        "weighted": weights is not None,
                        "coef": expected(model.coef_),
                        "intercept": float(model.intercept_),
                        "predicted": expected(model.predict(x[:3])),
                        "score": float(model.score(x, y, weights)),
                    }
                )
    return cases


def searches(x, classes):
    """Cross-validated strengths, refitted; scores per class are the same for all classes of a softmax."""
    common = {"cv": 4, "scoring": "neg_log_loss", "use_legacy_attributes": False}
    requests = [
        {"classes": 3, "Cs": 5, "l1Ratios": [0]},
        {"classes": 2, "Cs": [0.01, 0.1, 1], "l1Ratios": [0]},
        # Where all coefficients are 0, saga stops before the intercept has converged.
        {"classes": 2, "Cs": [1, 3, 30], "l1Ratios": [0.2, 1]},
        {"classes": 2, "Cs": [0.01, 0.1, 1], "l1Ratios": [0], "refit": False},
        {"classes": 2, "Cs": [0.01, 0.1, 1], "l1Ratios": [0], "scoring": "accuracy"},
    ]
    cases = []
    for request in requests:
        y = classes if request["classes"] == 3 else (classes == 2).astype(int)
        sparse = request["l1Ratios"] != [0]
        options = {**common, **({"scoring": request["scoring"]} if "scoring" in request else {})}
        model = LogisticRegressionCV(
            Cs=request["Cs"],
            l1_ratios=request["l1Ratios"],
            refit=request.get("refit", True),
            solver="saga" if sparse else "newton-cholesky",
            tol=1e-12,
            max_iter=100000,
            **options,
        ).fit(x, y)
        cases.append(
            {
                **request,
                "strengths": expected(model.Cs_),
                "scores": expected(np.asarray(model.scores_)),
                "C": float(np.asarray(model.C_).ravel()[0]),
                "l1Ratio": float(np.asarray(model.l1_ratio_).ravel()[0]),
                "coef": expected(model.coef_.ravel()),
                "intercept": expected(model.intercept_),
            }
        )
    return cases


def fixture():
    x, classes, counts, amounts = table()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {
            "logits": logits(x, classes),
            "weightedLogit": weighted_logit(x, classes),
            "glms": glms(x, counts, amounts),
            "regressors": regressors(x, counts, amounts),
            "searches": searches(x, classes),
        }

"""scikit-learn's calibrated classifiers, calibration curves and tuned thresholds."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV, _SigmoidCalibration, calibration_curve
from sklearn.inspection import permutation_importance
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

from common import expected, inputs
from selection import classes

# A strong penalty and a tight tolerance, so that both sides are at the optimum.
OPTIONS = {"C": 0.05, "tol": 1e-11, "max_iter": 5000}


def model():
    return LogisticRegression(**OPTIONS)


def calibrated(x, y, weights):
    for method in ["sigmoid", "isotonic"]:
        for ensemble in [True, False]:
            for weighted in [False, True]:
                made = CalibratedClassifierCV(model(), method=method, cv=3, ensemble=ensemble)
                made.fit(x, y, sample_weight=weights if weighted else None)
                yield {
                    "method": method,
                    "ensemble": ensemble,
                    "weighted": weighted,
                    "proba": expected(made.predict_proba(x[:12])),
                    "predicted": [int(label) for label in made.predict(x)],
                }


def curves_alone(rng):
    """Both calibrations of one column of scores, with ties, weights of 0 and scores of any size."""
    for scale in [1.0, 100.0]:
        scores = np.round(rng.normal(0, 1, 50), 1) * scale
        y = (rng.random(50) < 1 / (1 + np.exp(-scores / scale))).astype(int)
        for weights in [None, rng.integers(0, 3, 50).astype(float), np.round(rng.uniform(0.1, 2, 50), 3)]:
            sigmoid = _SigmoidCalibration().fit(scores, y, weights)
            isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, y, weights)
            at = np.array([-5, -1.05, -0.3, 0, 0.12, 0.5, 3]) * scale
            yield {
                "scores": inputs(scores),
                "y": [int(v) for v in y],
                "weights": None if weights is None else inputs(weights),
                "at": inputs(at),
                "sigmoid": expected(sigmoid.predict(at)),
                "isotonic": expected(isotonic.predict(at)),
            }


def reliability(rng):
    # Of the last, quantiles would fall on probabilities if they were not rounded.
    cases = [(60, strategy, bins) for strategy in ["uniform", "quantile"] for bins in [1, 4, 5, 10, 30]]
    cases += [(13, "quantile", 3), (22, "quantile", 9), (10, "quantile", 6), (52, "quantile", 9)]
    for rows in [60, 13, 22, 10, 52]:
        p = np.round(rng.random(rows), 2)
        y = (rng.random(rows) < p**1.5).astype(int)
        for _, strategy, bins in [case for case in cases if case[0] == rows]:
            true, predicted = calibration_curve(y, p, n_bins=bins, strategy=strategy)
            yield {
                "y": [int(v) for v in y],
                "p": inputs(p),
                "options": {"nBins": bins, "strategy": strategy},
                "probTrue": expected(true),
                "probPred": expected(predicted),
            }


SCORES = {"balancedAccuracy": "balanced_accuracy", "f1": "f1", "accuracy": "accuracy", "matthewsCorrcoef": "matthews_corrcoef"}


def tuned(x, y):
    names = {"predictProba": "predict_proba", "decisionFunction": "decision_function"}
    for ours, theirs in SCORES.items():
        for response in names:
            made = TunedThresholdClassifierCV(
                model(), scoring=theirs, cv=3, thresholds=40, response_method=names[response], store_cv_results=True
            ).fit(x, y)
            yield {
                "scoring": ours,
                "responseMethod": response,
                "bestThreshold": expected(made.best_threshold_),
                "bestScore": expected(made.best_score_),
                "thresholds": expected(made.cv_results_["thresholds"]),
                "scores": expected(made.cv_results_["scores"]),
                "predicted": [int(label) for label in made.predict(x)],
            }


def fixed(x, y):
    for threshold in ["auto", 0.3, 0.7]:
        for label in [0, 1]:
            made = FixedThresholdClassifier(model(), threshold=threshold, pos_label=label).fit(x, y)
            yield {"threshold": threshold, "posLabel": label, "predicted": [int(v) for v in made.predict(x)]}


def importance(rng):
    """Means over so many shuffles that chance is far below the differences between columns."""
    x = np.round(rng.normal(0, 1, (60, 4)), 3)
    y = np.round(x @ [3.0, -1.5, 0.5, 0.0] + rng.normal(0, 0.5, 60), 3)
    ridge = Ridge().fit(x, y)
    weights = np.round(rng.uniform(0.5, 2, 60), 3)
    results = []
    for w in [None, weights]:
        made = permutation_importance(ridge, x, y, n_repeats=4000, random_state=0, sample_weight=w, scoring="r2")
        results.append({"mean": expected(made.importances_mean), "std": expected(made.importances_std)})
    return {"x": inputs(x), "y": inputs(y), "weights": inputs(weights), "plain": results[0], "weighted": results[1]}


def fixture():
    rng = np.random.default_rng(71)
    three = classes(rng, 75, 3)
    two = classes(rng, 66, 2)
    weights = {n: np.round(rng.uniform(0.2, 2, n), 3) for n in (75, 66)}
    return {
        "multiclass": {"x": expected(three[0]), "y": [int(v) for v in three[1]], "weights": inputs(weights[75])},
        "binary": {"x": expected(two[0]), "y": [int(v) for v in two[1]], "weights": inputs(weights[66])},
        "calibrated": {
            "multiclass": list(calibrated(*three, weights[75])),
            "binary": list(calibrated(*two, weights[66])),
        },
        "alone": list(curves_alone(rng)),
        "reliability": list(reliability(rng)),
        "tuned": list(tuned(*two)),
        "fixed": list(fixed(*two)),
        "importance": importance(rng),
    }

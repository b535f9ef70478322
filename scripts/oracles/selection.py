"""scikit-learn's folds, and its cross-validation and grid search of a scaled logistic regression."""

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common import expected

# Tight, so that both sides are at the optimum.
OPTIONS = {"tol": 1e-10, "max_iter": 2000}

SCORES = {
    "accuracy": "accuracy",
    "balancedAccuracy": "balanced_accuracy",
    "precisionMacro": "precision_macro",
    "recallWeighted": "recall_weighted",
    "f1Micro": "f1_micro",
    "f1Macro": "f1_macro",
    "rocAucOvr": "roc_auc_ovr",
    "rocAucOvo": "roc_auc_ovo",
    "negLogLoss": "neg_log_loss",
    "matthewsCorrcoef": "matthews_corrcoef",
    "topKAccuracy": "top_k_accuracy",
    "negBrierScore": "neg_brier_score",
    "d2LogLossScore": "d2_log_loss_score",
    "d2BrierScore": "d2_brier_score",
}
BINARY_SCORES = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "rocAuc": "roc_auc",
    "averagePrecision": "average_precision",
    "negLogLoss": "neg_log_loss",
    "negBrierScore": "neg_brier_score",
    "d2LogLossScore": "d2_log_loss_score",
    "d2BrierScore": "d2_brier_score",
}
NUMBER_SCORES = {
    "r2": "r2",
    "explainedVariance": "explained_variance",
    "d2AbsoluteErrorScore": "d2_absolute_error_score",
    "negMeanSquaredError": "neg_mean_squared_error",
    "negRootMeanSquaredError": "neg_root_mean_squared_error",
    "negMeanAbsoluteError": "neg_mean_absolute_error",
    "negMedianAbsoluteError": "neg_median_absolute_error",
    "negMeanAbsolutePercentageError": "neg_mean_absolute_percentage_error",
    "negMaxError": "neg_max_error",
    "negMeanPoissonDeviance": "neg_mean_poisson_deviance",
    "negMeanGammaDeviance": "neg_mean_gamma_deviance",
}


def tests(splitter, rows, y=None, groups=None):
    return [[int(i) for i in test] for _, test in splitter.split(np.zeros((rows, 1)), y, groups)]


def time_series():
    """First and last rows of both parts of every split."""
    settings = [(12, 3, {}), (13, 5, {}), (20, 4, {"gap": 2}), (20, 3, {"test_size": 4}), (30, 2, {"max_train_size": 7})]
    settings += [(40, 3, {"test_size": 5, "gap": 3, "max_train_size": 11}), (6, 5, {}), (25, 4, {"max_train_size": 100})]
    for rows, splits, options in settings:
        made = TimeSeriesSplit(splits, **options).split(np.zeros((rows, 1)))
        ends = [[int(part[i]) for part in pair for i in (0, -1)] for pair in made]
        names = {"test_size": "testSize", "max_train_size": "maxTrainSize", "gap": "gap"}
        yield {"rows": rows, "options": {"nSplits": splits, **{names[k]: v for k, v in options.items()}}, "ends": ends}


def grouped(rng):
    for rows, count, splits in [(20, 5, 3), (40, 9, 4), (30, 30, 5), (50, 6, 6), (60, 17, 5)]:
        groups = [int(g) for g in rng.integers(0, count, rows)]
        groups[:count] = range(count)
        yield {"groups": groups, "nSplits": splits, "tests": tests(GroupKFold(splits), rows, groups=groups)}


def folds():
    y = [2, 0, 1, 1, 0, 2, 2, 1, 0, 1, 1, 1, 2, 0, 1, 1, 0]
    return {
        "y": y,
        "kFold": [{"rows": n, "nSplits": k, "tests": tests(KFold(k), n)} for n, k in [(10, 5), (11, 3), (7, 7)]],
        "stratifiedKFold": [
            {"nSplits": k, "tests": tests(StratifiedKFold(k), len(y), y)} for k in [2, 3, 4]
        ],
        "timeSeriesSplit": list(time_series()),
        "groupKFold": list(grouped(np.random.default_rng(62))),
    }


def classes(rng, rows, count):
    """Samples that overlap, as decimals that both sides read the same."""
    y = rng.integers(0, count, rows)
    x = np.round(rng.normal(0, 1.2, (count, 4))[y] + rng.normal(0, 1.5, (rows, 4)), 3)
    return x, y


def amounts(rng, rows):
    """Positive numbers, far enough from 0 that predictions are positive too."""
    x = np.round(rng.normal(0, 1, (rows, 4)), 3)
    y = np.round(20 + x @ [1.0, -2.0, 0.5, 0.0] + rng.normal(0, 1, rows), 3)
    return x, y


def validated(x, y, scores, model=None):
    model = make_pipeline(StandardScaler(), LogisticRegression(**OPTIONS) if model is None else model)
    result = cross_validate(model, x, y, cv=4, scoring=scores, return_train_score=True)
    return {
        "x": expected(x),
        "y": [label.item() for label in y],
        "test": {ours: expected(result[f"test_{ours}"]) for ours in scores},
        "train": {ours: expected(result[f"train_{ours}"]) for ours in scores},
    }


def grid(x, y):
    model = make_pipeline(StandardScaler(), LogisticRegression(**OPTIONS))
    search = GridSearchCV(
        model,
        {"logisticregression__C": [0.001, 0.03, 1.0, 100.0], "standardscaler__with_std": [True, False]},
        cv=4,
        scoring="neg_log_loss",
    ).fit(x, y)
    results = search.cv_results_
    return {
        "C": [float(p["logisticregression__C"]) for p in results["params"]],
        "withStd": [bool(p["standardscaler__with_std"]) for p in results["params"]],
        "mean": expected(results["mean_test_score"]),
        "std": expected(results["std_test_score"]),
        "rank": [int(rank) for rank in results["rank_test_score"]],
        "bestIndex": int(search.best_index_),
        "bestScore": expected(search.best_score_),
        "proba": expected(search.predict_proba(x[:5])),
    }


def curves(x, y):
    model = make_pipeline(StandardScaler(), LogisticRegression(**OPTIONS))
    sizes, train, test = learning_curve(model, x, y, cv=4, train_sizes=[0.3, 0.55, 1.0], scoring="neg_log_loss")
    values = [0.01, 1.0, 100.0]
    by_c = validation_curve(
        model, x, y, param_name="logisticregression__C", param_range=values, cv=4, scoring="neg_log_loss"
    )
    return {
        "sizes": [int(n) for n in sizes],
        "train": expected(train),
        "test": expected(test),
        "byC": {"values": values, "train": expected(by_c[0]), "test": expected(by_c[1])},
    }


def predicted(x, y):
    """Out-of-fold predictions; those of the last weights are of a fit with weights."""
    model = make_pipeline(StandardScaler(), LogisticRegression(**OPTIONS))
    methods = {"predict": "predict", "predictProba": "predict_proba", "decisionFunction": "decision_function"}
    weights = 0.5 + np.arange(len(y)) % 4
    params = {"logisticregression__sample_weight": weights}
    return {
        **{ours: expected(cross_val_predict(model, x, y, cv=4, method=theirs)) for ours, theirs in methods.items()},
        "weighted": expected(cross_val_predict(model, x, y, cv=4, method="predict_proba", params=params)),
    }


def fixture():
    rng = np.random.default_rng(61)
    three = classes(rng, 80, 3)
    two = classes(rng, 60, 2)
    return {
        "folds": folds(),
        "multiclass": validated(*three, SCORES),
        "binary": validated(*two, BINARY_SCORES),
        "grid": grid(*three),
        "curves": curves(*three),
        "predicted": {"multiclass": predicted(*three), "binary": predicted(*two)},
        "numbers": validated(*amounts(rng, 40), NUMBER_SCORES, Ridge()),
    }

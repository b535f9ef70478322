"""scikit-learn's scores for the functions of `metrics`: ties, absent classes, weights, degenerate data."""

import json
import math
import warnings

import numpy as np
from sklearn import metrics

from common import expected, float32, inputs

# steepest's names and scikit-learn's.
FUNCTIONS = {
    "accuracyScore": metrics.accuracy_score,
    "balancedAccuracyScore": metrics.balanced_accuracy_score,
    "precisionScore": metrics.precision_score,
    "recallScore": metrics.recall_score,
    "f1Score": metrics.f1_score,
    "confusionMatrix": metrics.confusion_matrix,
    "logLoss": metrics.log_loss,
    "rocAucScore": metrics.roc_auc_score,
    "rocCurve": metrics.roc_curve,
    "averagePrecisionScore": metrics.average_precision_score,
    "precisionRecallCurve": metrics.precision_recall_curve,
    "meanSquaredError": metrics.mean_squared_error,
    "rootMeanSquaredError": metrics.root_mean_squared_error,
    "meanAbsoluteError": metrics.mean_absolute_error,
    "r2Score": metrics.r2_score,
    "classificationReport": metrics.classification_report,
}
OPTIONS = {
    "sampleWeight": "sample_weight",
    "zeroDivision": "zero_division",
    "posLabel": "pos_label",
    "multiClass": "multi_class",
    "maxFpr": "max_fpr",
    "dropIntermediate": "drop_intermediate",
    "forceFinite": "force_finite",
}
VALUES = {"rawValues": "raw_values", "uniformAverage": "uniform_average", "varianceWeighted": "variance_weighted"}


def plain(value):
    """JSON has no NaN and no infinity: they are written as words."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0):
        return [plain(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return expected(value)


class Arrays:
    """Each array is written once; cases name it by its place, `"@0"`, `"@1"`, …"""

    def __init__(self):
        self.places = {}

    def name(self, array):
        return self.places.setdefault(json.dumps(array), f"@{len(self.places)}")

    def all(self):
        return [json.loads(text) for text in self.places]


ARRAYS = Arrays()


def case(name, y_true, y_other, **options):
    """One call, on the very decimals that the fixture holds. `warns` says whether scikit-learn warned."""
    y_true, y_other = [y if isinstance(y, list) else inputs(y) for y in (y_true, y_other)]
    arguments = {OPTIONS.get(key, key): VALUES.get(v, v) if isinstance(v, str) else v for key, v in options.items()}
    if name == "classificationReport":
        arguments["output_dict"] = True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = FUNCTIONS[name](y_true, np.asarray(y_other), **arguments)
    return {
        "score": name,
        "yTrue": ARRAYS.name(y_true),
        "yOther": ARRAYS.name(y_other),
        "options": {key: ARRAYS.name(v) if key == "sampleWeight" else plain(v) for key, v in options.items()},
        "value": plain(value),
        # numpy's own warnings of a division by zero say nothing about the score.
        "warns": any(issubclass(one.category, UserWarning) for one in caught),
    }


def class_cases(rng):
    binary = ([0, 1, 1, 0, 1, 1, 0, 0, 1, 0], [0, 1, 0, 0, 1, 1, 1, 0, 1, 1])
    three = [int(v) for v in rng.integers(0, 3, 40)]
    guessed = [t if rng.random() < 0.6 else int(rng.integers(0, 3)) for t in three]
    names = ["cat", "dog", "emu"]
    words = ([names[t] for t in three], [names[t] for t in guessed])
    weights = inputs(float32(rng.uniform(0.1, 2, 40)))
    absent = ([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1])
    # Class 3 is only true, class 4 only predicted.
    lopsided = ([1, 1, 2, 3, 2, 1], [1, 4, 2, 1, 4, 1])
    booleans = ([True, False, True, True], [True, True, False, True])
    for name in ["accuracyScore", "balancedAccuracyScore", "confusionMatrix"]:
        for pair in [binary, words, lopsided, booleans]:
            yield case(name, *pair)
        yield case(name, three, guessed, sampleWeight=weights)
    yield case("accuracyScore", three, guessed, sampleWeight=weights, normalize=False)
    yield case("balancedAccuracyScore", *words, adjusted=True)
    yield case("confusionMatrix", *words, labels=["emu", "cat"])
    for normalize in ["true", "pred", "all"]:
        yield case("confusionMatrix", *lopsided, normalize=normalize)
    for name in ["precisionScore", "recallScore", "f1Score"]:
        yield case(name, *binary)
        yield case(name, *binary, posLabel=0)
        yield case(name, *booleans)
        yield case(name, [0, 0, 0], [0, 0, 0])
        yield case(name, [0, 0, 1], [0, 0, 0])
        yield case(name, [0, 0, 1], [0, 0, 0], zeroDivision=1.0)
        for average in ["micro", "macro", "weighted", None]:
            yield case(name, *words, average=average)
            yield case(name, three, guessed, average=average, sampleWeight=weights)
            yield case(name, *absent, average=average)
            yield case(name, *lopsided, average=average)
            yield case(name, *lopsided, average=average, labels=[1, 3])
            yield case(name, *lopsided, average=average, zeroDivision=math.nan)
            yield case(name, *lopsided, average=average, zeroDivision=1.0)
    for pair in [binary, words, lopsided]:
        yield case("classificationReport", *pair)
    yield case("classificationReport", three, guessed, sampleWeight=weights)
    yield case("classificationReport", *lopsided, labels=[1, 2])


def score_cases(rng):
    n = 60
    labels = [int(v) for v in rng.integers(0, 2, n)]
    # One decimal place makes many ties.
    scores = float32(np.round(rng.normal(0, 1, n) + labels, 1))
    weights = [float(w) for w in rng.integers(0, 4, n)]
    words = ["yes" if v else "no" for v in labels]
    curves = ["rocCurve", "precisionRecallCurve"]
    areas = ["rocAucScore", "averagePrecisionScore"]
    for name in curves + areas:
        yield case(name, labels, scores)
        yield case(name, labels, scores, sampleWeight=weights)
        yield case(name, [0, 1, 1, 0], [0.5, 0.5, 0.5, 0.5])
        yield case(name, [0, 0, 0], [0.1, 0.5, 0.3])
        yield case(name, [True, False, True], [0.1, 0.5, 0.3])
        yield case(name, [-1, 1, 1], [0.1, 0.5, 0.3])
    for name in curves:
        yield case(name, [1, 1, 1], [0.1, 0.5, 0.3])
        yield case(name, words, scores, posLabel="no")
        yield case(name, labels, scores, dropIntermediate=name != "rocCurve")
    yield case("rocAucScore", words, scores)
    yield case("averagePrecisionScore", words, scores, posLabel="no")
    for max_fpr in [0.05, 0.3, 1.0]:
        yield case("rocAucScore", labels, scores, maxFpr=max_fpr)
        yield case("rocAucScore", labels, scores, maxFpr=max_fpr, sampleWeight=weights)


def probability_cases(rng):
    n = 45
    labels = [int(v) for v in rng.integers(0, 3, n)]
    logits = np.round(rng.normal(0, 1, (n, 3)) + np.eye(3)[labels], 1)
    # Multiples of 1/64, so that rows add up to exactly 1 in float32 too.
    parts = np.floor(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) * 64)
    parts[:, 0] += 64 - parts.sum(axis=1)
    proba = parts / 64
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    for average in ["macro", "weighted", "micro", None]:
        yield case("rocAucScore", labels, proba, multiClass="ovr", average=average)
        yield case("rocAucScore", labels, proba, multiClass="ovr", average=average, sampleWeight=weights)
        yield case("averagePrecisionScore", labels, proba, average=average)
        yield case("averagePrecisionScore", labels, proba, average=average, sampleWeight=weights)
    yield case("rocAucScore", labels, proba, multiClass="ovo")
    yield case("rocAucScore", labels, proba, multiClass="ovo", average="weighted")
    two = [i for i in range(n) if labels[i] < 2]
    some = ([labels[i] for i in two], proba[two])
    yield case("rocAucScore", *some, multiClass="ovr", labels=[0, 1, 2], average="weighted")
    yield case("rocAucScore", *some, multiClass="ovo", labels=[0, 1, 2])
    yield case("logLoss", labels, proba)
    yield case("logLoss", labels, proba, sampleWeight=weights)
    yield case("logLoss", labels, proba, sampleWeight=weights, normalize=False)
    yield case("logLoss", *some, labels=[0, 1, 2])
    yield case("logLoss", [0, 0], [[0.25, 0.75], [0.5, 0.5]], labels=[0, 1])
    yield case("logLoss", ["ham", "spam", "ham"], [0.25, 0.75, 0.5])
    yield case("logLoss", [0, 1, 1], [0.0, 1.0, 0.0])
    yield case("logLoss", [0, 1], [[0.5, 0.25], [0.5, 0.5]])


def regression_cases(rng):
    n = 30
    one = (float32(rng.normal(0, 1, n)), float32(rng.normal(0, 1, n)))
    # The second output is far from 0, the third is constant and predicted exactly, the fourth constant and not.
    target = np.stack([rng.normal(0, 1, n), 1e6 + rng.normal(0, 1, n), np.full(n, 3.0), np.full(n, 3.0)], axis=1)
    noise = rng.normal(0, 0.5, target.shape) * [1, 1, 0, 1]
    target = float32(target)
    many = (target, float32(target + noise))
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    for name in ["meanSquaredError", "rootMeanSquaredError", "meanAbsoluteError", "r2Score"]:
        yield case(name, *one)
        yield case(name, *one, sampleWeight=weights)
        for multioutput in ["uniformAverage", "rawValues", [0.1, 0.5, 0.2, 0.2]]:
            yield case(name, *many, multioutput=multioutput)
            yield case(name, *many, multioutput=multioutput, sampleWeight=weights)
    yield case("r2Score", *many, multioutput="varianceWeighted")
    yield case("r2Score", *many, multioutput="rawValues", forceFinite=False)
    yield case("r2Score", *many, multioutput="varianceWeighted", sampleWeight=weights)
    yield case("r2Score", target[:, 2:], many[1][:, 2:], multioutput="varianceWeighted")
    yield case("r2Score", [2.0], [1.0])


def fixture():
    rng = np.random.default_rng(41)
    groups = [class_cases, score_cases, probability_cases, regression_cases]
    cases = {group.__name__.removesuffix("_cases"): list(group(rng)) for group in groups}
    return {"arrays": ARRAYS.all(), "cases": cases}

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
    "matthewsCorrcoef": metrics.matthews_corrcoef,
    "cohenKappaScore": metrics.cohen_kappa_score,
    "brierScoreLoss": metrics.brier_score_loss,
    "d2BrierScore": metrics.d2_brier_score,
    "d2LogLossScore": metrics.d2_log_loss_score,
    "topKAccuracyScore": metrics.top_k_accuracy_score,
    "explainedVarianceScore": metrics.explained_variance_score,
    "medianAbsoluteError": metrics.median_absolute_error,
    "meanAbsolutePercentageError": metrics.mean_absolute_percentage_error,
    "maxError": metrics.max_error,
    "meanPinballLoss": metrics.mean_pinball_loss,
    "d2PinballScore": metrics.d2_pinball_score,
    "d2AbsoluteErrorScore": metrics.d2_absolute_error_score,
    "meanPoissonDeviance": metrics.mean_poisson_deviance,
    "meanGammaDeviance": metrics.mean_gamma_deviance,
    "meanTweedieDeviance": metrics.mean_tweedie_deviance,
    "d2TweedieScore": metrics.d2_tweedie_score,
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
    "scaleByHalf": "scale_by_half",
    "replaceUndefinedBy": "replace_undefined_by",
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


def agreement_cases(rng):
    n = 50
    true = [int(v) for v in rng.integers(0, 4, n)]
    guessed = [t if rng.random() < 0.5 else int(rng.integers(0, 4)) for t in true]
    names = ["d", "a", "c", "b"]
    words = ([names[t] for t in true], [names[t] for t in guessed])
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    counts = [float(w) for w in rng.integers(0, 3, n)]
    two = ([int(t > 1) for t in true], [int(g > 1) for g in guessed])
    one = ([1, 1, 1], [1, 1, 1])
    other = ([1, 1, 1, 1], [0, 1, 0, 0])
    never = ([0, 0, 1, 2], [3, 3, 4, 4])
    for name in ["matthewsCorrcoef", "cohenKappaScore"]:
        for pair in [(true, guessed), words, two, one, other, never, (true, true)]:
            yield case(name, *pair)
        for w in [weights, counts]:
            yield case(name, true, guessed, sampleWeight=w)
            yield case(name, *two, sampleWeight=w)
    for weighting in ["linear", "quadratic"]:
        yield case("cohenKappaScore", true, guessed, weights=weighting)
        yield case("cohenKappaScore", true, guessed, weights=weighting, sampleWeight=weights)
        yield case("cohenKappaScore", *words, weights=weighting)
        yield case("cohenKappaScore", *words, weights=weighting, labels=["c", "b", "a"])
        yield case("cohenKappaScore", *one, weights=weighting)
    yield case("cohenKappaScore", *words, labels=["c", "a"])
    yield case("cohenKappaScore", *one, replaceUndefinedBy=0.5)
    yield case("cohenKappaScore", *never, labels=[0, 1])


def calibration_cases(rng):
    n = 40
    labels = [int(v) for v in rng.integers(0, 2, n)]
    proba = float32(np.clip(rng.normal(0.5, 0.2, n) + 0.3 * (np.array(labels) - 0.5), 0, 1))
    many = [int(v) for v in rng.integers(0, 4, n)]
    parts = rng.integers(1, 16, (n, 4)) + 12 * np.eye(4)[many]
    # Sixty-fourths, so that rows add up to exactly 1.
    sums = np.floor(parts / parts.sum(axis=1, keepdims=True) * 64)
    sums[:, 0] += 64 - sums.sum(axis=1)
    of_four = sums / 64
    some = [i for i in range(n) if many[i] < 3]
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    words = ["yes" if v else "no" for v in labels]
    for name in ["brierScoreLoss", "d2BrierScore"]:
        yield case(name, labels, proba)
        yield case(name, labels, proba, sampleWeight=weights)
        yield case(name, labels, proba, posLabel=0)
        yield case(name, words, proba, posLabel="no")
        yield case(name, [2 + v for v in labels], proba)
        yield case(name, [bool(v) for v in labels], proba)
        yield case(name, labels, np.stack([1 - proba, proba], axis=1))
        yield case(name, many, of_four)
        yield case(name, many, of_four, sampleWeight=weights)
        yield case(name, [many[i] for i in some], of_four[some], labels=[0, 1, 2, 3])
    for scale in [True, False]:
        yield case("brierScoreLoss", labels, proba, scaleByHalf=scale)
        yield case("brierScoreLoss", many, of_four, scaleByHalf=scale)
    yield case("brierScoreLoss", [0, 0, 0], [0.1, 0.2, 0.9])
    yield case("brierScoreLoss", [0, 1], [[0.5, 0.25], [0.5, 0.5]])
    yield case("d2BrierScore", [0], [0.25])
    yield case("d2LogLossScore", labels, proba)
    yield case("d2LogLossScore", labels, proba, sampleWeight=weights)
    yield case("d2LogLossScore", many, of_four, sampleWeight=weights)
    yield case("d2LogLossScore", [many[i] for i in some], of_four[some], labels=[0, 1, 2, 3])
    yield case("d2LogLossScore", [0], [0.25], labels=[0, 1])
    scores = float32(np.round(rng.normal(0, 1, (n, 4)), 1))
    for k in [1, 2, 3, 4]:
        yield case("topKAccuracyScore", many, scores, k=k)
        yield case("topKAccuracyScore", many, of_four, k=k, sampleWeight=weights)
    yield case("topKAccuracyScore", many, scores)
    yield case("topKAccuracyScore", many, scores, normalize=False)
    yield case("topKAccuracyScore", many, scores, normalize=False, sampleWeight=weights)
    yield case("topKAccuracyScore", [many[i] for i in some], scores[some], labels=[0, 1, 2, 3])
    yield case("topKAccuracyScore", labels, proba, k=1)
    yield case("topKAccuracyScore", words, scores[:, 0], k=1, sampleWeight=weights)
    yield case("topKAccuracyScore", labels, proba, k=2)


def error_cases(rng):
    n = 31
    one = (float32(rng.normal(0, 1, n)), float32(rng.normal(0, 1, n)))
    even = (one[0][1:], one[1][1:])
    # The second output is far from 0, the third is constant and predicted exactly, the fourth constant and not.
    target = np.stack([rng.normal(0, 1, n), 1e6 + rng.normal(0, 1, n), np.full(n, 3.0), np.full(n, 3.0)], axis=1)
    noise = rng.normal(0.3, 0.5, target.shape) * [1, 1, 0, 1]
    target = float32(target)
    many = (target, float32(target + noise))
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    # Ends of whole weights fall on values, which is where quantiles are means of neighbours.
    counts = [float(w) for w in rng.integers(0, 3, n)]
    names = [
        "medianAbsoluteError", "meanAbsolutePercentageError", "explainedVarianceScore", "meanPinballLoss",
        "d2PinballScore", "d2AbsoluteErrorScore",
    ]
    for name in names:
        yield case(name, *one)
        yield case(name, *even)
        yield case(name, [0.0, 1.0, -2.0], [0.5, 1.0, 2.0])
        for w in [weights, counts]:
            yield case(name, *one, sampleWeight=w)
        for multioutput in ["uniformAverage", "rawValues", [0.1, 0.5, 0.2, 0.2]]:
            yield case(name, *many, multioutput=multioutput)
            # Other weights would not give scikit-learn the mean of equal numbers exactly.
            exact = name == "explainedVarianceScore"
            yield case(name, *many, multioutput=multioutput, sampleWeight=counts if exact else weights)
    for alpha in [0.0, 0.1, 0.9, 1.0]:
        for w in [weights, counts]:
            yield case("meanPinballLoss", *one, alpha=alpha, sampleWeight=w)
            yield case("d2PinballScore", *one, alpha=alpha, sampleWeight=w)
        yield case("d2PinballScore", *even, alpha=alpha)
    yield case("explainedVarianceScore", *many, multioutput="varianceWeighted")
    yield case("explainedVarianceScore", *many, multioutput="varianceWeighted", sampleWeight=counts)
    yield case("explainedVarianceScore", *many, multioutput="rawValues", forceFinite=False)
    yield case("explainedVarianceScore", [2.0], [1.0])
    yield case("d2PinballScore", [2.0], [1.0])
    yield case("maxError", *one)
    yield case("maxError", [1.0, 2.0], [1.0, 2.0])


def deviance_cases(rng):
    n = 30
    counts = [float(v) for v in rng.poisson(2, n)]
    amounts = float32(rng.gamma(2, 1, n) + 0.01)
    guess = float32(rng.uniform(0.2, 5, n))
    signed = float32(rng.normal(0, 2, n) + 1)
    weights = inputs(float32(rng.uniform(0.1, 2, n)))
    for options in [{}, {"sampleWeight": weights}]:
        yield case("meanPoissonDeviance", counts, guess, **options)
        yield case("meanGammaDeviance", amounts, guess, **options)
        for name in ["meanTweedieDeviance", "d2TweedieScore"]:
            yield case(name, signed, guess, **options)
            yield case(name, signed, guess, power=-1.5, **options)
            for power in [1, 1.5]:
                yield case(name, counts, guess, power=power, **options)
            for power in [2, 3, 2.5]:
                yield case(name, amounts, guess, power=power, **options)
    yield case("d2TweedieScore", [1.0], [2.0])


def fixture():
    rng = np.random.default_rng(41)
    groups = [class_cases, score_cases, probability_cases, regression_cases]
    # Cases of later groups do not change those of earlier ones.
    groups += [agreement_cases, calibration_cases, error_cases, deviance_cases]
    cases = {group.__name__.removesuffix("_cases"): list(group(rng)) for group in groups}
    return {"arrays": ARRAYS.all(), "cases": cases}

"""What scikit-learn's further scalers and encoders learn and give, on columns that are awkward in each its own way."""

import warnings

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, TargetEncoder

from preprocessing import numbers, plain

ROWS = 15
TOWNS = ["Bern", "Chur", "Genf", "Zug", "Basel", "Thun"]


def robust(x):
    cases = []
    for options, names in [
        ({}, {}),
        ({"quantile_range": (10.0, 62.5)}, {"quantileRange": [10, 62.5]}),
        ({"quantile_range": (0.0, 100.0)}, {"quantileRange": [0, 100]}),
        ({"quantile_range": (40.0, 40.0)}, {"quantileRange": [40, 40]}),
        ({"with_centering": False}, {"withCentering": False}),
        ({"with_scaling": False}, {"withScaling": False}),
        ({"unit_variance": True, "quantile_range": (5.0, 90.0)}, {"unitVariance": True, "quantileRange": [5, 90]}),
    ]:
        scaler = RobustScaler(**options).fit(x)
        cases.append(
            {
                "params": names,
                "center": None if scaler.center_ is None else plain(scaler.center_),
                "scale": None if scaler.scale_ is None else plain(scaler.scale_),
                "transformed": plain(scaler.transform(x)),
            }
        )
    return cases


def max_abs(x, beyond):
    cases = []
    for clip in [False, True]:
        scaler = MaxAbsScaler(clip=clip).fit(x)
        cases.append(
            {
                "clip": clip,
                "maxAbs": plain(scaler.max_abs_),
                "scale": plain(scaler.scale_),
                "transformed": plain(scaler.transform(beyond)),
            }
        )
    return cases


def cells(rng, n=40):
    """Text with some common and some rare categories, text with gaps, whole numbers with ties, numbers with gaps."""
    towns = rng.choice(TOWNS, n, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05]).astype(object)
    sizes = rng.choice(["S", "M", "L"], n).astype(object)
    counts = rng.choice([1, 2, 3, 5, 8], n, p=[0.1, 0.3, 0.3, 0.2, 0.1]).astype(object)
    levels = np.round(rng.choice([0.5, 1.5, 2.5], n), 1).astype(object)
    sizes[[3, 11]] = np.nan
    levels[[0, 5, 6]] = np.nan
    return np.stack([towns, sizes, counts, levels], axis=1)


FREQUENCIES = [
    {},
    {"min_frequency": 4},
    {"min_frequency": 0.2},
    {"max_categories": 3},
    {"max_categories": 1},
    {"min_frequency": 6, "max_categories": 2},
]
NAMES = {
    "min_frequency": "minFrequency",
    "max_categories": "maxCategories",
    "encoded_missing_value": "encodedMissingValue",
    "handle_unknown": "handleUnknown",
    "unknown_value": "unknownValue",
    "categories": "categories",
    "drop": "drop",
}
WORDS = {
    "use_encoded_value": "useEncodedValue",
    "infrequent_if_exist": "infrequentIfExist",
    "if_binary": "ifBinary",
}


def named(options):
    """Parameters with the names that they have in steepest."""
    return {
        NAMES[name]: WORDS.get(value, value) if isinstance(value, str) else plain(value)
        for name, value in options.items()
    }


def infrequent(encoder):
    return [None if some is None else plain(some) for some in encoder.infrequent_categories_]


def encoded(encoder, x, new, options):
    """Some rows have most of the categories, and keep the file small."""
    frequencies = "min_frequency" in options or "max_categories" in options
    return {
        "params": named(options),
        "categories": plain(encoder.categories_),
        "infrequent": infrequent(encoder) if frequencies else None,
        "names": [str(name) for name in encoder.get_feature_names_out()],
        "transformed": plain(encoder.transform(x[:ROWS])),
        "new": None if new is None else plain(encoder.transform(new)),
    }


def ordinal(x, new):
    cases = []
    unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
    for options in FREQUENCIES:
        cases.append(encoded(OrdinalEncoder(**options).fit(x), x, None, options))
        more = {**options, **unknown, "encoded_missing_value": -2}
        cases.append(encoded(OrdinalEncoder(**more).fit(x), x, new, more))
    given = [TOWNS, ["S", "M", "L", np.nan], [1, 2, 3, 5, 8], [0.5, 1.5, 2.5, np.nan]]
    for options in [{}, {"max_categories": 3}]:
        more = {**options, "categories": given}
        cases.append(encoded(OrdinalEncoder(**more).fit(x), x, None, more))
    return cases


def one_hot(x, new):
    cases = []
    for options in FREQUENCIES[1:]:
        for unknown in ["ignore", "infrequent_if_exist"]:
            for drop in [None, "first", "if_binary"]:
                more = {**options, "handle_unknown": unknown, **({} if drop is None else {"drop": drop})}
                encoder = OneHotEncoder(sparse_output=False, **more).fit(x)
                cases.append(encoded(encoder, x, new, more))
    return cases


def target_encoder(x, new, rng):
    """Folds are not shuffled, so that they can be the same."""
    n = len(x)
    noise = rng.normal(0, 1, n)
    levels = np.array([TOWNS.index(town) for town in x[:, 0]])
    targets = {
        "continuous": np.round(100 + 3 * levels + noise, 3),
        "binary": np.where(levels + noise > 1, "yes", "no"),
        "multiclass": np.where(noise > 0.5, "c", np.where(levels > 1, "b", "a")),
    }
    cases = []
    for kind, y in targets.items():
        for smooth, folds in [("auto", 5), (0.0, 3), (10.0, 4)]:
            Folds = KFold if kind == "continuous" else StratifiedKFold
            encoder = TargetEncoder(smooth=smooth, cv=Folds(folds))
            crossed = encoder.fit_transform(x, y)
            cases.append(
                {
                    "kind": kind,
                    "smooth": smooth,
                    "cv": folds,
                    "targetMean": plain(np.atleast_1d(encoder.target_mean_)),
                    "encodings": [plain(encoding) for encoding in encoder.encodings_],
                    "crossed": plain(crossed),
                    "names": [str(name) for name in encoder.get_feature_names_out()],
                    "new": plain(encoder.transform(new)),
                }
            )
    return {"targets": {kind: y.tolist() for kind, y in targets.items()}, "cases": cases}


def fixture():
    warnings.filterwarnings("ignore", "Found unknown categories")
    rng = np.random.default_rng(52)
    x = numbers(rng)
    x[:, 4] -= 3
    zeros = np.zeros((len(x), 1))
    x = np.hstack([x, zeros])
    beyond = np.array([[100.0, 1e7, 0.1, 5.0, -9.0, 2.0], [-100.0, 1e7 + 3, 0.3, np.nan, 40.0, 0.0]])
    table = cells(rng)
    new = np.array([["Zug", "XL", 9, np.nan], ["Olten", np.nan, 2, 7.5], ["Bern", "L", 4, 1.5]], dtype=object)
    return {
        "cells": plain(table),
        "newCells": plain(new),
        "ordinalEncoder": ordinal(table, new),
        "oneHotEncoder": one_hot(table[:, :3], new[:, :3]),
        "targetEncoder": target_encoder(table[:, :2], new[:, :2], rng),
        "x": plain(x),
        "beyond": plain(beyond),
        "robustScaler": robust(x),
        "maxAbsScaler": max_abs(x, beyond),
    }

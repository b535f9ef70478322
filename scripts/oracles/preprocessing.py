"""What scikit-learn's transformers learn and give, on columns that are awkward in each its own way."""

import math
import warnings

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    LabelEncoder,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from common import expected, float32

TEXT = [
    ["red", "S"],
    ["blue", "M"],
    [None, "S"],
    ["green", "S"],
    ["red", "S"],
    ["blue", "M"],
]


def plain(value):
    """JSON has no NaN: it is written as a word."""
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    return "NaN" if math.isnan(float(value)) else expected(value)


def numbers(rng):
    """Usual; far from 0; constant and not a binary fraction; with missing values; skewed. Decimals on both sides."""
    n = 24
    x = np.stack(
        [
            rng.normal(3, 2, n),
            1e7 + rng.normal(0, 1, n),
            np.full(n, 0.1),
            rng.normal(0, 1, n),
            np.round(rng.exponential(2, n)),
        ],
        axis=1,
    )
    x = np.asarray(np.round(x, 4), dtype=np.float64)
    x[[2, 7, 8], 3] = math.nan
    return x


def standard(x, weights):
    cases = []
    for options in [{}, {"with_mean": False}, {"with_std": False}]:
        for weighted in [False, True]:
            scaler = StandardScaler(**options).fit(x, sample_weight=weights if weighted else None)
            cases.append(
                {
                    "withMean": options.get("with_mean", True),
                    "withStd": options.get("with_std", True),
                    "weighted": weighted,
                    "mean": plain(scaler.mean_),
                    "var": None if scaler.var_ is None else plain(scaler.var_),
                    "scale": None if scaler.scale_ is None else plain(scaler.scale_),
                    "transformed": plain(scaler.transform(x)),
                }
            )
    return cases


def min_max(x, beyond):
    cases = []
    for low, high, clip in [(0, 1, False), (-1, 3, False), (0, 1, True)]:
        scaler = MinMaxScaler(feature_range=(low, high), clip=clip).fit(x)
        cases.append(
            {
                "featureRange": [low, high],
                "clip": clip,
                "dataMin": plain(scaler.data_min_),
                "dataMax": plain(scaler.data_max_),
                "scale": plain(scaler.scale_),
                "min": plain(scaler.min_),
                "transformed": plain(scaler.transform(beyond)),
            }
        )
    return cases


def one_hot():
    text = np.array(TEXT, dtype=object)
    digits = np.array([[3.0], [1.0], [math.nan], [2.0], [1.0]])
    cases = []
    for drop, name in [(None, None), ("first", "first"), ("if_binary", "ifBinary"), (["blue", "S"], ["blue", "S"])]:
        encoder = OneHotEncoder(drop=drop, sparse_output=False).fit(text)
        cases.append(
            {
                "x": TEXT,
                "drop": name,
                "categories": plain(encoder.categories_),
                "transformed": plain(encoder.transform(text)),
                "names": [str(feature) for feature in encoder.get_feature_names_out()],
            }
        )
    encoder = OneHotEncoder(sparse_output=False).fit(digits)
    cases.append(
        {
            "x": plain(digits),
            "drop": None,
            "categories": plain(encoder.categories_),
            "transformed": plain(encoder.transform(digits)),
            "names": None,
        }
    )
    ignoring = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(text)
    new = [["pink", "M"], ["red", "XL"]]
    return {"cases": cases, "unknown": {"x": new, "transformed": plain(ignoring.transform(np.array(new, dtype=object)))}}


def imputer(x):
    cases = []
    for strategy, name in [
        ("mean", "mean"),
        ("median", "median"),
        ("most_frequent", "mostFrequent"),
        ("constant", "constant"),
    ]:
        for indicator in [False, True]:
            filler = SimpleImputer(strategy=strategy, add_indicator=indicator).fit(x)
            cases.append(
                {
                    "strategy": name,
                    "addIndicator": indicator,
                    "statistics": plain(filler.statistics_),
                    "transformed": plain(filler.transform(x)),
                }
            )
    text = np.array(TEXT, dtype=object)
    filled = [
        {
            "strategy": name,
            "transformed": plain(SimpleImputer(strategy=s, missing_values=None).fit_transform(text)),
        }
        for s, name in [("most_frequent", "mostFrequent"), ("constant", "constant")]
    ]
    marked = np.array([[1.0, -1.0], [-1.0, 4.0], [3.0, 2.0]])
    minus = SimpleImputer(missing_values=-1).fit_transform(marked)
    return {
        "cases": cases,
        "text": filled,
        "marked": {"x": plain(marked), "transformed": plain(minus)},
    }


def polynomial(x):
    cases = []
    for degree, interaction, bias in [
        (2, False, True),
        (3, False, False),
        (3, True, True),
        ([2, 3], False, True),
        ([2, 2], True, False),
        (0, False, True),
    ]:
        made = PolynomialFeatures(
            degree=tuple(degree) if isinstance(degree, list) else degree,
            interaction_only=interaction,
            include_bias=bias,
        ).fit(x)
        cases.append(
            {
                "degree": degree,
                "interactionOnly": interaction,
                "includeBias": bias,
                "powers": plain(made.powers_),
                "names": list(made.get_feature_names_out()),
                "transformed": plain(made.transform(x)),
            }
        )
    return {"x": plain(x), "cases": cases}


def columns(x):
    """Imputing and scaling of some columns, polynomials of another, the rest as it is."""
    transformer = ColumnTransformer(
        [
            ("fill", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [3, 0]),
            ("powers", PolynomialFeatures(include_bias=False), [4]),
            ("gone", "drop", [1]),
        ],
        remainder="passthrough",
    ).fit(x)
    return {
        "transformed": plain(transformer.transform(x)),
        "names": list(transformer.get_feature_names_out()),
    }


def fixture():
    # A variance that rounding makes negative, of a constant column: scikit-learn takes it for 0.
    warnings.filterwarnings("ignore", "invalid value encountered in sqrt")
    rng = np.random.default_rng(51)
    x = numbers(rng)
    weights = float32(np.round(rng.uniform(0, 2, len(x)), 2))
    weights = np.round(weights, 2)
    beyond = np.array([[100.0, 1e7, 0.1, 5.0, -1.0], [-100.0, 1e7 + 3, 0.3, math.nan, 40.0]])
    names = LabelEncoder().fit(["b", "a", "é", "Z", "a"])
    return {
        "x": plain(x),
        "weights": plain(weights),
        "beyond": plain(beyond),
        "standardScaler": standard(x, weights),
        "minMaxScaler": min_max(x, beyond),
        "oneHotEncoder": one_hot(),
        "labelEncoder": {"classes": names.classes_.tolist(), "codes": names.transform(["Z", "é", "a"]).tolist()},
        "simpleImputer": imputer(x),
        "polynomialFeatures": polynomial(np.round(rng.normal(0, 1, (6, 3)), 2)),
        "columnTransformer": columns(x),
    }

"""What scikit-learn predicts with transformed targets, and what its feature unions give."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler

from preprocessing import plain


def targets(x, y, both):
    cases = []
    for regressor, name in [(LinearRegression(), "LinearRegression"), (Ridge(alpha=3.0), "Ridge")]:
        for options, params in [
            ({}, {}),
            ({"func": np.log1p, "inverse_func": np.expm1}, {"func": "log1p"}),
            ({"func": np.sqrt, "inverse_func": np.square}, {"func": "sqrt", "inverseFunc": "square"}),
            ({"transformer": StandardScaler()}, {"transformer": "StandardScaler"}),
            ({"transformer": MinMaxScaler()}, {"transformer": "MinMaxScaler"}),
        ]:
            for kind, truth in [("one", y), ("two", both)]:
                model = TransformedTargetRegressor(regressor=regressor, **options).fit(x, truth)
                cases.append(
                    {
                        "regressor": name,
                        "params": params,
                        "targets": kind,
                        "predicted": plain(model.predict(x)),
                        "score": plain(model.score(x, truth)),
                    }
                )
    return cases


def unions(x):
    cases = []
    for weights in [None, {"powers": 0.5, "scaled": -2.0}]:
        union = FeatureUnion(
            [
                ("scaled", StandardScaler()),
                ("same", "passthrough"),
                ("gone", "drop"),
                ("powers", PolynomialFeatures(include_bias=False)),
            ],
            transformer_weights=weights,
        ).fit(x)
        cases.append(
            {
                "weights": weights,
                "names": [str(name) for name in union.get_feature_names_out()],
                "transformed": plain(union.transform(x)),
            }
        )
    return cases


def fixture():
    rng = np.random.default_rng(53)
    x = np.round(rng.normal(0, 1, (15, 3)), 3)
    y = np.round(np.exp(1 + x @ [0.5, -0.4, 0.2] + rng.normal(0, 0.1, 15)), 3)
    both = np.stack([y, np.round(y[::-1] + 3, 3)], axis=1)
    return {
        "x": plain(x),
        "one": plain(y),
        "two": plain(both),
        "transformedTarget": targets(x, y, both),
        "featureUnion": unions(x),
    }

"""What scikit-learn's further scalers and encoders learn and give, on columns that are awkward in each its own way."""

import numpy as np
from sklearn.preprocessing import MaxAbsScaler, RobustScaler

from preprocessing import numbers, plain


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


def fixture():
    rng = np.random.default_rng(52)
    x = numbers(rng)
    x[:, 4] -= 3
    zeros = np.zeros((len(x), 1))
    x = np.hstack([x, zeros])
    beyond = np.array([[100.0, 1e7, 0.1, 5.0, -9.0, 2.0], [-100.0, 1e7 + 3, 0.3, np.nan, 40.0, 0.0]])
    return {
        "x": plain(x),
        "beyond": plain(beyond),
        "robustScaler": robust(x),
        "maxAbsScaler": max_abs(x, beyond),
    }

"""Names that scikit-learn's one-hot encoder gives to columns of every kind of value."""

import warnings

import numpy as np
from sklearn.preprocessing import OneHotEncoder

warnings.simplefilter("ignore")


def names(x):
    return [str(name) for name in OneHotEncoder().fit(x).get_feature_names_out()]


def plain(value):
    """A cell as JSON: NaN, which JSON has not, as a word of its own."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    return "<nan>" if np.isnan(value) else float(value)


ROWS = [
    [[-1], [2], [30]],
    [[-1.5], [2], [30]],
    [[1, 2.5], [2, 3]],
    [[0.1, 1e-5], [1e16, 123456789012345680], [5e-324, 1.7976931348623157e308]],
    [[np.nan], [1.0], [2.0]],
    [["a", 1], ["b", 2]],
    [["a", 1], ["b", 2.5]],
    [["a", None], ["b", "c"]],
    [["a", np.nan], ["b", "c"]],
    [[True], [False]],
    [[True, "a"], [False, "b"]],
    [[True, 1], [False, 2]],
    [[1, None], [2, "x"]],
    [["Zürich", 0], ["", -7]],
]


def arrays(rng):
    spread = np.concatenate([rng.normal(0, 1, 300) * 10.0 ** rng.integers(-12, 20, 300), rng.integers(-9, 9, 12)])
    edges = [1e-4, 9.9999e-5, 1e15, 1e16, 123456.789, 999999.9, 1e6, 9999999, 16777216, 0, 0.1, 1e21, 1e22]
    for dtype in [np.float64, np.float32, np.int32, np.uint32, np.uint8]:
        values = np.concatenate([spread, edges])
        if np.issubdtype(dtype, np.integer):
            limit = np.iinfo(dtype)
            values = np.clip(np.trunc(values), limit.min, limit.max)
        yield np.unique(values.astype(dtype))


def fixture():
    rng = np.random.default_rng(3)
    return {
        "rows": [{"x": [[plain(cell) for cell in row] for row in x], "names": names(x)} for x in ROWS],
        "arrays": [
            {"dtype": str(x.dtype), "x": [float(value) for value in x], "names": names(x.reshape(-1, 1))}
            for x in arrays(rng)
        ],
    }

"""
California housing in scikit-learn: imputer, one-hot, scaler and Ridge. Needs housing.csv in the folder of
generate.py's --data; it is datasets/housing/housing.csv of https://github.com/ageron/handson-ml2. Every fifth row,
from the first, is tested on; the others are learned from.
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from common import expected

# The folder of housing.csv; generate.py sets it.
DATA = None
TARGET = "median_house_value"
TEXT = "ocean_proximity"
TEST_EVERY = 5


def path():
    return Path(DATA) / "housing.csv"


def missing_file():
    """What is needed and not there, if anything."""
    return None if DATA is not None and path().exists() else "housing.csv in the folder of --data DIR"


def fixture():
    with open(path(), newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in (TARGET, TEXT)]
    numbers = [[float(row[name]) if row[name] else np.nan for name in names] for row in rows]
    x = np.array([[*values, row[TEXT]] for values, row in zip(numbers, rows)], dtype=object)
    y = np.array([float(row[TARGET]) for row in rows])
    tested = np.arange(len(rows)) % TEST_EVERY == 0
    columns = list(range(len(names)))
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), columns),
                ("ocean", OneHotEncoder(handle_unknown="ignore"), [len(names)]),
            ]
        ),
        Ridge(alpha=1.0),
    ).fit(x[~tested], y[~tested])
    return {
        "rows": len(rows),
        "missing": int(np.isnan(np.array(numbers)).sum()),
        "features": [str(name) for name in model[0].get_feature_names_out()],
        "coef": expected(model[-1].coef_),
        "intercept": expected(model[-1].intercept_),
        "trainR2": expected(model.score(x[~tested], y[~tested])),
        "testR2": expected(model.score(x[tested], y[tested])),
    }

"""Writes test/fixtures/*.json, or checks that they are what these scripts give. See README.md."""

import argparse
import importlib
import json
import math
import sys

from common import FIXTURES, to_text

NAMES = [
    "activations",
    "losses",
    "training_metrics",
    "optimizers",
    "schedules",
    "keras_steps",
    "training",
    "estimators",
    "scores",
    "logistic",
    "glm",
    "robust",
    "quantile",
    "sgd",
    "preprocessing",
    "transformers",
    "composition",
    "feature_selection",
    "least_squares",
    "penalized",
    "npy",
    "selection",
    "calibration",
    "housing",
    "tables",
    "frames",
    "exact_columns",
    "parquet_encodings",
    "conv",
    "normalization",
    "file_kinds",
    "perceptrons",
    "perceptrons_lbfgs",
    "pytorch",
    "sklearn_json",
    "feature_names",
    "callbacks",
    "onnx_messages",
    "keras_models",
    "onnx_models",
]
# Another processor may round the last digits of float64 differently; the tests' tolerances are far wider.
CHECK_TOLERANCE = 1e-9


def same(a, b):
    """True if two fixtures agree in structure, words and, within the tolerance, numbers."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if a is None or b is None or isinstance(a, (bool, str)):
        return a == b
    return math.isclose(a, b, rel_tol=CHECK_TOLERANCE, abs_tol=CHECK_TOLERANCE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="fixture", help=f"some of {', '.join(NAMES)}; all if left out")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    parser.add_argument("--data", metavar="DIR", help="the folder of housing.csv (see housing.py)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in NAMES]
    if unknown:
        parser.error(f"no fixture is called {', '.join(unknown)}")
    stale = []
    for name in arguments.names or NAMES:
        module = importlib.import_module(name)
        if hasattr(module, "DATA"):
            module.DATA = arguments.data
        absent = module.missing_file() if hasattr(module, "missing_file") else None
        if absent is not None and name in arguments.names:
            parser.error(f"{name} needs {absent}")
        if absent is not None:
            print(f"{name}: left out, for want of {absent}")
            continue
        text = to_text(module.fixture())
        path = FIXTURES / f"{name}.json"
        if not arguments.check:
            path.write_text(text)
            print(f"{path.name}: {len(text)} bytes")
        elif not path.exists() or not same(json.loads(path.read_text()), json.loads(text)):
            stale.append(path.name)
    if stale:
        sys.exit(f"differs from what the scripts give: {', '.join(stale)}. Run generate.py without --check.")


if __name__ == "__main__":
    main()

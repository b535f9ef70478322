"""Holds exported estimators and pipelines against onnx's checker and onnxruntime.

    node scripts/oracles/onnx/writeEstimators.mjs FOLDER
    python3 scripts/oracles/onnx/estimators.py FOLDER

Prints a table by class, with the number of batches of unknown categories that were refused. An error
is relative to the number itself, or to 1e-9 of the largest of its column: large numbers may cancel.
Where float32 is computed in, by perceptrons and networks, it is relative to the largest number of its
row or column. Labels have to be equal.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

MOST_ERROR = 1e-6
LEAST_SHARE = 1e-9
TYPES = {"tensor(double)": np.float64, "tensor(string)": object, "tensor(int64)": np.int64}


def array(values: dict, element: str) -> np.ndarray:
    data = [np.nan if value is None else value for value in values["data"]]
    return np.array(data, dtype=TYPES[element]).reshape(values["shape"])


def run(session: onnxruntime.InferenceSession, inputs: dict) -> dict[str, np.ndarray]:
    options = onnxruntime.RunOptions()
    options.log_severity_level = 4
    feeds = {one.name: array(inputs[one.name], one.type) for one in session.get_inputs()}
    return dict(zip((one.name for one in session.get_outputs()), session.run(None, feeds, options)))


def relative_error(actual: np.ndarray, expected: np.ndarray, is_float32: bool) -> float:
    """Of all rows together."""
    assert (np.isnan(actual) == np.isnan(expected)).all(), "NaN elsewhere"
    actual, expected = np.nan_to_num(actual), np.nan_to_num(expected)
    if expected.size == 0:
        return 0.0
    sizes = np.abs(expected)
    columns, rows = sizes.max(axis=0, keepdims=True), sizes.max(axis=1, keepdims=True)
    scale = np.maximum(columns, rows) if is_float32 else np.maximum(sizes, LEAST_SHARE * columns)
    return float((np.abs(actual - expected) / np.where(scale == 0, 1, scale)).max())


def check(session: onnxruntime.InferenceSession, batches: list[dict], is_float32: bool) -> float:
    results = [run(session, batch["inputs"]) for batch in batches]
    worst = 0.0
    for output in session.get_outputs():
        pairs = []
        for result, batch in zip(results, batches):
            assert sorted(result) == sorted(batch["outputs"]), (list(result), list(batch["outputs"]))
            actual, expected = result[output.name], array(batch["outputs"][output.name], output.type)
            assert actual.shape == expected.shape, (output.name, actual.shape, expected.shape)
            pairs.append((actual, expected))
        actual, expected = (np.concatenate(list(values)) for values in zip(*pairs))
        if actual.dtype == np.float64 and output.name != "label":
            worst = max(worst, relative_error(actual, expected, is_float32))
        else:
            assert actual.tolist() == expected.tolist(), (output.name, actual.tolist(), expected.tolist())
    return worst


def is_refused(session: onnxruntime.InferenceSession, inputs: dict) -> bool:
    try:
        run(session, inputs)
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
        return True
    return False


def main(folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    table = defaultdict(lambda: [0, 0, 0.0, 0])
    faults = []
    for case in json.loads((folder / "index.json").read_text()):
        row = table[case["kind"]]
        row[0] += 1
        try:
            onnx.checker.check_model(onnx.load(folder / case["file"]), full_check=True)
            session = onnxruntime.InferenceSession(folder / case["file"], options)
            error = check(session, case["batches"], case["isFloat32"])
            row[1] += sum(next(iter(batch["outputs"].values()))["shape"][0] for batch in case["batches"])
            row[2] = max(row[2], error)
            if not error <= MOST_ERROR:
                faults.append(f"{case['name']}: {error:.2e}")
            for inputs in case["refused"]:
                row[3] += 1
                if not is_refused(session, inputs):
                    faults.append(f"{case['name']}: takes an unknown category")
        except Exception as error:  # every fault of every case is wanted
            faults.append(f"{case['name']}: {type(error).__name__} {str(error)[:300]}")
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}")
    print(f"{'class':<32}{'models':>8}{'rows':>8}{'largest error':>16}{'refused':>10}")
    for kind, (number, rows, worst, refused) in table.items():
        print(f"{kind:<32}{number:>8}{rows:>8}{worst:>16.1e}{refused:>10}")
    total = sum(number for number, *_ in table.values())
    print(f"{total} models, {len(faults)} faults above {MOST_ERROR:g}")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main(Path(sys.argv[1]))

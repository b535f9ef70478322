"""Holds exported estimators and pipelines against onnx's checker and onnxruntime.

    node scripts/oracles/onnx/writeEstimators.mjs FOLDER
    python3 scripts/oracles/onnx/estimators.py FOLDER

Prints a table by class. An error is relative to the number itself; where float32 is computed in, by
perceptrons and networks, to the largest number of its row or column. Labels have to be equal.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

MOST_ERROR = 1e-6
TYPES = {"tensor(double)": np.float64, "tensor(string)": object, "tensor(int64)": np.int64}


def array(values: dict, element: str) -> np.ndarray:
    data = [np.nan if value is None else value for value in values["data"]]
    return np.array(data, dtype=TYPES[element]).reshape(values["shape"])


def relative_error(actual: np.ndarray, expected: np.ndarray, is_float32: bool) -> float:
    assert (np.isnan(actual) == np.isnan(expected)).all(), "NaN elsewhere"
    rows = np.nan_to_num(expected.reshape(len(expected), -1))
    if rows.size == 0:
        return 0.0
    scale = np.abs(rows)
    if is_float32:
        scale = np.maximum(scale.max(axis=0, keepdims=True), scale.max(axis=1, keepdims=True))
    errors = np.abs(np.nan_to_num(actual.reshape(rows.shape)) - rows)
    return float((errors / np.where(scale == 0, 1, scale)).max())


def check_batch(session: onnxruntime.InferenceSession, batch: dict, is_float32: bool) -> float:
    inputs = {one.name: array(batch["inputs"][one.name], one.type) for one in session.get_inputs()}
    outputs = session.get_outputs()
    names = [output.name for output in outputs]
    assert sorted(names) == sorted(batch["outputs"]), (names, list(batch["outputs"]))
    worst = 0.0
    for output, actual in zip(outputs, session.run(None, inputs)):
        expected = array(batch["outputs"][output.name], output.type)
        assert actual.shape == expected.shape, (output.name, actual.shape, expected.shape)
        if actual.dtype == np.float64 and output.name != "label":
            worst = max(worst, relative_error(actual, expected, is_float32))
        else:
            assert actual.tolist() == expected.tolist(), (output.name, actual.tolist(), expected.tolist())
    return worst


def main(folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    table = defaultdict(lambda: [0, 0, 0.0])
    faults = []
    for case in json.loads((folder / "index.json").read_text()):
        row = table[case["kind"]]
        row[0] += 1
        try:
            model = onnx.load(folder / case["file"])
            onnx.checker.check_model(model, full_check=True)
            is_float32 = any(one.data_type == onnx.TensorProto.FLOAT for one in model.graph.initializer)
            session = onnxruntime.InferenceSession(folder / case["file"], options)
            for batch in case["batches"]:
                error = check_batch(session, batch, is_float32)
                rows = next(iter(batch["outputs"].values()))["shape"][0]
                row[1] += rows
                row[2] = max(row[2], error)
                if not error <= MOST_ERROR:
                    faults.append(f"{case['name']}: {error:.2e} of {rows} rows")
        except Exception as error:  # every fault of every case is wanted
            faults.append(f"{case['name']}: {type(error).__name__} {str(error)[:300]}")
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}")
    print(f"{'class':<32}{'models':>8}{'rows':>8}{'largest error':>16}")
    for kind, (number, rows, worst) in table.items():
        print(f"{kind:<32}{number:>8}{rows:>8}{worst:>16.1e}")
    total = sum(number for number, _, _ in table.values())
    print(f"{total} models, {len(faults)} faults above {MOST_ERROR:g}")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main(Path(sys.argv[1]))

"""Holds exported networks against onnx's checker and onnxruntime.

    node scripts/oracles/onnx/write.mjs FOLDER
    python3 scripts/oracles/onnx/networks.py FOLDER

Prints a table by kind of network. An error is relative to the largest number of the same sample
in the same output: a number that is near 0 because large ones cancel has no more digits than they.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

MOST_ERROR = 1e-6


def relative_error(actual: np.ndarray, expected: np.ndarray) -> float:
    rows = expected.reshape(len(expected), -1).astype(np.float64)
    scale = np.abs(rows).max(axis=1, keepdims=True)
    errors = np.abs(actual.reshape(rows.shape) - rows) / np.where(scale == 0, 1, scale)
    return float(errors.max())


def check_batch(session: onnxruntime.InferenceSession, batch: dict, input_type: str) -> float:
    x = np.array(batch["input"]["data"], dtype=input_type).reshape(batch["input"]["shape"])
    names = [output.name for output in session.get_outputs()]
    assert sorted(names) == sorted(batch["outputs"]), (names, list(batch["outputs"]))
    worst = 0.0
    for name, actual in zip(names, session.run(None, {"input": x})):
        expected = np.array(batch["outputs"][name]["data"]).reshape(batch["outputs"][name]["shape"])
        assert list(actual.shape) == list(expected.shape), (name, actual.shape, expected.shape)
        if name == "label":
            assert actual.tolist() == expected.tolist(), (actual, expected)
        else:
            worst = max(worst, relative_error(actual, expected))
    return worst


def main(folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    table = defaultdict(lambda: [0, 0, 0.0])
    faults = []
    for case in json.loads((folder / "index.json").read_text()):
        kind = case["name"].split(" ")[0].rstrip(",")
        row = table[kind]
        row[0] += 1
        try:
            model = onnx.load(folder / case["file"])
            onnx.checker.check_model(model, full_check=True)
            session = onnxruntime.InferenceSession(folder / case["file"], options)
            for batch in case["batches"]:
                error = check_batch(session, batch, case["inputType"])
                row[1] += len(batch["input"]["data"]) // int(np.prod(batch["input"]["shape"][1:]))
                row[2] = max(row[2], error)
                if not error <= MOST_ERROR:
                    faults.append(f"{case['name']}: {error:.2e} of {batch['input']['shape'][0]} rows")
        except Exception as error:  # every fault of every case is wanted
            faults.append(f"{case['name']}: {type(error).__name__} {str(error)[:300]}")
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}")
    print(f"{'networks':<32}{'number':>8}{'rows':>8}{'largest error':>16}")
    for kind, (number, rows, worst) in table.items():
        print(f"{kind:<32}{number:>8}{rows:>8}{worst:>16.1e}")
    total = sum(number for number, _, _ in table.values())
    print(f"{total} networks, {len(faults)} faults above {MOST_ERROR:g}")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main(Path(sys.argv[1]))

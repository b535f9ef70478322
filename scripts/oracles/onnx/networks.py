"""Holds exported networks against onnx's checker and onnxruntime.

    node scripts/oracles/onnx/write.mjs FOLDER
    python3 scripts/oracles/onnx/networks.py FOLDER

Prints a table by kind of network. Differences are in units of the largest number of an output over
all rows that were tried, and have the limits of scripts/exchange/compare.mjs.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def array_of(tensor: dict) -> np.ndarray:
    return np.array(tensor["data"]).reshape(tensor["shape"])


def run_batch(session: onnxruntime.InferenceSession, batch: dict, input_type: str) -> dict:
    """Pairs of what the graph returns and what it has to return, by the names of the outputs."""
    names = [output.name for output in session.get_outputs()]
    assert sorted(names) == sorted(batch["outputs"]), (names, list(batch["outputs"]))
    actual = session.run(None, {"input": array_of(batch["input"]).astype(input_type)})
    expected = [array_of(batch["outputs"][name]) for name in names]
    for name, given, wanted in zip(names, actual, expected):
        assert given.shape == wanted.shape, (name, given.shape, wanted.shape)
    return dict(zip(names, zip(actual, expected)))


def difference_of(batches: list[dict]) -> float:
    most = 0.0
    for name in batches[0]:
        pairs = [batch[name] for batch in batches]
        if name == "label":
            assert all(given.tolist() == wanted.tolist() for given, wanted in pairs), pairs
        else:
            scale = max(np.abs(wanted).max() for _, wanted in pairs)
            apart = max(np.abs(given - wanted).max() for given, wanted in pairs)
            most = max(most, float(apart / scale) if apart > 0 else 0.0)
    return most


def check(case: dict, folder: Path, options: onnxruntime.SessionOptions) -> float:
    path = folder / case["file"]
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, options)
    difference = difference_of([run_batch(session, batch, case["inputType"]) for batch in case["batches"]])
    assert difference <= case["most"], f"a difference of {difference:.2e}, above {case['most']:.1e}"
    return difference


def main(folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    table = defaultdict(list)
    faults = []
    for case in json.loads((folder / "index.json").read_text()):
        try:
            kind = case["name"].split(" ")[0].rstrip(",")
            table[kind].append(check(case, folder, options))
        except Exception as error:  # Every fault of every case is wanted.
            faults.append(f"{case['name']}: {type(error).__name__} {str(error)[:300]}")
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, 1 and 33 rows each")
    print(f"{'networks':<32}{'number':>8}{'largest difference':>20}")
    for kind, differences in table.items():
        print(f"{kind:<32}{len(differences):>8}{max(differences):>20.1e}")
    everything = [one for differences in table.values() for one in differences]
    above = sum(difference > 1e-6 for difference in everything)
    print(f"{len(everything)} networks passed, {above} above 1e-6, largest difference {max(everything):.1e}; {len(faults)} faults")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main(Path(sys.argv[1]))

"""Answers requests on standard input, one JSON object a line, with one JSON object a line: {"task": ..., ...} → {...} or {"error": ...}.

One process serves many requests, so that starting Python and reading data do not count, and the benchmark can take turns.
"""

import importlib
import json
import pathlib
import sys
import warnings
from importlib import metadata

warnings.filterwarnings("ignore")
TASKS = {
    "gemm": "gemm",
    "steps": "steps",
    "mlp": "scikit",
    "ols": "scikit",
    "logistic": "scikit",
    "convSteps": "convnets",
    "convEpochs": "convnets",
    "convPredict": "convnets",
    "versions": None,
}


def versions():
    """Of everything in requirements.txt that is there: one name==version a line."""
    found = {}
    for line in pathlib.Path(__file__).with_name("requirements.txt").read_text().splitlines():
        name = line.split("==")[0].strip()
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return found


def answer(request):
    task = request.pop("task")
    if task == "versions":
        return versions()
    return getattr(importlib.import_module(TASKS[task]), task)(**request)


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)

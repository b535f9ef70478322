"""Answers requests on standard input, one JSON object a line, with one JSON object a line: {"task": ..., ...} → {...} or {"error": ...}.

One process serves many requests, so that starting Python and reading data do not count, and the benchmark can take turns.
"""

import importlib
import json
import os
import pathlib
import sys
import warnings
from importlib import metadata

warnings.filterwarnings("ignore")


def keep_to_cores(count):
    """XLA has as many threads as the process has cores when it starts, and no other way to limit them all."""
    if not hasattr(os, "sched_setaffinity"):
        sys.exit("cores of a process cannot be chosen on this system")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


if "STEEPEST_BENCH_CORES" in os.environ:
    keep_to_cores(int(os.environ["STEEPEST_BENCH_CORES"]))
TASKS = {
    "gemm": "gemm",
    "steps": "steps",
    "mlp": "scikit",
    "linear": "scikit",
    "penalized": "scikit",
    "logistic": "scikit",
    "jaxSteps": "jaxsteps",
    "jaxConvSteps": "jaxconvnets",
    "jaxEpochs": "jaxmnist",
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

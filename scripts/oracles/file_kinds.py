"""The beginnings of files that other programs wrote, as base64: what `load` has to tell apart."""

import base64
import gzip
import io
import os
import pickle
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")

# Enough for every format's magic number.
HEAD_BYTES = 96


def emptied(data):
    """A ZIP archive with the same names and nothing in its files: these hold dates, and differ each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), b"")
    return out.getvalue()


def written_by(save, suffix):
    """The bytes that `save` writes to a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        save(path)
        return path.read_bytes()


def keras_files():
    import keras

    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    return {
        "keras": written_by(model.save, ".keras"),
        "h5": written_by(model.save_weights, ".weights.h5"),
        "keras_json": model.to_json().encode(),
    }


def onnx_file():
    from onnx import TensorProto, helper

    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "graph", [x], [y])
    return helper.make_model(graph, producer_name="pytorch").SerializeToString()


def numpy_files():
    npy, npz = io.BytesIO(), io.BytesIO()
    np.save(npy, np.arange(3.0))
    np.savez(npz, x=np.arange(3.0))
    return {"npy": npy.getvalue(), "npz": npz.getvalue()}


def fixture():
    files = {
        **numpy_files(),
        **keras_files(),
        "onnx": onnx_file(),
        "pickle": pickle.dumps({"coef": [1.0]}, protocol=4),
        "zlib_pickle": zlib.compress(pickle.dumps({"coef": [1.0]})),
        "gzip": gzip.compress(b"text", mtime=0),
    }
    files = {name: emptied(data) if data[:2] == b"PK" else data[:HEAD_BYTES] for name, data in files.items()}
    return {name: base64.b64encode(data).decode() for name, data in files.items()}

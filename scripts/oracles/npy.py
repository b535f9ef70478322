"""Files that NumPy wrote, as base64, with the values they hold; and files that steepest wrote, which NumPy has read."""

import base64
import io
import json
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

SHAPES = [(), (5,), (2, 3), (2, 3, 4), (0, 3)]
KINDS = ["b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"]

# The arrays that steepest writes, by the constructor of their data. `program` writes the same with steepest.
WRITTEN = {
    "Float32Array": ("<f4", [0.1, -2.5, 3e-20, 1e30, -0.0, 7.0], [2, 3]),
    "Float64Array": ("<f8", [0.1, -2.5e-300, 1e300, 5e-324], [4]),
    "Int32Array": ("<i4", [-(2**31), 2**31 - 1, 0], [3, 1]),
    "Uint32Array": ("<u4", [2**32 - 1, 7], [1, 2]),
    "Uint8Array": ("|u1", [255], []),
}

PROGRAM = """
import { data } from 'steepest';
const arrays = Object.fromEntries(JSON.parse(process.argv[1]).map(([type, values, shape]) =>
  [type, { data: globalThis[type].from(values), shape }]));
await data.writeNpz(process.argv[2], arrays, { compress: process.argv[3] === 'true' });
"""


def values_of(kind, shape):
    """The extremes of each type, and what lies between."""
    count = int(np.prod(shape))
    if kind == "b1":
        values = np.arange(count) % 3 == 1
    elif kind[0] in "ui":
        info = np.iinfo(kind)
        # Integers of 64 bits stay within those that float64 holds exactly.
        low, high = max(info.min, -(2**53 - 1)), min(info.max, 2**53 - 1)
        values = np.array([low, high, 0, 1, high // 3, low // 7] * (count // 6 + 1))[:count]
    else:
        info = np.finfo(kind)
        values = np.array([info.max, info.tiny, -0.1, 1 / 3, info.min, 1e-3] * (count // 6 + 1))[:count]
    return values.astype(kind).reshape(shape)


def text(raw):
    return base64.b64encode(raw).decode()


def saved(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return text(file.getvalue())


def entry(name, array, raw):
    # float() of a float32 prints the digits of the float64 with the same value.
    values = [float(v) if array.dtype.kind == "f" else int(v) for v in array.ravel(order="C")]
    return {"name": name, "base64": raw, "shape": list(array.shape), "values": values}


def read_cases():
    cases = []
    for kind in KINDS:
        for shape in SHAPES if kind == "f8" else [(7,)]:
            array = values_of(kind, shape)
            cases.append(entry(f"{kind} {shape}", array, saved(array)))
        array = values_of(kind, (2, 3, 2))
        for name, other in {
            "big-endian": array.astype(array.dtype.newbyteorder(">")),
            "Fortran order": np.asfortranarray(array),
            "big-endian, Fortran order": np.asfortranarray(array.astype(array.dtype.newbyteorder(">"))),
        }.items():
            cases.append(entry(f"{kind}, {name}", array, saved(other)))
    for version in [(2, 0), (3, 0)]:
        array = values_of("f8", (2, 3))
        cases.append(entry(f"version {version[0]}", array, saved(array, version)))
    return cases


def refused_cases():
    arrays = {
        "int64 beyond 2^53": np.array([1, 2**53], dtype="<i8"),
        "uint64 beyond 2^53": np.array([1, 2**64 - 1], dtype=">u8"),
        "complex": np.zeros(2, dtype="c16"),
        "text": np.array(["a", "bc"]),
        "half": np.zeros(2, dtype="f2"),
        "records": np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]),
    }
    return [{"name": name, "base64": saved(array)} for name, array in arrays.items()]


def archives():
    arrays = {"x": values_of("f4", (3, 2)), "y": values_of("i8", (4,)), "a b/ü": values_of("u1", (2, 2))}
    result = []
    for name, save in [("savez", np.savez), ("savez_compressed", np.savez_compressed)]:
        file = io.BytesIO()
        save(file, **arrays)
        entries = [entry(key, array, "") for key, array in arrays.items()]
        result.append({"name": name, "base64": text(file.getvalue()), "arrays": entries})
    return result


def written_archive(compress):
    """Has steepest write an archive and NumPy read it; the build must be up to date."""
    import tempfile

    arrays = [[name, values, shape] for name, (_, values, shape) in WRITTEN.items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.npz"
        command = ["node", "--input-type=module", "-e", PROGRAM, json.dumps(arrays), str(path), str(compress).lower()]
        subprocess.run(command, cwd=ROOT, check=True)
        raw = path.read_bytes()
    with np.load(io.BytesIO(raw)) as loaded:
        assert sorted(loaded.files) == sorted(WRITTEN)
        for name, (dtype, values, shape) in WRITTEN.items():
            expected = np.array(values, dtype=dtype).reshape(shape)
            assert loaded[name].dtype == expected.dtype and loaded[name].shape == expected.shape
            assert loaded[name].tobytes() == expected.tobytes(), name
    return raw


def fixture():
    written_archive(True)
    written = []
    for name, (dtype, values, shape) in WRITTEN.items():
        array = np.array(values, dtype=dtype).reshape(shape)
        written.append({"type": name, "values": [v for v in values], "shape": shape, "base64": saved(array)})
    return {
        "read": read_cases(),
        "refused": refused_cases(),
        "archives": archives(),
        "written": written,
        "writtenArchive": text(written_archive(False)),
    }

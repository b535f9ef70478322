"""Files that NumPy wrote, as base64, with the values they hold; and files that steepest wrote, which NumPy has read."""

import base64
import io
import json
import subprocess
import tokenize
import warnings
import zipfile
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


# Header texts for eight bytes of elements, 1 to 8; NumPy says which of them it reads, and as what.
HEADERS = [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }",
    '{"descr": "|u1", "fortran_order": False, "shape": (2, 4)}',
    """{"descr":'|u1','fortran_order':True,"shape":(2,4,)}""",
    "  {'shape': (8,), 'fortran_order': False, 'descr': '|u1'}",
    "{ 'descr' : '<u2' , 'fortran_order' : True , 'shape' : ( 2 , 2 , ) , }",
    "{'descr': '>u2', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': '=u4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': 'u4', 'fortran_order': False, 'shape': (1, 2)}",
    "{'descr': '|u4', 'fortran_order': False, 'shape': (2L,)}",
    "{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 2L)}",
    "{'descr': 'uint8', 'fortran_order': False, 'shape': (2, 2, 2)}",
    "{'descr': 'int16', 'fortran_order': True, 'shape': (2, 2)}",
    "{'descr': 'H', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': '>H', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': 'b', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '>Q', 'fortran_order': False, 'shape': ()}",
    "{u'descr': u'|u1', u'fortran_order': False, u'shape': (8,)}",
    "{'descr': '|' 'u1', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '\\x7cu1', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': r'|u1', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': ('|u1'), 'fortran_order': (False), 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (0x8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (0b1000, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (+8,)}",
    "{'descr': '|u1',\n 'fortran_order': False,\n 'shape': (8,)}\n",
    "{'descr': '|u1', # bytes\n 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': [8]}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8.0,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': ('8',)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (08,)}",
    "{'descr': '|u1', 'fortran_order': 0, 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': 'False', 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': None, 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': false, 'shape': (8,)}",
    "{'descr': '|u1', 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8,), 'more': 1}",
    "{'descr': '|x1', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '?u1', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': 1, 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '|u1' 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8,)",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8,)}}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (8,)} 1",
    "{'descr': '|u1, 'fortran_order': False, 'shape': (8,)}",
    "['descr', '|u1']",
    "",
]


def headers():
    """Each text with the array that NumPy reads, or with null where NumPy refuses it."""
    cases = []
    for header in HEADERS:
        raw = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode("latin1") + bytes(range(1, 9))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                array = np.load(io.BytesIO(raw))
            cases.append({"header": header, "array": {"shape": list(array.shape), "values": [int(v) for v in array.ravel()]}})
        except (ValueError, TypeError, SyntaxError, tokenize.TokenError):
            cases.append({"header": header, "array": None})
    return cases


class Unseekable(io.RawIOBase):
    """A stream on which zipfile cannot go back: it writes sizes and checksums behind each entry."""

    def __init__(self):
        self.raw = io.BytesIO()

    def writable(self):
        return True

    def write(self, piece):
        return self.raw.write(piece)


def odd_archives():
    """Archives as other programs write them."""
    arrays = {"x": np.arange(6, dtype="f8").reshape(2, 3), "deep/er/y": np.arange(4, dtype="i4")}
    members = {f"{name}.npy": base64.b64decode(saved(array)) for name, array in arrays.items()}

    def archive(before=(), comment=b"", stream=False, zip64=False, mixed=False):
        file = Unseekable() if stream else io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, content in before:
                zipped.writestr(zipfile.ZipInfo(name), content)
            for i, (name, content) in enumerate(members.items()):
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_STORED if mixed and i == 0 else zipfile.ZIP_DEFLATED
                info.comment = b"an array"
                with zipped.open(info, "w", force_zip64=zip64) as member:
                    member.write(content)
            zipped.comment = comment
        return (file.raw if stream else file).getvalue()

    cases = {
        "a folder": archive(before=[("deep/", b""), ("deep/er/", b"")]),
        "the files of macOS": archive(before=[("__MACOSX/", b""), ("__MACOSX/._x.npy", b"\x00\x05\x16\x07"), (".DS_Store", b"Bud1")]),
        "a comment": archive(comment=b"written by hand"),
        "a comment with the signature of an end": archive(comment=b"PK\x05\x06" + bytes(30)),
        "sizes behind the entries": archive(stream=True),
        "sizes behind the entries, ZIP64": archive(stream=True, zip64=True),
        "ZIP64 sizes": archive(zip64=True),
        "stored and deflated entries": archive(mixed=True),
    }
    result = []
    for name, raw in cases.items():
        # Python's zipfile takes the signature in the comment for the end itself.
        if "signature" not in name:
            with np.load(io.BytesIO(raw)) as loaded:
                assert all(np.array_equal(loaded[key], array) for key, array in arrays.items()), name
        result.append({"name": name, "base64": text(raw)})
    return {"arrays": [entry(key, array, "") for key, array in arrays.items()], "files": result}


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
        "headers": headers(),
        "oddArchives": odd_archives(),
        "written": written,
        "writtenArchive": text(written_archive(False)),
    }

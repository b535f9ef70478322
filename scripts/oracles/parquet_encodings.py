"""Parquet files in every encoding that pyarrow writes, as base64, with the values they hold."""

import base64
import io
import random

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 40
DELTAS = {"i": "DELTA_BINARY_PACKED", "j": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY"}
OTHERS = {"i": "BYTE_STREAM_SPLIT", "f": "BYTE_STREAM_SPLIT", "s": "DELTA_LENGTH_BYTE_ARRAY", "b": "RLE"}
ENCODINGS = {"dictionary": None, "deltas": DELTAS, "others": OTHERS}


def columns(missing):
    draw = random.Random(5)
    values = {
        "i": [draw.randrange(-(2**31), 2**31) for _ in range(ROWS)],
        "j": [draw.randrange(-(2**52), 2**52) for _ in range(ROWS)],
        "f": [draw.random() for _ in range(ROWS)],
        "s": [f"pre{k // 3}fix{draw.randrange(9)}" for k in range(ROWS)],
        "b": [draw.random() < 0.5 for _ in range(ROWS)],
    }
    return {
        name: [None if draw.random() < missing else value for value in column]
        for name, column in values.items()
    }


def written(values, encoding, version):
    types = {"i": pa.int32(), "j": pa.int64(), "f": pa.float64(), "s": pa.string(), "b": pa.bool_()}
    table = pa.table({name: pa.array(column, types[name]) for name, column in values.items()})
    file = io.BytesIO()
    options = {} if encoding is None else {"use_dictionary": False, "column_encoding": encoding}
    pq.write_table(
        table,
        file,
        compression="none",
        data_page_version=version,
        row_group_size=25,
        write_statistics=False,
        store_schema=False,
        **options,
    )
    return base64.b64encode(file.getvalue()).decode()


def fixture():
    cases = []
    for missing in (0, 0.3, 1):
        values = columns(missing)
        for name, encoding in ENCODINGS.items():
            for version in ("1.0", "2.0"):
                file = written(values, encoding, version)
                cases.append({"name": f"{name}, pages {version}, missing {missing}", "file": file, "missing": missing})
    return {"values": {str(missing): columns(missing) for missing in (0, 0.3, 1)}, "cases": cases}

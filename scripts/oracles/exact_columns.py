"""Decimals, times and integers that pyarrow wrote to Parquet and Arrow, as base64, with their exact values as text.

A value is decimal text: the nearest float64 of it is what a reader has to give. Times are milliseconds, since 1970 or
since midnight.
"""

import base64
import datetime
import decimal
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq

from tables import arrow_file, arrow_stream, parquet, text

decimal.getcontext().prec = 100
D = decimal.Decimal

# Some of them are no float64, -4.85 is one at which a product with 0.01 is one unit off.
TWO_DIGITS = [None, D("-4.85"), D("0.07"), D("0.29"), D("1.15"), D("-999999.99")]
INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**53) + 1, 2**53 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**53 - 1),
}


def decimals():
    """Name, type and values of columns of decimals that float64 gives back."""
    wide = [D("123456.789"), D("-0.000000001"), None, D(0), D("99999999999.9999")]
    return {
        "d9": (pa.decimal128(9, 2), TWO_DIGITS),
        "d18": (pa.decimal128(18, 4), [D("-99999999999.9999"), None, D("0.0001"), D("31415.9265"), D(-1)]),
        "d38": (pa.decimal128(38, 18), wide),
        "d38whole": (pa.decimal128(38, 0), [D(2**53 - 1), D(-(2**53) + 1), None, D(0), D(7)]),
        "d38small": (pa.decimal128(38, 38), [D("1e-38"), D("-0.5"), None, D("0.123456789012345"), D(0)]),
        "d76": (pa.decimal256(76, 40), wide),
        "d5": (pa.decimal128(5, 5), [D("0.00001"), D("-0.99999"), None, D("0.1"), D(0)]),
    }


TICKS = [0, 1, -1, None, 1_700_000_000, 951_827_696]
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def times(kinds):
    """Columns of timestamps and the like with what is in them as whole ticks of their unit."""
    columns = {}
    for unit, ticks in PER_SECOND.items():
        # A part of a second that has no finite binary fraction, if the unit has any; of microseconds at most.
        part = 0 if ticks == 1 else ticks // 10 * 3 + (ticks // 10**6 if ticks > 10**3 else 1)
        values = [None if t is None else t * ticks + (part if t > 1 else 0) for t in TICKS]
        columns[f"stamp_{unit}"] = (pa.timestamp(unit), values, ticks)
        columns[f"zoned_{unit}"] = (pa.timestamp(unit, "Europe/Zurich"), values, ticks)
        clock = [None if t is None else abs(t) % 86400 * ticks + (part if t > 1 else 0) for t in TICKS]
        columns[f"clock_{unit}"] = (pa.time32(unit) if ticks <= 10**3 else pa.time64(unit), clock, ticks)
        if "duration" in kinds:
            columns[f"duration_{unit}"] = (pa.duration(unit), values, ticks)
    return columns


def milliseconds(ticks, per_second):
    return None if ticks is None else str(D(ticks) * 1000 / per_second)


def columns_of(kind):
    """A table as long as its longest column, and the text of each value."""
    arrays = {}
    for name, (type, values) in decimals().items():
        array = pa.array(values, type)
        # As many digits behind the point as the type has.
        arrays[name] = (array, [None if v is None else f"{v:f}" for v in array.to_pylist()])
    for name, (type, values, ticks) in times(["duration"] if kind == "arrow" else []).items():
        storage = pa.array(values, pa.int32() if pa.types.is_time32(type) else pa.int64())
        arrays[name] = (storage.view(type), [milliseconds(v, ticks) for v in values])
    for name, (low, high) in INTEGERS.items():
        values = [low, high, None, 0, 1]
        arrays[name] = (pa.array(values, getattr(pa, name)()), [None if v is None else str(v) for v in values])
    halves = [0.5, -65504.0, None, 2.0**-24, -(2.0**-14), 1 / 1024]
    arrays["half"] = (pa.array(halves, pa.float16()), [None if v is None else repr(v) for v in halves])
    days = [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None, datetime.date(1970, 1, 1)]
    epoch = datetime.date(1970, 1, 1)
    for name, type in {"date32": pa.date32(), "date64": pa.date64()}.items():
        arrays[name] = (pa.array(days, type), [None if d is None else str((d - epoch).days * 86_400_000) for d in days])
    if kind == "arrow":
        for name in ["d9", "stamp_us"]:
            array, texts = arrays[name]
            arrays[f"{name}_dictionary"] = (array.dictionary_encode(), texts)
    rows = max(len(array) for array, _ in arrays.values())
    table = {name: pa.concat_arrays([array, pa.nulls(rows - len(array), array.type)]) for name, (array, _) in arrays.items()}
    return pa.table(table), {name: texts + [None] * (rows - len(texts)) for name, (_, texts) in arrays.items()}


def refused():
    """One column each with a value that no float64 gives back; the row of that value, and its text."""
    cases = {
        "cents": (pa.decimal128(20, 2), [D(1), D("12345678901234567.89")], "12345678901234567.89"),
        "seventeen": (pa.decimal128(17, 17), [D("0.1"), D("0.12345678901234567")], "0.12345678901234567"),
        "negative": (pa.decimal128(38, 10), [D(0), D("-9007199254740993.5")], "-9007199254740993.5000000000"),
        "whole": (pa.decimal128(38, 0), [D(0), D(2**53)], str(2**53)),
        "wide": (pa.decimal256(76, 10), [D(0), D(10**60 + 1)], f"{10**60 + 1}.0000000000"),
    }
    result = []
    for name, (type, values, shown) in cases.items():
        result.append((name, pa.array(values, type), shown))
    nanoseconds = [0, 1_700_000_000_123_456_789]
    result.append(("nanoseconds", pa.array(nanoseconds, pa.int64()).view(pa.timestamp("ns")), "1700000000123.456789"))
    far = [0, 253_402_300_799_999_999]
    result.append(("far", pa.array(far, pa.int64()).view(pa.timestamp("us")), "253402300799999.999"))
    result.append(("int64", pa.array([0, -(2**53)], pa.int64()), str(-(2**53))))
    result.append(("uint64", pa.array([0, 2**64 - 1], pa.uint64()), str(2**64 - 1)))
    tables = [(name, pa.table({name: array}), shown) for name, array, shown in result]
    return [{"name": n, "shown": s, "parquet": parquet(t), "arrow": arrow_file(t)} for n, t, s in tables]


# Thrift's compact form of "converted type UTF8, logical type STRING" and of "DECIMAL, scale 2, precision 18".
STRING_FIELDS = bytes([0x25, 0x00, 0x4C, 0x1C, 0x00, 0x00])
DECIMAL_FIELDS = bytes([0x25, 0x0A, 0x15, 0x04, 0x15, 0x24])


def byte_arrays():
    """Decimals in byte arrays of any length, which pyarrow reads but does not write: text whose type is exchanged."""
    numbers = [0, 1, -1, -485, 127, 128, -128, -129, 32767, 32768, 10**15, -(10**15)]
    raws = [n.to_bytes((n.bit_length() // 8) + 1, "big", signed=True) for n in numbers]
    array = pa.array(raws + [None], pa.binary()).view(pa.string())
    raw = base64.b64decode(parquet(pa.table({"v": array}), store_schema=False, write_statistics=False))
    assert raw.count(STRING_FIELDS) == 1
    raw = raw.replace(STRING_FIELDS, DECIMAL_FIELDS)
    expected = [D(n) / 100 for n in numbers] + [None]
    assert pq.read_table(io.BytesIO(raw)).column("v").to_pylist() == expected
    return {"base64": text(raw), "values": [None if v is None else f"{v:.2f}" for v in expected]}


def not_utf8():
    """Text with a byte that is no UTF-8, written as if it were."""
    table = pa.table({"v": pa.array([b"a", b"Z\xfcrich", None], pa.binary()).view(pa.string())})
    return {"parquet": parquet(table), "arrow": arrow_file(table)}


def cents():
    """-17.50, -17.49, ... 17.49."""
    values = [D(i) / 100 for i in range(-1750, 1750)]
    options = {"use_dictionary": False, "column_encoding": "DELTA_BINARY_PACKED", "store_decimal_as_integer": True}
    return parquet(pa.table({"v": pa.array(values, pa.decimal128(9, 2))}), compression="gzip", **options)


def zipped(base64_text):
    """The same, deflated: Arrow files are mostly padding."""
    return text(gzip.compress(base64.b64decode(base64_text), mtime=0))


def fixture():
    parquet_table, parquet_texts = columns_of("parquet")
    arrow_table, arrow_texts = columns_of("arrow")
    stamps = parquet_table.select([n for n in parquet_table.column_names if n.startswith("stamp")])
    return {
        "parquet": {
            "texts": parquet_texts,
            "files": {
                "dictionary": parquet(parquet_table, compression="gzip"),
                "plain, integers": parquet(
                    parquet_table, use_dictionary=False, store_decimal_as_integer=True, compression="gzip"
                ),
                "version 2 pages": parquet(parquet_table, data_page_version="2.0", row_group_size=4, compression="gzip"),
            },
            "int96": parquet(stamps, use_deprecated_int96_timestamps=True),
        },
        "arrow": {
            "texts": arrow_texts,
            "gzipped": {"file": zipped(arrow_file(arrow_table)), "stream": zipped(arrow_stream(arrow_table))},
        },
        "cents": cents(),
        "byteArrays": byte_arrays(),
        "notUtf8": not_utf8(),
        "refused": refused(),
    }

"""Parquet and Arrow files that pyarrow wrote, as base64, with the values they hold."""

import base64
import datetime
import decimal
import io

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(1999, 12, 31, 23, 59, 59, 123456)
UTC = datetime.timezone.utc


def text(raw):
    return base64.b64encode(raw).decode()


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return text(file.getvalue())


def arrow_file(table):
    file = io.BytesIO()
    pyarrow.feather.write_feather(table, file, compression="uncompressed")
    return text(file.getvalue())


def arrow_stream(table):
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=2):
            writer.write_batch(batch)
    return text(file.getvalue())


def milliseconds(value):
    """Milliseconds since 1970 of a date or a time without zone."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    delta = value.replace(tzinfo=UTC) - datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86400 + delta.seconds) * 1000 + delta.microseconds / 1000


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return milliseconds(value)
    if isinstance(value, bool):
        return int(value)
    return value


def common():
    """Columns that both kinds of files must give alike; nulls are null here, and NaN in columns of numbers."""
    return {
        "double": pa.array([0.1, None, -2.5e300, 5e-324, 7.0], pa.float64()),
        "single": pa.array([0.5, -1.25, 3.0, 2.0**-20, 0.0], pa.float32()),
        "tiny": pa.array([-128, 127, None, 0, 1], pa.int8()),
        "unsigned": pa.array([2**32 - 1, 0, 1, 2, 3], pa.uint32()),
        "long": pa.array([2**53 - 1, -(2**53) + 1, None, 0, 5], pa.int64()),
        "flag": pa.array([True, False, None, True, True], pa.bool_()),
        "text": pa.array(["Ärger", None, "", "a,b", "Ärger"], pa.string()),
        "kind": pa.array(["x", "y", "x", None, "y"]).dictionary_encode(),
        "day": pa.array([DAY, None, datetime.date(1970, 1, 1), DAY, DAY], pa.date32()),
        "moment": pa.array([MOMENT, None, MOMENT, MOMENT, MOMENT], pa.timestamp("us")),
        "nothing": pa.array([None] * 5, pa.float64()),
        "silence": pa.array([None] * 5, pa.string()),
    }


def values(table):
    return {name: [plain(v) for v in table.column(name).to_pylist()] for name in table.column_names}


def refused():
    """One column each that cannot be read without loss, or not at all."""
    arrays = {
        "large": pa.array([1, 2**53, 3], pa.int64()),
        "largeUnsigned": pa.array([1, 2, 2**64 - 1], pa.uint64()),
        "list": pa.array([[1], [2, 3], []]),
        "struct": pa.array([{"a": 1}, {"a": 2}, {"a": 3}]),
    }
    tables = {name: pa.table({name: array, "fine": [1.0, 2.0, 3.0]}) for name, array in arrays.items()}
    return [{"name": n, "parquet": parquet(t), "arrow": arrow_file(t)} for n, t in tables.items()]


def fixture():
    table = pa.table(common())
    small = pa.table({"a": [1.5, None, 2.5], "b": ["x", "y", None]})
    codecs = ["none", "snappy", "gzip", "brotli", "zstd"]
    return {
        "values": values(table),
        "parquet": {
            "one row group": parquet(table),
            "row groups of two": parquet(table, row_group_size=2),
            "no dictionaries": parquet(table, use_dictionary=False, data_page_version="2.0"),
        },
        "arrow": {"file": arrow_file(table), "stream of batches": arrow_stream(table)},
        "small": values(small),
        "codecs": {codec: parquet(small, compression=codec) for codec in codecs},
        "refused": refused(),
        "empty": {"parquet": parquet(small.slice(0, 0)), "arrow": arrow_file(small.slice(0, 0))},
        "decimals": parquet(pa.table({"price": pa.array([decimal.Decimal("1.25"), None], pa.decimal128(9, 2))})),
    }

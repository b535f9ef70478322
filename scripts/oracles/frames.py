"""What pandas makes of a table with missing values: statistics, counts, order and groups."""

import numpy as np
import pandas as pd

import common

ROWS = 240
TOWNS = ["Bern", "Chur", "Zug", "Ä", "bern", "a b"]
GROUP_STATISTICS = {
    "count": "count",
    "distinct": "nunique",
    "sum": "sum",
    "mean": "mean",
    "std": "std",
    "min": "min",
    "median": "median",
    "max": "max",
}


def table():
    """The table that test/data/pandas.test.ts makes by the same formulas."""
    i = np.arange(ROWS)
    size = ((i * 7919) % 1009) / 8 - 60
    rent = 1e6 + ((i * 104729) % 211) / 64
    floor = ((i * i + 3 * i) % 7).astype(float)
    town = np.array(TOWNS, dtype=object)[(i * i + i // 3) % len(TOWNS)]
    size[i % 11 == 4] = np.nan
    floor[i % 17 == 5] = np.nan
    town[i % 13 == 6] = None
    # One group without a rent, one with a single one.
    rent[(town == "Zug") | ((town == "Ä") & (i != np.flatnonzero(town == "Ä")[2]))] = np.nan
    return pd.DataFrame({"id": i.astype(float), "size": size, "rent": rent, "floor": floor, "town": town})


def plain(value):
    """None for a missing value."""
    return None if value is None or value != value else value


def columns(frame):
    def cells(series):
        if pd.api.types.is_numeric_dtype(series):
            return [plain(v) for v in common.expected(series.to_numpy(dtype=float))]
        return [plain(v) for v in series]

    return {name: cells(frame[name]) for name in frame}


def grouped(frame, keys):
    groups = frame.groupby(keys)
    out = {"rows": groups.size().tolist(), "keys": columns(groups.size().reset_index()[keys])}
    out["first"] = columns(groups[["town"]].first()) if "town" not in keys else {}
    for ours, theirs in GROUP_STATISTICS.items():
        out[ours] = columns(getattr(groups[["size", "rent"]], theirs)())
    return out


def fixture():
    frame = table()
    sorts = [
        (["size"], [True]),
        (["size"], [False]),
        (["town", "floor"], [True, True]),
        (["town", "floor"], [False, True]),
        (["floor", "town", "size"], [True, False, False]),
    ]
    return {
        "pandas": pd.__version__,
        "table": columns(frame),
        "describe": columns(frame.describe()),
        "missing": frame.isna().sum().tolist(),
        "distinct": frame.nunique().tolist(),
        "valueCounts": {
            name: {"values": list(counts.index), "count": counts.tolist(), "share": common.expected(counts / counts.sum())}
            for name, counts in ((name, frame[name].value_counts()) for name in ("town", "floor"))
        },
        "sorts": [
            {
                "columns": names,
                "ascending": ascending,
                "ids": frame.sort_values(names, ascending=ascending, kind="stable")["id"].astype(int).tolist(),
            }
            for names, ascending in sorts
        ],
        "groups": {"town": grouped(frame, ["town"]), "town,floor": grouped(frame, ["town", "floor"])},
    }

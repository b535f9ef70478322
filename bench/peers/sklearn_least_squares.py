"""scikit-learn's LinearRegression on random tables. Reads lines "rows cols" and prints the seconds of one fit as JSON for each.

Float64, C order, as it likes best; a table is made once and kept for the next line of the same size.
"""

import json
import sys
import time

import numpy as np
from sklearn.linear_model import LinearRegression

rng = np.random.default_rng(0)
tables = {}
for line in sys.stdin:
    rows, cols = map(int, line.split())
    if (rows, cols) not in tables:
        x = rng.uniform(-1, 1, (rows, cols))
        tables[rows, cols] = x, x @ np.arange(cols) + rng.uniform(-0.5, 0.5, rows)
    x, y = tables[rows, cols]
    start = time.perf_counter()
    LinearRegression().fit(x, y)
    print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)

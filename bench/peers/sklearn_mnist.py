"""Five epochs of MNIST with scikit-learn's MLPClassifier, 784-128-10, batch 128, Adam. Prints seconds and accuracy as JSON.

Usage: sklearn_mnist.py FOLDER_WITH_IDX_FILES
"""

import gzip
import json
import os
import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")


def read(name):
    path = os.path.join(sys.argv[1], name)
    with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as file:
        data = file.read()
    return np.frombuffer(data, np.uint8, offset=16 if "idx3" in name else 8)


x = (read("train-images-idx3-ubyte").reshape(-1, 784) / np.float32(255)).astype(np.float32)
y = read("train-labels-idx1-ubyte")
tx = (read("t10k-images-idx3-ubyte").reshape(-1, 784) / np.float32(255)).astype(np.float32)
ty = read("t10k-labels-idx1-ubyte")

model = MLPClassifier((128,), batch_size=128, max_iter=5, alpha=0.0, learning_rate_init=1e-3, tol=0, n_iter_no_change=99)
start = time.perf_counter()
model.fit(x, y)
print(json.dumps({"seconds": time.perf_counter() - start, "accuracy": model.score(tx, ty)}))

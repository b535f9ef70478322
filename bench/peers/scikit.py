"""scikit-learn's estimators, each timed over one fit. Tables come from files of raw numbers that the benchmark writes."""

import gzip
import os
import time

import numpy as np

tables = {}


def table(path, dtype, *shape):
    """The last few tables are kept, so that reading a file does not count."""
    if path not in tables:
        if len(tables) >= 2:
            tables.pop(next(iter(tables)))
        tables[path] = np.fromfile(path, dtype).reshape(shape)
    return tables[path]


def mnist(folder, dtype):
    key = ("mnist", dtype)
    if key not in tables:

        def read(name):
            path = os.path.join(folder, name)
            with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as file:
                data = file.read()
            return np.frombuffer(data, np.uint8, offset=16 if "idx3" in name else 8)

        def images(name):
            return read(name).reshape(-1, 784).astype(dtype) / np.dtype(dtype).type(255)

        tables.clear()
        tables[key] = (
            images("train-images-idx3-ubyte"),
            read("train-labels-idx1-ubyte"),
            images("t10k-images-idx3-ubyte"),
            read("t10k-labels-idx1-ubyte"),
        )
    return tables[key]


def timed(estimator, x, y):
    start = time.perf_counter()
    estimator.fit(x, y)
    return time.perf_counter() - start


def mlp(folder, epochs):
    from sklearn.neural_network import MLPClassifier

    x, y, tx, ty = mnist(folder, "float32")
    model = MLPClassifier(
        (128,), batch_size=128, max_iter=epochs, alpha=0.0, learning_rate_init=1e-3, tol=0, n_iter_no_change=99
    )
    return {"seconds": timed(model, x, y), "accuracy": model.score(tx, ty)}


def linear(model, x, y, rows, cols):
    from sklearn.linear_model import LinearRegression, Ridge

    estimator = LinearRegression() if model == "ols" else Ridge(alpha=0, solver="cholesky")
    return {"seconds": timed(estimator, table(x, np.float64, rows, cols), table(y, np.float64, rows))}


def logistic(
    dtype,
    tol,
    maxIter,
    solver="lbfgs",
    folder=None,
    x=None,
    y=None,
    rows=0,
    cols=0,
    trainRows=0,
    C=1.0,
    l1Ratio=0,
    fitIntercept=True,
):
    """Trains on the first rows and measures accuracy on the others; coefficients are returned where they are few."""
    from sklearn.linear_model import LogisticRegression

    if folder is not None:
        train, labels, test, truth = mnist(folder, dtype)
    else:
        every, classes = table(x, dtype, rows, cols), table(y, np.int32, rows)
        train, test, labels, truth = every[:trainRows], every[trainRows:], classes[:trainRows], classes[trainRows:]
    options = {"C": C, "l1_ratio": l1Ratio, "fit_intercept": fitIntercept}
    model = LogisticRegression(tol=tol, max_iter=maxIter, solver=solver, **options)
    answer = {"seconds": timed(model, train, labels), "iterations": int(np.max(model.n_iter_))}
    if len(truth) > 0:
        answer["accuracy"] = model.score(test, truth)
    if model.coef_.size < 10000:
        answer["coef"], answer["intercept"] = model.coef_.ravel().tolist(), np.ravel(model.intercept_).tolist()
    return answer


def penalized(model, x, y, rows, cols, alphas):
    """A path of the elastic net, or ridge regression for one alpha or for many."""
    from sklearn.linear_model import Ridge, enet_path
    from sklearn.model_selection import GridSearchCV

    x, y = table(x, np.float64, rows, cols), table(y, np.float64, rows)
    if model == "ridge":
        return {"seconds": timed(Ridge(alpha=1, solver="cholesky"), x, y)}
    if model == "folds":
        return {"seconds": timed(GridSearchCV(Ridge(solver="cholesky"), {"alpha": alphas}, cv=5), x, y)}
    start = time.perf_counter()
    centred, target = x - x.mean(axis=0), y - y.mean()
    precompute = centred.T @ centred if model == "gram" else "auto"
    Xy = centred.T @ target if model == "gram" else None
    enet_path(centred, target, l1_ratio=0.5, alphas=100, tol=1e-6, precompute=precompute, Xy=Xy, copy_X=False)
    return {"seconds": time.perf_counter() - start}

"""scikit-learn's perceptrons with solver 'lbfgs', from given weights to a minimum, and its loss."""

from unittest.mock import patch

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from common import dense_weights, expected, float32, inputs

ROWS = 60
COLUMNS = 4
WEIGHTS = (np.arange(ROWS) % 5 + 1) / 2
KINDS = {"one target": 1, "three targets": 3, "two classes": 2, "three classes": 3}
# SciPy's default would end where the loss hardly falls; here the gradient is to be 0.
NO_LIMIT = "sklearn.neural_network._multilayer_perceptron._get_additional_lbfgs_options_dict"


def ridge(x, y, alpha, weights):
    """The optimum of a linear perceptron. (scikit-learn's loss of several targets is another one.)"""
    total = weights.sum()
    mean_x, mean_y = weights @ x / total, weights @ y / total
    centred, targets = x - mean_x, y - mean_y
    gram = centred.T @ (weights[:, None] * centred) + alpha * np.eye(COLUMNS)
    kernel = np.linalg.solve(gram, centred.T @ (weights[:, None] * targets))
    bias = mean_y - mean_x @ kernel
    squares = weights @ ((y - x @ kernel - bias) ** 2).sum(axis=1)
    return kernel, bias, (squares + alpha * (kernel**2).sum()) / 2 / total


def case(rng, x, kind, hidden, weighted):
    outputs = KINDS[kind]
    if kind.endswith("classes"):
        y = np.digitize(x[:, 0] + x[:, 1] + rng.normal(0, 0.7, ROWS), [-0.5, 0.7][: outputs - 1])
        estimator, units = MLPClassifier, (1 if outputs == 2 else outputs)
    else:
        y = float32(np.sin(x[:, :outputs]) + x[:, 1:2] + rng.normal(0, 0.3, (ROWS, outputs)))
        estimator, units = MLPRegressor, outputs
    alpha = 2.0
    start = dense_weights(rng, [COLUMNS, *hidden, units])
    result = {
        "kind": kind,
        "hidden": hidden,
        "weighted": weighted,
        "alpha": alpha,
        "y": inputs(y[:, 0] if outputs == 1 else y),
        "start": [inputs(array) for array in start],
    }
    if kind == "three targets":
        kernel, bias, loss = ridge(x, y, alpha, WEIGHTS if weighted else np.ones(ROWS))
        return {**result, "loss": expected(loss), "weights": [expected(kernel), expected(bias)]}
    model = estimator(
        hidden_layer_sizes=hidden, activation="tanh", solver="lbfgs", alpha=alpha, tol=1e-9, max_iter=20000
    )
    layers = iter([(start[i].copy(), start[i + 1].copy()) for i in range(0, len(start), 2)])
    with patch.object(estimator, "_init_coef", lambda *_: next(layers)), patch(NO_LIMIT, lambda *_: {"ftol": 0}):
        model.fit(x, y[:, 0] if outputs == 1 else y, WEIGHTS if weighted else None)
    weights = [array for pair in zip(model.coefs_, model.intercepts_) for array in pair]
    return {
        **result,
        "loss": expected(model.loss_),
        # Hidden units have many orders and signs, and softmax any common shift of its biases.
        **({} if hidden or kind == "three classes" else {"weights": [expected(array) for array in weights]}),
    }


def fixture():
    rng = np.random.default_rng(3)
    x = float32(rng.normal(0, 1, (ROWS, COLUMNS)))
    cases = [
        case(rng, x, kind, hidden, weighted)
        for kind in KINDS
        for hidden in ([], [2])
        for weighted in (False, True)
        if not (hidden and kind == "three targets")
    ]
    return {"x": inputs(x), "cases": cases}

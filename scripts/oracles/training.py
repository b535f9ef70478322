"""Two training runs in mini-batches, in row order: loss and accuracy per epoch, and the weights at the end."""

import numpy as np
import torch
import torch.nn.functional as F

from common import dense_weights, expected, float32, inputs, tensors


def batches(rows, size):
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]


def classification():
    """12-16-8-4, relu, tanh and softmax; adam; 90 rows in batches of 32, so the last has 26."""
    rng = np.random.default_rng(11)
    rows, sizes, batch_size, epochs = 90, [12, 16, 8, 4], 32, 8
    x = float32(rng.normal(0, 1, (rows, sizes[0])))
    labels = (x[:, 0] > 0).astype(int) * 2 + (x[:, 1] + x[:, 2] * x[:, 3] > 0).astype(int)
    weights = dense_weights(rng, sizes)
    parameters = tensors(weights)
    optimizer = torch.optim.Adam(parameters, lr=0.01, betas=(0.9, 0.999), eps=1e-7)
    xs, ys = torch.tensor(x), torch.tensor(labels)

    def logits(inputs_):
        w1, b1, w2, b2, w3, b3 = parameters
        return torch.tanh(F.relu(inputs_ @ w1 + b1) @ w2 + b2) @ w3 + b3

    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        total, correct = 0.0, 0
        for rows_of_batch in batches(rows, batch_size):
            optimizer.zero_grad()
            z = logits(xs[rows_of_batch])
            loss = F.cross_entropy(z, ys[rows_of_batch])
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(z)
            correct += int((z.argmax(dim=1) == ys[rows_of_batch]).sum())
        history["loss"].append(total / rows)
        history["accuracy"].append(correct / rows)
    return {
        "sizes": sizes,
        "activations": ["relu", "tanh", "softmax"],
        "optimizer": {"name": "adam", "learningRate": 0.01},
        "loss": "sparseCategoricalCrossentropy",
        "metrics": ["accuracy"],
        "batchSize": batch_size,
        "epochs": epochs,
        "x": inputs(x),
        "y": [int(label) for label in labels],
        "weights": [inputs(w) for w in weights],
        "history": {name: expected(values) for name, values in history.items()},
        "finalWeights": [expected(p) for p in parameters],
    }


def regression():
    """6-10-6-2, gelu, sigmoid and linear; momentum; 50 rows in batches of 16, so the last has 2."""
    rng = np.random.default_rng(12)
    rows, sizes, batch_size, epochs = 50, [6, 10, 6, 2], 16, 8
    x = float32(rng.normal(0, 1, (rows, sizes[0])))
    y = float32(np.stack([np.sin(x[:, 0]) + x[:, 1], x[:, 2] * x[:, 3]], axis=1))
    weights = dense_weights(rng, sizes)
    parameters = tensors(weights)
    optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9)
    xs, ys = torch.tensor(x), torch.tensor(y)
    history = {"loss": [], "mae": []}
    for _ in range(epochs):
        total, absolute = 0.0, 0.0
        for rows_of_batch in batches(rows, batch_size):
            optimizer.zero_grad()
            w1, b1, w2, b2, w3, b3 = parameters
            out = torch.sigmoid(F.gelu(xs[rows_of_batch] @ w1 + b1) @ w2 + b2) @ w3 + b3
            loss = F.mse_loss(out, ys[rows_of_batch])
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(out)
            absolute += float(F.l1_loss(out, ys[rows_of_batch]).detach()) * len(out)
        history["loss"].append(total / rows)
        history["mae"].append(absolute / rows)
    return {
        "sizes": sizes,
        "activations": ["gelu", "sigmoid", "linear"],
        "optimizer": {"name": "sgd", "learningRate": 0.05, "momentum": 0.9},
        "loss": "meanSquaredError",
        "metrics": ["mae"],
        "batchSize": batch_size,
        "epochs": epochs,
        "x": inputs(x),
        "y": inputs(y),
        "weights": [inputs(w) for w in weights],
        "history": {name: expected(values) for name, values in history.items()},
        "finalWeights": [expected(p) for p in parameters],
    }


def fixture():
    return {"runs": [classification(), regression()]}

"""Steps of Keras in float64: clipped and accumulated gradients, and constraints on weights."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import numpy as np

from common import dense_weights, expected, float32, inputs

ROWS, BATCH, EPOCHS, SIZES = 24, 6, 3, [7, 5, 3]
SIDE, CHANNELS, FILTERS = 5, 2, 3
PENALTY = {"l1": 0.004, "l2": 0.01}
SGD = {"name": "sgd", "learningRate": 0.3, "momentum": 0.6}
# Keras and PyTorch add epsilon in other places; one this small makes no difference.
ADAM = {"name": "adam", "learningRate": 0.02, "epsilon": 1e-12}

CLIPPING = {
    "clipValue": {"clipValue": 0.06},
    "clipNorm": {"clipNorm": 0.2},
    "globalClipNorm": {"globalClipNorm": 0.3},
    "accumulateSteps": {"accumulateSteps": 2},
    "globalClipNorm and accumulateSteps": {"globalClipNorm": 0.3, "accumulateSteps": 4},
    "clipValue and accumulateSteps": {"clipValue": 0.06, "accumulateSteps": 2},
}
KERAS_NAMES = {
    "learningRate": "learning_rate",
    "clipValue": "clipvalue",
    "clipNorm": "clipnorm",
    "globalClipNorm": "global_clipnorm",
    "accumulateSteps": "gradient_accumulation_steps",
}
CONSTRAINTS = {
    "maxNorm": {"kernelConstraint": {"name": "maxNorm", "maxValue": 0.7}},
    "maxNorm of rows": {"kernelConstraint": {"name": "maxNorm", "maxValue": 0.5, "axis": 1}},
    "maxNorm of all": {"kernelConstraint": {"name": "maxNorm", "maxValue": 1.5, "axis": [0, 1]}},
    "nonNeg": {"kernelConstraint": {"name": "nonNeg"}, "biasConstraint": {"name": "nonNeg"}},
    "unitNorm": {"kernelConstraint": {"name": "unitNorm"}, "biasConstraint": {"name": "unitNorm"}},
    "maxNorm of a bias": {"biasConstraint": {"name": "maxNorm", "maxValue": 0.1}},
}
CONV_CONSTRAINTS = {
    "maxNorm of filters": {"kernelConstraint": {"name": "maxNorm", "maxValue": 0.9, "axis": [0, 1, 2]}},
    "unitNorm of filters": {"kernelConstraint": {"name": "unitNorm", "axis": [0, 1, 2]}},
    "unitNorm of inputs": {"kernelConstraint": {"name": "unitNorm", "axis": 3}},
    "nonNeg of filters": {"kernelConstraint": {"name": "nonNeg"}},
}


def optimizer_of(options):
    import keras

    settings = {KERAS_NAMES.get(key, key): value for key, value in options.items() if key != "name"}
    return {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[options["name"]](**settings)


def constraint_of(options):
    from keras import constraints

    if options is None:
        return None
    axis = options.get("axis", 0)
    if options["name"] == "maxNorm":
        return constraints.MaxNorm(options["maxValue"], axis)
    return constraints.NonNeg() if options["name"] == "nonNeg" else constraints.UnitNorm(axis)


def layer_options(layer):
    import keras

    penalty = layer.get("kernelRegularizer")
    return {
        "kernel_regularizer": penalty and keras.regularizers.L1L2(**penalty),
        "kernel_constraint": constraint_of(layer.get("kernelConstraint")),
        "bias_constraint": constraint_of(layer.get("biasConstraint")),
    }


def dense_model(layer):
    import keras

    return keras.Sequential(
        [
            keras.Input((SIZES[0],)),
            keras.layers.Dense(SIZES[1], activation="tanh", **layer_options(layer)),
            keras.layers.Dense(SIZES[2], activation="softmax"),
        ]
    )


def conv_model(layer):
    import keras

    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, CHANNELS)),
            keras.layers.Conv2D(FILTERS, 3, activation="tanh", **layer_options(layer)),
            keras.layers.Flatten(),
            keras.layers.Dense(SIZES[2], activation="softmax"),
        ]
    )


def train(model, weights, x, labels, optimizer):
    """Weights after some epochs of mini-batches in order."""
    model.set_weights(weights)
    model.compile(optimizer_of(optimizer), loss="sparse_categorical_crossentropy", jit_compile=False)
    for _ in range(EPOCHS):
        for first in range(0, ROWS, BATCH):
            model.train_on_batch(x[first : first + BATCH], labels[first : first + BATCH])
    return [expected(w) for w in model.get_weights()]


def fixture():
    import keras

    keras.config.set_floatx("float64")
    rng = np.random.default_rng(11)
    x = float32(rng.normal(0, 1, (ROWS, SIZES[0])))
    labels = rng.integers(0, SIZES[-1], ROWS)
    weights = dense_weights(rng, SIZES)
    images = float32(rng.normal(0, 1, (ROWS, SIDE, SIDE, CHANNELS)))
    kernel = float32(rng.normal(0, 0.4, (3, 3, CHANNELS, FILTERS)))
    flat = (SIDE - 2) ** 2 * FILTERS
    conv_weights = [kernel, float32(rng.normal(0, 0.2, FILTERS)), *dense_weights(rng, [flat, SIZES[-1]])]
    cases = []

    def add(name, kind, optimizer, layer):
        make, start, data = (dense_model, weights, x) if kind == "dense" else (conv_model, conv_weights, images)
        result = train(make(layer), start, data, labels, optimizer)
        cases.append({"name": name, "kind": kind, "optimizer": optimizer, "layer": layer, "weights": result})

    for name, clipping in CLIPPING.items():
        for base in (SGD, ADAM):
            for penalty in (None, PENALTY):
                words = f"{base['name']}, {name}{', penalty' if penalty else ''}"
                add(words, "dense", {**base, **clipping}, {"kernelRegularizer": penalty} if penalty else {})
    for name, layer in CONSTRAINTS.items():
        for base in (SGD, ADAM):
            add(f"{base['name']}, {name}", "dense", base, layer)
    for name, layer in CONV_CONSTRAINTS.items():
        add(f"adam, {name}", "conv", ADAM, layer)
    add("adam, conv, clipNorm", "conv", {**ADAM, "clipNorm": 0.05}, {})
    return {
        "x": inputs(x),
        "images": inputs(images),
        "labels": [int(label) for label in labels],
        "weights": {
            "dense": [inputs(w) for w in weights],
            "conv": [inputs(w) for w in conv_weights],
        },
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "cases": cases,
    }

"""Random Keras models over all layers that are read, as .keras and .h5, with inputs and outputs.

As a fixture: a few small ones. As a program it writes any number of them into a folder, for
keras_models.mjs, which reads them and compares: python keras_models.py FOLDER --runs 100 --seed 1
"""

import argparse
import base64
import io
import json
import os
import random
import re
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras  # noqa: E402
from keras import layers as kl  # noqa: E402

ROWS = 3
DATE = (1980, 1, 1, 0, 0, 0)
ACTIVATIONS = [
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "sigmoid", "tanh", "softplus",
    "softsign", "silu", "swish", "mish", "exponential", "hard_sigmoid", "hard_silu",
]  # fmt: skip
# Seeds whose models are small and have, together, every kind of layer.
SEEDS = [3, 4, 6, 8, 11, 14, 18, 21]


def penalty(draw):
    return draw.choice([None, None, "l2", keras.regularizers.L1(0.01), keras.regularizers.L1L2(0.01, 0.02)])


def activation(draw):
    # Exponentials of exponentials overflow.
    return draw.choice([*[name for name in ACTIVATIONS if name != "exponential"], kl.LeakyReLU(negative_slope=0.1)])


def affine(draw):
    return {
        "activation": activation(draw),
        "use_bias": draw.random() < 0.8,
        "bias_initializer": "random_normal",
        "bias_regularizer": penalty(draw),
    }


def anywhere(draw, is_image):
    """A layer that takes any shape."""
    return draw.choice(
        [
            lambda: kl.BatchNormalization(
                axis=draw.choice([-1, 3 if is_image else 1]),
                momentum=0.9,
                epsilon=0.01,
                center=draw.random() < 0.7,
                scale=draw.random() < 0.7,
                moving_mean_initializer="random_normal",
            ),
            lambda: kl.LayerNormalization(epsilon=0.01, center=draw.random() < 0.7, scale=draw.random() < 0.7),
            lambda: kl.Dropout(0.25),
            lambda: kl.PReLU("random_uniform", shared_axes=[1, 2] if is_image else None),
            lambda: kl.Activation(draw.choice(ACTIVATIONS[:-3])),
            lambda: kl.LeakyReLU(negative_slope=0.15),
            lambda: kl.ReLU(max_value=draw.choice([None, 6])),
            lambda: kl.ReLU(negative_slope=0.2),
            lambda: kl.ELU(alpha=0.7),
            lambda: kl.Rescaling(0.5, offset=-0.25),
        ]
    )()


def convolution(draw, channels, padding):
    window = {"kernel_size": (draw.randint(1, 3), draw.randint(1, 3)), "padding": padding, **affine(draw)}
    kind = draw.randrange(4)
    if kind == 0:
        return kl.DepthwiseConv2D(**window, strides=draw.randint(1, 2), depth_multiplier=draw.randint(1, 2))
    if kind == 1:
        return kl.SeparableConv2D(draw.randint(1, 4), **window, depth_multiplier=draw.randint(1, 2))
    groups = draw.choice([group for group in (1, 1, channels) if channels % group == 0])
    dilation = draw.choice([1, 1, 2])
    return kl.Conv2D(
        groups * draw.randint(1, 3),
        **window,
        groups=groups,
        dilation_rate=dilation,
        strides=1 if dilation > 1 else draw.randint(1, 2),
        kernel_initializer=draw.choice(["he_normal", "lecun_uniform", "orthogonal"]),
        kernel_regularizer=penalty(draw),
        kernel_constraint=draw.choice([None, "non_neg", keras.constraints.MaxNorm(3, axis=[0, 1, 2])]),
    )


def layer_list(draw, shape):
    is_image = len(shape) == 3
    made = []

    def between(inside):
        if draw.random() < 0.6:
            made.append(anywhere(draw, inside))

    if is_image and draw.random() < 0.3:
        made.append(kl.RandomFlip("horizontal"))
    between(is_image)
    if is_image:
        channels = shape[2]
        for i in range(draw.randint(1, 2)):
            conv = convolution(draw, channels, draw.choice(["same", "valid"]) if i == 0 else "same")
            made.append(conv)
            channels = conv.filters if not isinstance(conv, kl.DepthwiseConv2D) else channels * conv.depth_multiplier
            between(True)
        pool = draw.choice([None, kl.MaxPooling2D, kl.AveragePooling2D])
        if pool:
            strides = draw.choice([None, 1, 2])
            # On PyTorch, Keras counts zeros beside images whose padding is uneven; on JAX and NumPy
            # it does not.
            if pool is kl.AveragePooling2D and keras.backend.backend() == "torch":
                strides = 1
            made.append(pool(draw.randint(1, 3), strides=strides, padding="same"))
        made.append(draw.choice([kl.Flatten, kl.GlobalAveragePooling2D])())
    elif draw.random() < 0.2:
        made += [kl.Reshape((1, 1, -1)), kl.Flatten()]
    between(False)
    if draw.random() < 0.7:
        made.append(kl.Dense(draw.randint(1, 8), **affine(draw), kernel_regularizer=penalty(draw)))
    between(False)
    made.append(kl.Dense(draw.randint(1, 4), activation=draw.choice(["softmax", "sigmoid", "linear"])))
    return made


def model_of(seed):
    draw = random.Random(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    shape = (draw.randint(5, 8), draw.randint(5, 8), draw.randint(1, 3)) if draw.random() < 0.6 else (draw.randint(1, 7),)
    made = layer_list(draw, shape)
    if draw.random() < 0.5:
        model = keras.Sequential([keras.Input(shape), *made])
    else:
        inputs = x = keras.Input(shape)
        for layer in made:
            x = layer(x)
        model = keras.Model(inputs, x)
    model.compile(optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0), loss="mse", metrics=["mae"])
    return model, shape


def saved(model, suffix):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{suffix}"
        model.save(path)
        return path.read_bytes()


def packed(data, method):
    """The same archive without what differs each time: the date, and addresses in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = b"{}" if name == "metadata.json" else source.read(name)
            if name == "config.json":
                content = re.sub(rb', "shared_object_id": \d+', b"", content)
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            target.writestr(info, content)
    return out.getvalue()


def case(seed):
    model, shape = model_of(seed)
    x = np.random.default_rng(seed).uniform(-2, 2, (ROWS, *shape)).astype(np.float32).round(3)
    y = np.asarray(keras.ops.convert_to_numpy(model(x, training=False)))
    words = f"{type(model).__name__}: {', '.join(type(layer).__name__ for layer in model.layers)}"
    return model, {"seed": seed, "title": words, "x": x.ravel().tolist(), "shape": list(x.shape), "y": y.ravel().tolist()}


def fixture():
    cases = []
    for seed in SEEDS:
        model, about = case(seed)
        cases.append({**about, "keras": base64.b64encode(packed(saved(model, ".keras"), zipfile.ZIP_DEFLATED)).decode()})
    model, about = case(SEEDS[0])
    # As Keras writes them: not compressed, and in the older format. Both have the same model.
    plain = {"stored": packed(saved(model, ".keras"), zipfile.ZIP_STORED), "h5": saved(model, ".h5")}
    return {
        "keras": keras.__version__,
        "cases": cases,
        "deflated": {name: base64.b64encode(zlib.compress(data, 9)).decode() for name, data in plain.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for i in range(arguments.runs):
        seed = 100_000 * arguments.seed + i
        model, about = case(seed)
        for suffix in (".keras", ".h5"):
            (arguments.folder / f"{seed}{suffix}").write_bytes(saved(model, suffix))
        cases.append(about)
    (arguments.folder / "cases.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()

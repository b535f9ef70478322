"""Times training steps of convolutional networks in JAX: one jit a step, buffers donated, mini-batches in memory.

Channels come last, and pooling takes the greatest of a reshaped array: of both layouts, and of this and XLA's window reduction, the
fastest on one core and on two for every network here.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxsteps import Timed, batch_of, dense, optimizer_of, training_step

SHAPES = {"lenet": (28, 28, 1), "cnn": (32, 32, 3)}
POOL = "pool"
# (filters, side, padding) or POOL; then the units of the dense layers.
LAYERS = {
    "lenet": ([(6, 5, "SAME"), POOL, (16, 5, "VALID"), POOL], [400, 120, 84, 10]),
    "cnn": ([(32, 3, "SAME"), (32, 3, "SAME"), POOL, (64, 3, "SAME"), (64, 3, "SAME"), POOL], [4096, 128, 10]),
}
LAYOUT = ("NHWC", "HWIO", "NHWC")
LONGEST_BLOCK = 0.12
ready = {}


def pooled(x):
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4))


def network(name):
    """Parameters and the function from images to scores."""
    rng = np.random.default_rng(0)
    plan, sizes = LAYERS[name]
    channels = SHAPES[name][2]
    kernels = []
    for filters, side, _ in (part for part in plan if part != POOL):
        bound = np.sqrt(6 / (side * side * (channels + filters)))
        w = jnp.asarray(rng.uniform(-bound, bound, (side, side, channels, filters)), jnp.float32)
        kernels.append([w, jnp.zeros(filters, jnp.float32)])
        channels = filters

    def scores(parameters, x):
        of_convolutions, layers = parameters
        remaining = iter(of_convolutions)
        for part in plan:
            if part == POOL:
                x = pooled(x)
                continue
            w, b = next(remaining)
            x = jax.nn.relu(jax.lax.conv_general_dilated(x, w, (1, 1), part[2], dimension_numbers=LAYOUT) + b)
        x = x.reshape(len(x), -1)
        for w, b in layers[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = layers[-1]
        return x @ w + b

    return (kernels, [dense(rng, *pair) for pair in zip(sizes, sizes[1:])]), scores


class ConvSteps(Timed):
    def __init__(self, model, optimizer, batch, batches):
        parameters, scores = network(model)
        state, update, parameters_of = optimizer_of(optimizer, parameters)
        step = training_step(scores, update, parameters_of)
        rng = np.random.default_rng(2)
        x = jnp.asarray(rng.random((batches * batch, *SHAPES[model]), np.float32))
        y = jnp.asarray(rng.integers(0, 10, batches * batch), jnp.int32)
        order = jnp.asarray(rng.permutation(batches * batch), jnp.int32)

        def one(state, i, x, y, order):
            state, loss, _ = step(state, batch_of(x, order, i, batch), batch_of(y, order, i, batch))
            return state, loss

        self.start(jax.jit(one, donate_argnums=0), state, (x, y, order), batches)


def jaxConvSteps(model, batch, optimizer, batches, blocks):
    key = (model, batch, optimizer)
    if key not in ready:
        ready[key] = ConvSteps(model, optimizer, batch, batches)
    return {"seconds": ready[key].time(LONGEST_BLOCK, blocks=blocks, together=1)}

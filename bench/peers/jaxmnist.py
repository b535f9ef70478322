"""Times epochs of MNIST in JAX, 784-128-10: shuffling, mean loss and accuracy included, one jit for all steps of an epoch.

Compiling does not count, nor does reading the images as float32.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
from jaxsteps import batch_of, dense_network, optimizer_of, training_step
from scikit import mnist

ready = {}


class Epochs:
    def __init__(self, folder, batch):
        data = mnist(folder, "float32")
        self.x, self.test = jnp.asarray(data[0]), jnp.asarray(data[2])
        self.y, self.truth = jnp.asarray(data[1], jnp.int32), jnp.asarray(data[3], jnp.int32)
        self.parameters, scores = dense_network([784, 128, 10], "relu")
        _, update, self.parameters_of = optimizer_of("adam", self.parameters)
        step = training_step(scores, update, self.parameters_of)
        rows = len(self.y)

        def counted(carry, x, y):
            state, total, right = carry
            state, loss, found = step(state, x, y)
            return state, total + loss * len(y), right + (found.argmax(1) == y).sum()

        def epoch(state, x, y, order):
            def one(carry, i):
                return counted(carry, batch_of(x, order, i, batch), batch_of(y, order, i, batch)), None

            carry, _ = jax.lax.scan(one, (state, jnp.float32(0), jnp.int32(0)), jnp.arange(rows // batch))
            if rows % batch:
                left = order[rows - rows % batch :]
                carry = counted(carry, x[left], y[left])
            return carry

        self.epoch = jax.jit(epoch, donate_argnums=0)
        self.right = jax.jit(lambda parameters, x, y: (scores(parameters, x).argmax(1) == y).mean())
        self.run(1)

    def run(self, epochs):
        rng = np.random.default_rng(1)
        state, _, _ = optimizer_of("adam", jax.tree.map(jnp.copy, self.parameters))
        start = time.perf_counter()
        for _ in range(epochs):
            order = jnp.asarray(rng.permutation(len(self.y)), jnp.int32)
            state, total, right = self.epoch(state, self.x, self.y, order)
            float(total), int(right)
        seconds = time.perf_counter() - start
        return seconds, float(self.right(self.parameters_of(state), self.test, self.truth))


def jaxEpochs(folder, epochs, batch):
    if batch not in ready:
        ready[batch] = Epochs(folder, batch)
    seconds, accuracy = ready[batch].run(epochs)
    return {"seconds": seconds, "accuracy": accuracy}

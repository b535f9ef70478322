"""Times whole training steps in JAX: gather, forward, loss, backward and optimizer in one jit, buffers donated, data in memory.

Two forms are tried by the first request of a case, and later ones use the faster: a call a step, and a call for all 64 mini-batches of
an epoch (lax.scan), which leaves Python out. SGD and Adam are written out, so that XLA fuses them with the gradients.
How many cores there are is fixed before the process starts: one process for each count (see serve.py).
"""

import time

import jax
import jax.numpy as jnp
import numpy as np

LONGEST_BLOCK = 0.1
BATCHES = 64
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7
ready = {}


def dense(rng, inputs, outputs):
    bound = np.sqrt(6 / (inputs + outputs))
    return [jnp.asarray(rng.uniform(-bound, bound, (inputs, outputs)), jnp.float32), jnp.zeros(outputs, jnp.float32)]


def dense_network(sizes, activation):
    """Parameters and the function from rows to scores."""
    rng = np.random.default_rng(0)
    parameters = [dense(rng, *pair) for pair in zip(sizes, sizes[1:])]
    act = {"relu": jax.nn.relu, "tanh": jnp.tanh}[activation]

    def scores(parameters, x):
        for w, b in parameters[:-1]:
            x = act(x @ w + b)
        w, b = parameters[-1]
        return x @ w + b

    return parameters, scores


def sgd(state, gradients):
    return jax.tree.map(lambda p, g: p - RATE * g, state, gradients)


def adam(state, gradients):
    p, m, v, count = state
    count += 1
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, gradients)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, gradients)
    rate = RATE * jnp.sqrt(1 - BETA2**count) / (1 - BETA1**count)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), p, m, v)
    return p, m, v, count


def optimizer_of(name, parameters):
    """Its state, the function that updates it, and the one that gives its parameters."""
    if name == "sgd":
        return parameters, sgd, lambda state: state
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    return (parameters, zeros(), zeros(), jnp.float32(0)), adam, lambda state: state[0]


def mean_loss(scores, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1).mean()


def training_step(scores, update, parameters_of):
    """(state, rows of x, labels) → (state, loss, scores)."""

    def loss(parameters, x, y):
        found = scores(parameters, x)
        return mean_loss(found, y), found

    def step(state, x, y):
        (value, found), gradients = jax.value_and_grad(loss, has_aux=True)(parameters_of(state), x, y)
        return update(state, gradients), value, found

    return step


def batch_of(table, order, i, batch):
    rows = jax.lax.dynamic_slice(order, (i * batch,), (batch,))
    return table.at[rows].get(mode="promise_in_bounds")


class Timed:
    """A jitted call that gives (state, loss), with its data; `per_call` steps each."""

    per_call = 1

    def start(self, call, state, data, batches):
        self.call, self.state, self.data, self.batches, self.done = call, state, data, batches, 0
        self.run()
        jax.block_until_ready(self.state)

    def run(self):
        self.state, self.loss = self.call(self.state, self.done % self.batches, *self.data)
        self.done += 1

    def time(self, longest, blocks=2, together=8):
        """Seconds per step, the shortest block. `together`: steps between two looks at the clock, which wait for the results."""
        best = float("inf")
        self.run()
        jax.block_until_ready(self.loss)
        for _ in range(blocks):
            start, done = time.perf_counter(), 0
            while done == 0 or time.perf_counter() - start < longest:
                for _ in range(max(1, together // self.per_call)):
                    self.run()
                    done += self.per_call
                jax.block_until_ready(self.state)
            best = min(best, (time.perf_counter() - start) / done)
        return best


class Steps(Timed):
    """One way to run steps. `scan`: all mini-batches in a call."""

    def __init__(self, network, optimizer, batch, x, y, scan):
        parameters, scores = network
        self.name = "an epoch a call" if scan else "a step a call"
        self.per_call = BATCHES if scan else 1
        state, update, parameters_of = optimizer_of(optimizer, jax.tree.map(jnp.copy, parameters))
        step = training_step(scores, update, parameters_of)
        order = jnp.asarray(np.random.default_rng(1).permutation(len(y)), jnp.int32)

        def one(state, i, x, y, order):
            state, loss, _ = step(state, batch_of(x, order, i, batch), batch_of(y, order, i, batch))
            return state, loss

        def epoch(state, _, x, y, order):
            return jax.lax.scan(lambda state, i: one(state, i, x, y, order), state, jnp.arange(BATCHES))

        self.start(jax.jit(epoch if scan else one, donate_argnums=0), state, (x, y, order), BATCHES)


def jaxSteps(name, sizes, activation, batch, optimizer, steps):
    if name not in ready:
        rng = np.random.default_rng(2)
        x = jnp.asarray(rng.random((BATCHES * batch, sizes[0])), jnp.float32)
        y = jnp.asarray(rng.integers(0, sizes[-1], BATCHES * batch), jnp.int32)
        network = dense_network(sizes, activation)
        forms = [Steps(network, optimizer, batch, x, y, scan) for scan in (False, True)]
        times = [form.time(LONGEST_BLOCK) for form in forms]
        fast, slow = forms if times[0] < times[1] else forms[::-1]
        ready[name] = fast, f"{fast.name}; {slow.name}: {1e6 * max(times):.0f} µs"
    form, note = ready[name]
    return {"seconds": form.time(LONGEST_BLOCK), "note": note}

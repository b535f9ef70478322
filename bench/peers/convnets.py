"""Times convolutional networks in PyTorch: training steps, whole epochs, prediction.

The first request of a case tries contiguous and channels-last memory, for training with the loop, foreach and fused forms of the
optimizer; later ones use the fastest of them. oneDNN, which computes convolutions, picks the processor's widest instructions by itself.
"""

import time

import numpy as np
import torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
FORMS = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
SHAPES = {"lenet": (1, 28, 28), "cnn": (3, 32, 32)}
LONGEST_BLOCK = 0.12
LONGEST_WARM = 0.08
ready = {}


def network(name):
    if name == "lenet":
        return Sequential(
            Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2),
            Conv2d(6, 16, 5), ReLU(), MaxPool2d(2),
            Flatten(), Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10),
        )  # fmt: skip
    return Sequential(
        Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(32, 32, 3, padding=1), ReLU(), MaxPool2d(2),
        Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2),
        Flatten(), Linear(4096, 128), ReLU(), Linear(128, 10),
    )  # fmt: skip


class Training:
    def __init__(self, model, optimizer, layout, form, learning_rate=1e-3):
        torch.manual_seed(0)
        self.name = f"{layout}, {form}"
        self.net = network(model).to(memory_format=FORMATS[layout])
        self.optimizer = OPTIMIZERS[optimizer](self.net.parameters(), lr=learning_rate, **FORMS[form])
        self.loss = torch.nn.CrossEntropyLoss()
        self.layout = layout

    def placed(self, x):
        return x.contiguous(memory_format=FORMATS[self.layout])

    def step(self, x, y):
        self.optimizer.zero_grad()
        scores = self.net(x)
        loss = self.loss(scores, y)
        loss.backward()
        self.optimizer.step()
        return scores, loss


def block(step, warm):
    """Seconds per call over a block, the first ones left out, while there is time."""
    begin = time.perf_counter()
    for i in range(warm):
        step(i)
        # On a busy machine two threads that wait for each other can be a hundred times slower: a block ends all the same.
        if time.perf_counter() - begin > LONGEST_WARM:
            break
    start = time.perf_counter()
    done = 0
    while done == 0 or time.perf_counter() - start < LONGEST_BLOCK:
        step(done)
        done += 1
    return (time.perf_counter() - start) / done


def fastest(forms):
    """Of several (name, step) the one with the shortest block of two, taken in turns."""
    times = [min(pair) for pair in zip(*([block(step, warm=3) for _, step in forms] for _ in range(2)))]
    return forms[times.index(min(times))]


class Steps:
    """Steps over mini-batches in memory that were drawn before."""

    def __init__(self, model, batch, optimizer, batches):
        x = torch.rand(batches * batch, *SHAPES[model])
        y = torch.randint(0, 10, (batches * batch,))
        order = torch.randperm(batches * batch)

        def stepper(training):
            placed = training.placed(x)

            def step(i):
                rows = order[(i % batches) * batch : (i % batches + 1) * batch]
                training.step(placed[rows], y[rows])

            return training.name, step

        forms = [stepper(Training(model, optimizer, layout, form)) for layout in FORMATS for form in FORMS]
        self.name, self.step = fastest(forms)


def convSteps(threads, model, batch, optimizer, batches, blocks):
    torch.set_num_threads(threads)
    key = (model, batch, optimizer)
    if key not in ready:
        ready[key] = Steps(model, batch, optimizer, batches)
    steps = ready[key]
    return {"seconds": min(block(steps.step, warm=2) for _ in range(blocks)), "note": steps.name}


def images(path, rows):
    """Bytes as numbers in 0 … 1; read once, so that neither reading nor converting counts."""
    if path not in ready:
        x = np.fromfile(path, np.uint8).reshape(rows, *SHAPES["lenet"])
        ready[path] = torch.from_numpy(x.astype(np.float32) / 255)
    return ready[path]


def labels(path):
    return torch.from_numpy(np.fromfile(path, np.int32)).long()


def convEpochs(threads, batch, optimizer, epochs, rows, x, y, testRows, testX, testY):
    """Epochs with shuffling, mean loss and accuracy, in the form that was fastest in the steps of the same network."""
    torch.set_num_threads(threads)
    layout, form = ready[("lenet", batch, optimizer)].name.split(", ")
    training = Training("lenet", optimizer, layout, form)
    x, y = training.placed(images(x, rows)), labels(y)
    start = time.perf_counter()
    for _ in range(epochs):
        order = torch.randperm(rows)
        total, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
        for first in range(0, rows, batch):
            of_batch = order[first : first + batch]
            target = y[of_batch]
            scores, loss = training.step(x[of_batch], target)
            with torch.no_grad():
                total += loss * len(target)
                correct += (scores.argmax(1) == target).sum()
        total.item(), correct.item()
    seconds = time.perf_counter() - start
    with torch.inference_mode():
        found = torch.cat([training.net(part).argmax(1) for part in training.placed(images(testX, testRows)).split(500)])
    return {"seconds": seconds, "accuracy": (found == labels(testY)).double().mean().item()}


class Prediction:
    def __init__(self, x):
        def predictor(layout, chunk):
            net = network("lenet").eval().to(memory_format=FORMATS[layout])
            placed = x.contiguous(memory_format=FORMATS[layout])
            return f"{layout}, {chunk} at once", lambda _: torch.cat([net(part).softmax(1) for part in placed.split(chunk)])

        chunks = [chunk for chunk in (1, 125, 1000, 10000) if chunk <= len(x) and (chunk > 1 or len(x) == 1)]
        forms = [predictor(layout, chunk) for layout in FORMATS for chunk in chunks]
        self.name, self.predict = fastest(forms)


def convPredict(threads, rows, total, x):
    """Probabilities of the first rows, in pieces of the fastest size."""
    torch.set_num_threads(threads)
    with torch.inference_mode():
        key = ("predict", rows)
        if key not in ready:
            ready[key] = Prediction(images(x, total)[:rows])
        return {"seconds": min(block(ready[key].predict, warm=1) for _ in range(2 if rows == 1 else 1)), "note": ready[key].name}

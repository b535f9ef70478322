"""Times whole training steps in PyTorch: forward, loss, backward, optimizer, on data that is already in memory.

The first request of a case tries the loop, foreach and fused forms of the optimizer; later ones use the fastest of them.
"""

import time

import torch

LONGEST_BLOCK = 0.1
ready = {}


def model(sizes, activation):
    parts = []
    for i in range(len(sizes) - 1):
        parts.append(torch.nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            parts.append({"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[activation]())
    return torch.nn.Sequential(*parts)


class Training:
    def __init__(self, sizes, activation, batch, optimizer, steps):
        torch.manual_seed(0)
        net = model(sizes, activation)
        x = torch.rand(64 * batch, sizes[0])
        y = torch.randint(0, sizes[-1], (64 * batch,))
        order = torch.randperm(64 * batch)
        loss_function = torch.nn.CrossEntropyLoss()
        make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]

        def step(i, optimizer):
            rows = order[(i % 64) * batch : (i % 64 + 1) * batch]
            optimizer.zero_grad()
            loss = loss_function(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()

        self.step, self.steps = step, steps
        forms = [make(net.parameters(), lr=1e-3, **extra) for extra in ({"foreach": False}, {"foreach": True}, {"fused": True})]
        self.optimizer = min(forms, key=lambda form: self.time(form, warm=10))

    def time(self, optimizer, warm=3, blocks=2):
        for i in range(warm):
            self.step(i, optimizer)
        best = float("inf")
        for _ in range(blocks):
            start = time.perf_counter()
            done = 0
            # On a busy machine two threads that wait for each other can be a hundred times slower: a block ends all the same.
            while done < self.steps and (done < 5 or time.perf_counter() - start < LONGEST_BLOCK):
                self.step(done, optimizer)
                done += 1
            best = min(best, (time.perf_counter() - start) / done)
        return best


def steps(threads, name, **case):
    torch.set_num_threads(threads)
    key = (threads, name)
    if key not in ready:
        ready[key] = Training(**case)
    return {"seconds": ready[key].time(ready[key].optimizer)}

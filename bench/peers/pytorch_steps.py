"""Times whole training steps in PyTorch: forward, loss, backward, optimizer, on data that is already in memory.

Prints one JSON object: {case: seconds per step}. Usage: pytorch_steps.py THREADS CASES.json
"""

import json
import sys
import time

import torch

threads = int(sys.argv[1])
cases = json.load(open(sys.argv[2]))
torch.set_num_threads(threads)


def model(sizes, activation):
    parts = []
    for i in range(len(sizes) - 1):
        parts.append(torch.nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            parts.append({"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[activation]())
    return torch.nn.Sequential(*parts)


def seconds_per_step(case):
    torch.manual_seed(0)
    sizes, batch = case["sizes"], case["batch"]
    net = model(sizes, case["activation"])
    # foreach and fused forms are tried too: the fastest that PyTorch offers counts.
    optimizers = []
    for extra in ({"foreach": False}, {"foreach": True}, {"fused": True}):
        if case["optimizer"] == "sgd":
            optimizers.append(torch.optim.SGD(net.parameters(), lr=0.01, **extra))
        else:
            optimizers.append(torch.optim.Adam(net.parameters(), lr=1e-3, **extra))
    x = torch.rand(64 * batch, sizes[0])
    y = torch.randint(0, sizes[-1], (64 * batch,))
    order = torch.randperm(64 * batch)
    loss_function = torch.nn.CrossEntropyLoss()

    def step(i, optimizer):
        rows = order[(i % 64) * batch : (i % 64 + 1) * batch]
        optimizer.zero_grad()
        loss = loss_function(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()

    best = float("inf")
    for optimizer in optimizers:
        for i in range(30):
            step(i, optimizer)
        for _ in range(case.get("rounds", 5)):
            start = time.perf_counter()
            for i in range(case["steps"]):
                step(i, optimizer)
            best = min(best, (time.perf_counter() - start) / case["steps"])
    return best


print(json.dumps({case["name"]: seconds_per_step(case) for case in cases}))

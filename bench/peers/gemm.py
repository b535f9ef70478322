"""Seconds of one matrix product, the shortest of several, by NumPy or PyTorch, written into a matrix that is there already."""

import time

import numpy as np


def gemm(library, m, n, k, transA, transB, repeats, blocks):
    rng = np.random.default_rng(0)
    a = rng.uniform(-1, 1, (k, m) if transA else (m, k)).astype(np.float32)
    b = rng.uniform(-1, 1, (n, k) if transB else (k, n)).astype(np.float32)
    a, b = (a.T if transA else a), (b.T if transB else b)
    c = np.zeros((m, n), np.float32)
    if library == "torch":
        import torch

        a, b, c = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(c)
        run = lambda: torch.mm(a, b, out=c)
    else:
        run = lambda: np.matmul(a, b, out=c)
    run()
    best = float("inf")
    for _ in range(blocks):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        best = min(best, (time.perf_counter() - start) / repeats)
    return {"seconds": best}

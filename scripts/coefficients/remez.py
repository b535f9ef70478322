"""Weighted minimax fits by the Remez exchange, with coefficients that are float32 numbers.

Remez (1934); the rounding in stages follows Brisebarre & Chevillard, "Efficient polynomial
L-infinity approximations" (ARITH 2007), in its simplest form: fix one coefficient after the other,
the one that matters most first, and fit the rest again around it.
"""

import struct

from mpmath import mp, mpf

mp.dps = 50

# Points where a fit is judged: dense enough that its error between them does not matter (checked by doubling).
GRID_POINTS = 1200
# The exchange stops when the largest error exceeds the levelled one by less than this share.
LEVELLED = mpf("1e-6")
MAX_EXCHANGES = 60


def float32(x):
    """The nearest float32 number, as an mpf."""
    return mpf(struct.unpack("<f", struct.pack("<f", float(x)))[0])


def chebyshev_grid(low, high, points=GRID_POINTS):
    """Points crowded at both ends of [low, high], where the extremes of a fit crowd too."""
    middle, half = (mpf(low) + high) / 2, (mpf(high) - low) / 2
    return [middle - half * mp.cos(mp.pi * (i + mpf(1) / 2) / points) for i in range(points)]


def _solve(targets, columns, weights, chosen):
    """Coefficients and levelled error E with sum c_i phi_i + (-1)^k E / w = target at the chosen points."""
    size = len(chosen)
    matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
    for k, point in enumerate(chosen):
        for i, column in enumerate(columns):
            matrix[k, i] = column[point]
        matrix[k, size - 1] = (-1) ** k / weights[point]
        right[k] = targets[point]
    solution = mp.lu_solve(matrix, right)
    return [solution[i] for i in range(size - 1)], solution[size - 1]


def _extremes(errors, wanted):
    """Indices of `wanted` extremes of alternating sign, the largest of each run of equal sign."""
    runs = []
    for i, error in enumerate(errors):
        if runs and (errors[runs[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[runs[-1]]):
                runs[-1] = i
        else:
            runs.append(i)
    while len(runs) > wanted:
        least = min(range(len(runs)), key=lambda k: abs(errors[runs[k]]))
        if 0 < least < len(runs) - 1 and len(runs) - wanted > 1:
            # Without it its neighbours, of equal sign, are one run.
            left, right = runs[least - 1], runs[least + 1]
            runs[least - 1 : least + 2] = [left if abs(errors[left]) > abs(errors[right]) else right]
        else:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
    return runs


def fit(targets, columns, weights):
    """Coefficients c that make max |w (target - sum c_i phi_i)| least over the grid, and that maximum."""
    unknowns, points = len(columns), len(targets)
    size = unknowns + 1
    chosen = [int(mp.nint((points - 1) * (1 - mp.cos(mp.pi * k / unknowns)) / 2)) for k in range(size)]
    for _ in range(MAX_EXCHANGES):
        coefficients, level = _solve(targets, columns, weights, chosen)
        errors = [
            weights[p] * (targets[p] - sum(c * column[p] for c, column in zip(coefficients, columns)))
            for p in range(points)
        ]
        largest = max(abs(e) for e in errors)
        extremes = _extremes(errors, size)
        if len(extremes) < size or largest <= abs(level) * (1 + LEVELLED):
            break
        chosen = extremes
    return coefficients, largest


def fit_float32(function, weight, basis, low, high):
    """Float32 coefficients of sum c_i basis_i(x) for `function` on [low, high], and the largest weighted error.

    Coefficients are fixed in the order of `basis`, which therefore starts with the term that matters most.
    """
    grid = chebyshev_grid(low, high)
    targets = [function(x) for x in grid]
    weights = [abs(weight(x)) for x in grid]
    columns = [[phi(x) for x in grid] for phi in basis]
    fixed = []
    while columns:
        # The remaining basis is its first term times 1, x, x^2, …: where that term is negative, so is the weight, or
        # errors would not alternate across 0.
        signed = [w if phi > 0 else -w for w, phi in zip(weights, columns[0])]
        coefficients, _ = fit(targets, columns, signed)
        first = float32(coefficients[0])
        fixed.append(first)
        targets = [t - first * phi for t, phi in zip(targets, columns[0])]
        columns = columns[1:]
    return fixed, max(abs(w * t) for w, t in zip(weights, targets))

"""Convolutions and pooling over images in hundreds of shapes: outputs and all gradients, as sketches.

Inputs, weights and targets come from a hash of a counter that the tests compute too, so the fixture holds no arrays. Of each
result it holds a count sketch (Charikar, Chen, Farach-Colton 2002): every element is added, with a sign, to one of BINS sums,
so that no element can be wrong unseen, and the size of the rounding errors that float32 may leave in a bin.
"""

import itertools

import numpy as np
import torch
import torch.nn.functional as F

BINS = 5
BIN_DIGITS = 9
SIZE_DIGITS = 3
# Streams of the hash; case k uses 8 k + these.
X, KERNEL, BIAS, TARGET = range(4)
SKETCH = 2**31
EPSILON = 2.0**-24
# relu and the largest of a window jump where float32 may decide otherwise: no case comes closer than this many roundings.
CLEARANCE = 16
# Multiplications of a case, 16 images at least: keeps the slowest kernels to milliseconds.
MOST_WORK = 1e6


def hashes(stream, count):
    """uint32 of (stream, 0 … count − 1); the constants are those of Wellons's lowbias32."""
    with np.errstate(over="ignore"):
        h = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(stream) * np.uint32(0x85EBCA77)
        for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
            h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
        return h ^ (h >> np.uint32(16))


def numbers(stream, shape, exponent=0):
    """float32 numbers in ±2^−exponent."""
    values = (hashes(stream, int(np.prod(shape))) >> np.uint32(8)).astype(np.float64) / 2**23 - 1
    return torch.tensor((values * 2.0**-exponent).reshape(shape))


def rounded(value, digits):
    return float(f"{float(value):.{digits}g}")


def sketch(result, variance):
    """Signed sums of the elements in BINS bins; last the size of their roundings, from the variance of each in units of EPSILON²."""
    values = result.detach().numpy().ravel()
    keys = hashes(SKETCH, values.size)
    signed = np.where(keys & np.uint32(1), -values, values)
    bins = np.bincount((keys >> np.uint32(1)) % np.uint32(BINS), weights=signed, minlength=BINS)
    return [rounded(b, BIN_DIGITS) for b in bins] + [rounded(variance.sum().sqrt(), SIZE_DIGITS)]


def slide(size, reach, stride, padding):
    """Output size and padding before and after, by TensorFlow's rule for 'same'."""
    if padding == "valid":
        return (size - reach) // stride + 1, 0, 0
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + reach - size)
    return out, total // 2, total - total // 2


def pads(shape, window, strides, dilation, padding):
    """As F.pad takes them: left, right, top, bottom."""
    sides = [slide(shape[1 + i], (window[i] - 1) * dilation[i] + 1, strides[i], padding)[1:] for i in (0, 1)]
    return (*sides[1], *sides[0])


def images(x):
    return x.permute(0, 3, 1, 2)


def convolve(x, kernel, case):
    """x [N, H, W, C], kernel [h, w, C / groups, filters] → [N, H, W, filters]."""
    conv = case["conv"]
    around = pads(x.shape, kernel.shape, conv["strides"], conv["dilationRate"], conv["padding"])
    y = F.conv2d(
        F.pad(images(x), around),
        kernel.permute(3, 2, 0, 1).contiguous(),
        stride=conv["strides"],
        dilation=conv["dilationRate"],
        groups=conv["groups"],
    )
    return y.permute(0, 2, 3, 1)


def pool(x, case):
    layer = case["pool"]
    if layer["type"] == "globalAveragePool2d":
        return F.adaptive_avg_pool2d(images(x), 1).permute(0, 2, 3, 1)
    size, strides = layer["poolSize"], layer["strides"]
    around = pads(x.shape, size, strides, (1, 1), layer["padding"])
    if layer["type"] == "maxPool2d":
        y = F.max_pool2d(F.pad(images(x), around, value=-torch.inf), size, strides)
    else:
        # What lies outside the image does not count, as in Keras.
        sums = F.avg_pool2d(F.pad(images(x), around), size, strides, divisor_override=1)
        inside = F.pad(torch.ones_like(images(x)), around)
        y = sums / F.avg_pool2d(inside, size, strides, divisor_override=1)
    return y.permute(0, 2, 3, 1)


def unclear(z, case, error):
    """True if relu or the choice of a largest element could turn out otherwise in float32."""
    if case.get("conv", {}).get("activation") == "relu":
        if (z.abs() < CLEARANCE * EPSILON * error).any():
            return True
        z = z.relu()
    layer = case.get("pool", {"type": "none"})
    if layer["type"] != "maxPool2d":
        return False
    size, strides = layer["poolSize"], layer["strides"]
    around = pads(z.shape, size, strides, (1, 1), layer["padding"])
    windows = F.pad(images(z), around, value=-1e9).unfold(2, size[0], strides[0]).unfold(3, size[1], strides[1])
    windows = windows.flatten(4)
    if windows.shape[4] < 2:
        return False
    first, second = windows.topk(2, dim=4).values.unbind(4)
    # Among zeros that relu left it does not matter.
    return bool(((first - second < CLEARANCE * EPSILON * error.max()) & ((first != 0) | (second != 0))).any())


def backward(function, at, gradient):
    """gradient times the derivative of function at `at`."""
    at = at.detach().requires_grad_()
    return torch.autograd.grad(function(at), at, gradient)[0]


def results(case, stream):
    """Sketches of y and of the gradients of the mean squared error, or None if these numbers are unclear."""
    shape, conv = case["input"], case.get("conv")
    x = numbers(8 * stream + X, shape).requires_grad_()
    leaves, z, error = {"dx": x}, x, torch.zeros(shape)
    if conv:
        fan = int(np.prod(conv["kernelSize"])) * shape[3] // conv["groups"]
        exponent = next(e for e in itertools.count() if 4**e >= fan)
        kernel_shape = [*conv["kernelSize"], shape[3] // conv["groups"], conv["filters"]]
        kernel = numbers(8 * stream + KERNEL, kernel_shape, exponent).requires_grad_()
        leaves["dw"] = kernel
        z = convolve(x, kernel, case)
        # A sum's roundings grow with the sum of absolute products.
        error = convolve(x.detach().abs(), kernel.detach().abs(), case)
        if conv["useBias"]:
            bias = numbers(8 * stream + BIAS, [conv["filters"]]).requires_grad_()
            leaves["db"] = bias
            z, error = z + bias, error + bias.detach().abs()
    if unclear(z.detach(), case, error) or not z.detach().relu().any():
        return None
    activation = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}.get(conv and conv["activation"])
    after = activation(z) if activation else z
    y = pool(after, case) if "pool" in case else after
    target = numbers(8 * stream + TARGET, y.shape)
    loss = F.mse_loss(y, target)
    if conv:
        z.retain_grad()
    loss.backward()

    # Variances of roundings: those of y, then of δ = ∂L/∂z, then what a gradient inherits from δ and adds by itself.
    per_output = 2 / y.numel()
    if "pool" in case:
        of_y = pool(error, case) ** 2 + pool(after.detach().abs(), case) ** 2
    else:
        of_y = error**2 + y.detach() ** 2
    of_loss = per_output**2 * (of_y + target**2)
    delta = after.grad if not conv else z.grad
    of_delta = of_loss if "pool" not in case else backward(lambda a: pool(a, case), torch.ones_like(after), of_loss)
    if not conv:
        variances = {"dx": of_delta + x.grad**2}
    else:
        of_delta = of_delta + (delta * error) ** 2
        square = {name: leaf.detach() ** 2 for name, leaf in leaves.items()}
        size = {name: leaf.detach().abs() for name, leaf in leaves.items()}
        by_x = lambda k: lambda a: convolve(a, k, case)
        by_kernel = lambda a: lambda k: convolve(a, k, case)
        variances = {
            "dx": backward(by_x(square["dw"]), x, of_delta) + backward(by_x(size["dw"]), x, delta.abs()) ** 2,
            "dw": backward(by_kernel(square["dx"]), kernel, of_delta) + backward(by_kernel(size["dx"]), kernel, delta.abs()) ** 2,
            "db": of_delta.sum((0, 1, 2)) + delta.abs().sum((0, 1, 2)) ** 2,
        }
    return {"y": sketch(y, of_y), **{name: sketch(leaf.grad, variances[name]) for name, leaf in leaves.items()}}


def pick(rng, values):
    return values[rng.integers(len(values))]


def convolution(rng, i):
    """Case i: kernel sizes, strides, dilations and paddings in turn, the rest drawn until the work is small enough."""
    while True:
        kernel = [1 + i % 7, 1 + (i % 7 if i % 3 == 0 else int(rng.integers(7)))]
        strides = [1 + i // 7 % 3, 1 + int(rng.integers(3))]
        dilation = [1 + i // 21 % 3, 1 + int(rng.integers(3))]
        groups = pick(rng, [1, 1, 1, 2, 3, 5])
        inputs, filters = (max(1, round(70.4 ** rng.random() / groups)) for _ in range(2))
        channels, filters = groups * inputs, groups * filters
        if i % 6 == 5:  # depthwise, with one or several filters a channel
            groups = channels
            filters = channels * pick(rng, [1, 1, 2])
        padding = ["valid", "same"][i // 63 % 2 if i < 126 else int(rng.integers(2))]
        reach = [(kernel[j] - 1) * dilation[j] + 1 for j in (0, 1)]
        least = 1 if padding == "same" else 0
        sides = [max(least, reach[j] if padding == "valid" else 1) + int(rng.integers(12)) for j in (0, 1)]
        batch = pick(rng, [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, int(rng.integers(1, 34))])
        out = [slide(sides[j], reach[j], strides[j], padding)[0] for j in (0, 1)]
        work = -(-batch // 16) * 16 * out[0] * out[1] * kernel[0] * kernel[1] * (channels // groups) * filters
        if max(channels, filters) > 70 or work > MOST_WORK * (4 if channels >= 48 else 1):
            continue
        case = {"input": [batch, *sides, channels]}
        case["conv"] = layer_of(i, filters, kernel, strides, dilation, groups, padding)
        # With wide dilation it happens that no tap of any window lies inside the image.
        ones = [torch.ones(shape) for shape in (case["input"], [*kernel, channels // groups, filters])]
        if convolve(*ones, case).any():
            return case


def layer_of(i, filters, kernel, strides, dilation, groups, padding):
    return {
        "filters": filters,
        "kernelSize": kernel,
        "strides": strides,
        "dilationRate": dilation,
        "groups": groups,
        "padding": padding,
        "activation": ["linear", "relu", "linear", "tanh", "sigmoid"][i % 5],
        "useBias": i % 4 != 3,
    }


def pooling(rng, kind, shape):
    if kind == "globalAveragePool2d":
        return {"type": kind}
    padding = pick(rng, ["valid", "same"])
    most = [shape[j] if padding == "valid" else shape[j] + 2 for j in (1, 2)]
    size = [int(rng.integers(1, min(5, side) + 1)) for side in most]
    return {"type": kind, "poolSize": size, "strides": [int(rng.integers(1, 4)) for _ in size], "padding": padding}


KINDS = ["maxPool2d", "averagePool2d", "globalAveragePool2d"]


def pool_alone(rng, i):
    shape = [int(rng.integers(1, 34)), int(rng.integers(1, 12)), int(rng.integers(1, 12)), int(70 ** rng.random())]
    return {"input": shape, "pool": pooling(rng, KINDS[i % 3], shape)}


def conv_and_pool(rng, i):
    """A convolution and pooling in a row, as networks have them: most with ordinary windows of 2 × 2."""
    while True:
        case = convolution(rng, i)
        layer = case["conv"]
        kernel = torch.zeros([*layer["kernelSize"], case["input"][3] // layer["groups"], layer["filters"]])
        shape = convolve(torch.zeros(case["input"]), kernel, case).shape
        if min(shape[1:3]) < 2 or shape[1] * shape[2] < 9:
            continue
        layer["activation"] = ["relu", "linear"][i % 2]
        plain = {"type": KINDS[i // 2 % 2], "poolSize": [2, 2], "strides": [2, 2], "padding": "valid"}
        case["pool"] = plain if i % 4 else pooling(rng, KINDS[i // 4 % 3], shape)
        return case


def many_channels(rng, i):
    """3 × 3, a step at a time, over channels enough for Winograd's tiles; every third with pooling in a row."""
    while True:
        channels, filters = (int(8 * (70 / 8) ** rng.random()) for _ in range(2))
        padding = ["valid", "same"][i % 2]
        sides = [int(rng.integers(3 if padding == "valid" else 1, 12)) for _ in range(2)]
        batch = pick(rng, [1, 3, 16, 17, 33, int(rng.integers(1, 34))])
        out = [slide(side, 3, 1, padding)[0] for side in sides]
        if -(-batch // 16) * 16 * out[0] * out[1] * 9 * channels * filters > 8 * MOST_WORK:
            continue
        case = {"input": [batch, *sides, channels]}
        case["conv"] = layer_of(i, filters, [3, 3], [1, 1], [1, 1], 1, padding)
        if i % 3 == 0 and min(out) >= 2:
            case["conv"]["activation"] = ["relu", "linear"][i // 3 % 2]
            case["pool"] = {"type": "maxPool2d", "poolSize": [2, 2], "strides": [2, 2], "padding": "valid"}
        return case


def fixture():
    rng = np.random.default_rng(2026)
    cases = [convolution(rng, i) for i in range(320)]
    cases += [pool_alone(rng, i) for i in range(60)]
    cases += [conv_and_pool(rng, i) for i in range(48)]
    cases += [many_channels(rng, i) for i in range(60)]
    stream = 0
    for case in cases:
        found = None
        while found is None:
            stream += 1
            found = results(case, stream)
        case.update(stream=stream, **found)
    return {"bins": BINS, "cases": cases}

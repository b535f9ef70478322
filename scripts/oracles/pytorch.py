"""PyTorch networks: their state_dict as safetensors, and their outputs; and files of steepest.

PyTorch reads the files. Each case has a network of PyTorch and the description of the same one of
steepest. Images are [height, width, channels] in the fixture, as steepest takes them.
"""

import base64
import json
import subprocess
import tempfile
from collections import OrderedDict
from pathlib import Path

import safetensors.torch
import torch
from common import expected
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
ROWS = 3
# Weights of a network of steepest under PyTorch's names, as a file.
PROGRAM = """
import { readFileSync, writeFileSync } from 'node:fs';
import { data, sequential } from 'steepest';
const { config, names, path } = JSON.parse(readFileSync(0, 'utf8'));
const model = sequential(config);
let at = 0;
const drawn = (name) => () => (name.endsWith('Variance') ? 1 : 0) + Math.sin(1 + ++at * at * 0.37) / 3;
model.setWeights(Object.fromEntries(Object.entries(model.getWeights({})).map(([name, { data: values, shape }]) =>
  [name, { data: values.map(drawn(name)), shape }])));
await data.writeSafetensors(path, model.getWeights({ layout: 'pytorch', ...(names ? { names } : {}) }));
"""


def dense(units, activation="linear", **more):
    return {"type": "dense", "units": units, "activation": activation, **more}


def conv(filters, size, activation="linear", **more):
    return {"type": "conv2d", "filters": filters, "kernelSize": size, "activation": activation, **more}


NORM = {"epsilon": 1e-5}
BATCH = {"type": "batchNorm", **NORM}
LAYER = {"type": "layerNorm", **NORM}
FLATTEN = {"type": "flatten"}


class Named(nn.Module):
    """Attributes whose names do not say their order, in the way of most programs."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.stem_bn = nn.BatchNorm2d(4)
        self.block = nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 2 * 3, 5)

    def forward(self, x):
        x = torch.relu(self.stem_bn(self.stem(x)))
        x = torch.relu(self.bn(self.block(x)))
        return self.head(nn.functional.max_pool2d(x, 2).flatten(1))


class Numbered(nn.Module):
    """Lists of equal layers, of which there are more than ten."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(12))
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.out(x)


def cases():
    """name, network, steepest's layers, shape of a sample, names"""
    yield "linear", nn.Linear(5, 3), [dense(3)], [5], {"dense_1": ""}
    yield (
        "perceptron",
        nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 3, bias=False), nn.Softmax(1)),
        [dense(8, "relu"), {"type": "dropout", "rate": 0.5}, dense(4, "tanh"), dense(3, "softmax", useBias=False)],
        [6],
        None,
    )
    yield (
        "attributes",
        nn.Sequential(OrderedDict(fc1=nn.Linear(7, 6), act=nn.GELU(), fc2=nn.Linear(6, 6), act2=nn.GELU(), fc3=nn.Linear(6, 6), out=nn.Linear(6, 1))),
        [dense(6, "gelu"), dense(6, "gelu"), dense(6), dense(1)],
        [7],
        {"dense_1": "fc1", "dense_2": "fc2", "dense_3": "fc3", "dense_4": "out"},
    )
    yield (
        "norms of rows",
        nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.PReLU(6), nn.Linear(6, 6), nn.LayerNorm(6), nn.SiLU(), nn.Linear(6, 2)),
        [dense(6), BATCH, {"type": "prelu"}, dense(6), LAYER, {"type": "activation", "activation": "silu"}, dense(2)],
        [5],
        None,
    )
    yield (
        "cnn",
        nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 3 * 4, 10), nn.Softmax(1)
        ),
        [conv(4, 3, "relu"), {"type": "maxPool2d", "poolSize": 2}, conv(6, 3, "relu", padding="same"), FLATTEN, dense(10, "softmax")],
        [8, 10, 1],
        None,
    )
    yield (
        "norms of images",
        nn.Sequential(
            nn.Conv2d(3, 4, (2, 3), bias=False), nn.BatchNorm2d(4), nn.PReLU(), nn.Conv2d(4, 8, 2, groups=4), nn.BatchNorm2d(8, affine=False),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3),
        ),
        [
            conv(4, [2, 3], useBias=False), BATCH, {"type": "prelu"}, conv(8, 2, groups=4), {**BATCH, "center": False, "scale": False},
            {"type": "globalAveragePool2d"}, dense(3),
        ],
        [5, 6, 3],
        None,
    )
    yield (
        "norms of flattened images",
        nn.Sequential(nn.Conv2d(2, 3, 2), nn.Flatten(), nn.BatchNorm1d(3 * 3 * 2), nn.PReLU(3 * 3 * 2), nn.Linear(3 * 3 * 2, 4), nn.LeakyReLU(0.2)),
        [conv(3, 2), FLATTEN, BATCH, {"type": "prelu"}, dense(4, {"name": "leakyRelu", "alpha": 0.2})],
        [4, 3, 2],
        None,
    )
    yield (
        "images of rows",
        nn.Sequential(nn.Linear(4, 3 * 2 * 4), nn.ReLU(), nn.LayerNorm(24), nn.Unflatten(1, (3, 2, 4)), nn.Conv2d(3, 2, 2)),
        [dense(24, "relu"), LAYER, {"type": "reshape", "targetShape": [2, 4, 3]}, conv(2, 2)],
        [4],
        None,
    )
    yield (
        "strides and dilation",
        nn.Sequential(nn.Conv2d(2, 4, 3, stride=2), nn.ELU(), nn.Conv2d(4, 4, 2, dilation=2, groups=4), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(4, 2), nn.Sigmoid()),
        [
            conv(4, 3, "elu", strides=2), conv(4, 2, dilationRate=2, groups=4), {"type": "averagePool2d", "poolSize": 2}, FLATTEN, dense(2, "sigmoid"),
        ],
        [9, 9, 2],
        None,
    )
    yield (
        "a class",
        Named(),
        [
            conv(4, 3, padding="same"), {**BATCH}, {"type": "activation", "activation": "relu"}, conv(4, 3, padding="same", groups=2, useBias=False), {**BATCH},
            {"type": "activation", "activation": "relu"}, {"type": "maxPool2d", "poolSize": 2}, FLATTEN, dense(5),
        ],
        [4, 6, 3],
        {"conv2d_1": "stem", "batchNorm_1": "stem_bn", "conv2d_2": "block", "batchNorm_2": "bn", "dense_1": "head"},
    )
    yield (
        "a long list",
        Numbered(),
        [*[dense(4, "tanh") for _ in range(12)], dense(2)],
        [4],
        {**{f"dense_{i + 1}": f"layers.{i}" for i in range(12)}, "dense_13": "out"},
    )
    yield (
        "an image as rows",
        nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 2)),
        [FLATTEN, dense(5, "relu"), dense(2)],
        [2, 2, 3],
        None,
    )


def randomised(network, generator):
    """Numbers of a trained network in all arrays, moving ones included."""
    with torch.no_grad():
        for name, array in network.state_dict().items():
            if array.is_floating_point():
                values = torch.rand(array.shape, generator=generator) - 0.5
                array.copy_(values.abs() + 0.3 if name.endswith("running_var") else values)
    return network.float().eval()


def outputs(network, x, shape):
    """Of samples in steepest's order, back in that order."""
    x = x.double()
    if len(shape) == 3:
        x = x.reshape(-1, *shape).permute(0, 3, 1, 2)
    with torch.no_grad():
        y = network.double()(x)
    if y.dim() == 4:
        y = y.permute(0, 2, 3, 1)
    return expected(y.reshape(len(y), -1))


def read_back(network, config, names):
    """What steepest writes, in a strict load_state_dict."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        given = json.dumps({"config": config, "names": names, "path": str(path)})
        subprocess.run(["node", "--input-type=module", "-e", PROGRAM], input=given, text=True, check=True, cwd=ROOT)
        written = path.read_bytes()
    state = safetensors.torch.load(written)
    for name, module in network.named_modules():
        # steepest writes a slope for each channel.
        if isinstance(module, nn.PReLU):
            module.weight = nn.Parameter(torch.empty_like(state[f"{name}.weight"]))
    network.load_state_dict(state)
    return base64.b64encode(written).decode()


def fixture():
    generator = torch.Generator().manual_seed(7)
    result = []
    for name, network, layers, shape, names in cases():
        config = {"seed": 1, "layers": [{**layers[0], "inputShape": shape}, *layers[1:]]}
        size = 1
        for side in shape:
            size *= side
        x = (torch.rand(ROWS, size, generator=generator) * 2 - 1).float()
        # Two in every four cases in other precisions: their numbers are exact in float32.
        kind = [torch.float32, torch.float16, torch.float64, torch.bfloat16][len(result) % 4]
        network = randomised(network, generator).to(kind)
        state = {key: value.contiguous() for key, value in network.state_dict().items()}
        case = {"name": name, "config": config, "names": names, "dtype": str(kind)}
        case["state"] = base64.b64encode(safetensors.torch.save(state)).decode()
        case["x"] = expected(x)
        if kind == torch.float64:
            # steepest rounds weights to float32.
            network = network.float()
        case["y"] = outputs(network, x, shape)
        network.float()
        case["written"] = read_back(network, config, names)
        case["yOfWritten"] = outputs(network, x, shape)
        result.append(case)
    return {"cases": result}

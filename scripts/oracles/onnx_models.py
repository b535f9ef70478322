"""ONNX files of other programs, with inputs and the outputs that the programs themselves give."""

import base64
import io
import logging
import os
import tempfile
import warnings

os.environ["KERAS_BACKEND"] = "torch"

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from common import expected, inputs

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
# Files are made in float32.
torch.set_default_dtype(torch.float32)

ROWS = 3


def pytorch_models():
    """Module, shape of a sample."""
    activations = [nn.GELU(), nn.SiLU(), nn.Mish(), nn.Hardswish(), nn.Hardsigmoid(), nn.Softplus(), nn.ReLU6()]
    more = [nn.SELU(), nn.ELU(0.5), nn.CELU(0.7), nn.LeakyReLU(0.1), nn.Softsign(), nn.Tanh(), nn.Sigmoid()]
    dense = [layer for f in activations for layer in (nn.Linear(3, 3), f)]
    return {
        "mlp": (nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Dropout(0.3), nn.Linear(4, 3), nn.Softmax(-1)), (5,)),
        "activations": (nn.Sequential(*dense, nn.Linear(3, 3, bias=False), *more, nn.PReLU(3)), (3,)),
        "cnn": (
            nn.Sequential(
                nn.Conv2d(2, 4, 3, padding=1),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(4, 4, 3, padding="same", dilation=2, groups=2),
                nn.PReLU(4),
                nn.AvgPool2d(2),
                nn.Flatten(),
                nn.BatchNorm1d(16),
                nn.Linear(16, 3),
                nn.Softmax(1),
            ),
            (2, 8, 8),
        ),
        "pooled": (
            nn.Sequential(
                nn.Conv2d(1, 3, (3, 2), stride=(2, 1)),
                nn.PReLU(),
                nn.BatchNorm2d(3),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.LayerNorm(3),
                nn.Linear(3, 1),
                nn.Sigmoid(),
            ),
            (1, 9, 6),
        ),
        "unflattened": (
            nn.Sequential(nn.Unflatten(1, (1, 4, 5)), nn.Conv2d(1, 2, 2), nn.Flatten(), nn.Linear(24, 2)),
            (20,),
        ),
    }


def randomize(net, rng):
    with torch.no_grad():
        for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
            if not tensor.is_floating_point():
                continue
            low, high = (0.5, 2) if name.endswith("running_var") else (-0.7, 0.7)
            tensor.copy_(torch.from_numpy(rng.uniform(low, high, tensor.shape).astype(np.float32)))


def torch_export(net, x, exporter, **more):
    file = io.BytesIO()
    if exporter == "dynamo":
        rows = torch.export.Dim("rows")
        program = torch.onnx.export(net, (x,), dynamo=True, dynamic_shapes=({0: rows},), verbose=False, **more)
        return without_traces(program.model_proto)
    torch.onnx.export(net, (x,), file, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "rows"}}, **more)
    return without_traces(onnx.load_from_string(file.getvalue()))


def without_traces(model):
    """Leaves out what the exporter tells about its own run: paths of this machine."""
    for message in [model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        message.ClearField("doc_string")
        del message.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.value_info[:]
    return model


def case(model, x, y, layout="last"):
    """`x` in the layout in which steepest takes it."""
    raw = model.SerializeToString(deterministic=True)
    x = np.asarray(x, dtype=np.float32)
    if layout == "first" and x.ndim == 4:
        x = x.transpose(0, 2, 3, 1)
    y = np.asarray(y, dtype=np.float64)
    return {
        "file": base64.b64encode(raw).decode(),
        "shape": list(x.shape),
        "x": inputs(x.ravel()),
        "y": expected(y.ravel()),
        "outputs": list(y.shape),
    }


def pytorch_cases():
    rng = np.random.default_rng(1)
    cases = {}
    for name, (net, shape) in pytorch_models().items():
        randomize(net, rng)
        net.eval()
        x = torch.from_numpy(rng.normal(0, 1, (ROWS, *shape)).astype(np.float32))
        exact = net.double()(x.double()).detach().numpy()
        net.float()
        # The older exporter computes the shape of nn.Unflatten in the graph.
        for exporter in ["dynamo"] if name == "unflattened" else ["script", "dynamo"]:
            cases[f"pytorch {name} {exporter}"] = case(torch_export(net, x, exporter), x, exact, "first")
        if name in ("activations", "pooled"):
            old = torch_export(net, x, "script", opset_version=12)
            cases[f"pytorch {name} opset 12"] = case(old, x, exact, "first")
    return cases


def keras_cases():
    import keras
    from keras import layers

    rng = np.random.default_rng(2)
    images = keras.Sequential(
        [
            keras.Input((7, 8, 2)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(2),
            layers.Activation("silu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    rows = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(4, activation="gelu"),
            layers.Dense(4, activation="elu"),
            layers.BatchNormalization(),
            layers.Dense(2),
        ]
    )
    cases = {}
    for name, model, high in [("cnn", images, 255), ("mlp", rows, 1)]:
        for weight in model.weights:
            low = 0.5 if "variance" in weight.path else -0.5
            weight.assign(rng.uniform(low, low + 1.2, weight.shape).astype(np.float32))
        x = rng.uniform(0, high, (ROWS, *model.input_shape[1:])).astype(np.float32)
        y = model(x, training=False).detach().cpu().numpy()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, f"{name}.onnx")
            model.export(path, format="onnx", verbose=False)
            cases[f"keras {name}"] = case(without_traces(onnx.load(path)), x, y)
    return cases


def sklearn_graph(model, inputs_count):
    """The nodes that skl2onnx 1.19 writes for a multi-layer perceptron."""
    nodes, constants, value = [], [], "cast_input"
    nodes.append(helper.make_node("Cast", ["X"], [value], "Cast", to=TensorProto.FLOAT))
    operators = {"relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid", "softmax": "Softmax", "identity": "Identity"}
    for i, (coefs, intercepts) in enumerate(zip(model.coefs_, model.intercepts_)):
        names = [f"{part}{i or ''}" for part in ("coefficient", "intercepts", "mul_result", "add_result", "next")]
        constants.append(numpy_helper.from_array(coefs.astype(np.float32), names[0]))
        constants.append(numpy_helper.from_array(intercepts.astype(np.float32).reshape(1, -1), names[1]))
        nodes.append(helper.make_node("MatMul", [value, names[0]], [names[2]], f"MatMul{i}"))
        nodes.append(helper.make_node("Add", [names[2], names[1]], [names[3]], f"Add{i}"))
        name = model.out_activation_ if i == len(model.coefs_) - 1 else model.activation
        nodes.append(helper.make_node(operators[name], [names[3]], [names[4]], f"{operators[name]}{i}"))
        value = names[4]
    constants.append(numpy_helper.from_array(np.array([-1]), "shape_tensor"))
    if not hasattr(model, "classes_"):
        constants.append(numpy_helper.from_array(np.array([-1, 1]), "shape_column"))
        nodes.append(helper.make_node("Reshape", [value, "shape_column"], ["variable"], "Reshape"))
        outputs = [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])]
    else:
        outputs = sklearn_head(model, nodes, constants, value)
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, inputs_count])
    graph = helper.make_graph(nodes, "sklearn", [x], outputs, constants)
    opsets = [helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("", 19)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="skl2onnx")


def sklearn_head(model, nodes, constants, value):
    """Labels, and a list of maps with the probabilities."""
    is_text = model.classes_.dtype.kind == "U"
    if len(model.classes_) == 2:
        constants.append(helper.make_tensor("unity", TensorProto.FLOAT, [], [1]))
        nodes.append(helper.make_node("Sub", ["unity", value], ["negative_class_proba"], "Sub"))
        nodes.append(helper.make_node("Concat", ["negative_class_proba", value], ["probabilities"], "Concat", axis=1))
    else:
        nodes.append(helper.make_node("Identity", [value], ["probabilities"], "Identity"))
    kind = TensorProto.STRING if is_text else TensorProto.INT32
    classes = [c.encode() for c in model.classes_] if is_text else model.classes_.astype(np.int32).tolist()
    constants.append(helper.make_tensor("classes", kind, [len(classes)], classes))
    nodes.append(helper.make_node("ArgMax", ["probabilities"], ["argmax_output"], "ArgMax", axis=1))
    extract = ["classes", "argmax_output"], ["array_feature_extractor_result"]
    nodes.append(helper.make_node("ArrayFeatureExtractor", *extract, "Extract", domain="ai.onnx.ml"))
    shaped = "output_label" if is_text else "reshaped_result"
    nodes.append(helper.make_node("Reshape", ["array_feature_extractor_result", "shape_tensor"], [shaped], "Reshape"))
    if not is_text:
        nodes.append(helper.make_node("Cast", [shaped], ["output_label"], "Cast1", to=TensorProto.INT64))
    labels = {"classlabels_strings": model.classes_.tolist()} if is_text else {"classlabels_int64s": classes}
    zipped = ["probabilities"], ["output_probability"]
    nodes.append(helper.make_node("ZipMap", *zipped, "ZipMap", domain="ai.onnx.ml", **labels))
    element = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    maps = helper.make_map_type_proto(TensorProto.STRING if is_text else TensorProto.INT64, element)
    return [
        helper.make_tensor_value_info("output_label", TensorProto.STRING if is_text else TensorProto.INT64, [None]),
        helper.make_value_info("output_probability", helper.make_sequence_type_proto(maps)),
    ]


def sklearn_cases():
    from sklearn.datasets import load_diabetes, load_iris
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    iris, diabetes = load_iris(), load_diabetes()
    names = iris.target_names[iris.target]
    two = iris.target < 2
    options = {"hidden_layer_sizes": (4, 3), "max_iter": 30, "random_state": 0}
    made = {
        "sklearn three names": (MLPClassifier(activation="tanh", **options).fit(iris.data, names), iris.data),
        "sklearn three numbers": (MLPClassifier(**options).fit(iris.data, iris.target), iris.data),
        "sklearn two names": (MLPClassifier(activation="logistic", **options).fit(iris.data[two], names[two]), iris.data),
        "sklearn regressor": (MLPRegressor(**options).fit(diabetes.data, diabetes.target), diabetes.data),
    }
    cases = {}
    for name, (model, data) in made.items():
        x = data[:: len(data) // ROWS][:ROWS].astype(np.float32)
        y = model.predict_proba(x) if hasattr(model, "classes_") else model.predict(x).reshape(-1, 1)
        # Of two classes, a network gives the probability of the second.
        y = y[:, 1:] if name == "sklearn two names" else y
        file = sklearn_graph(model, data.shape[1])
        onnx.checker.check_model(file)
        cases[name] = case(file, x, y)
        if "names" in name:
            cases[name]["labels"] = model.predict(x).tolist()
    return cases


def fixture():
    return {**pytorch_cases(), **keras_cases(), **sklearn_cases()}

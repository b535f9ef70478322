"""Small ONNX files of the onnx package: tensors of every type, stored in both ways, and attributes."""

import base64

import numpy as np
from onnx import TensorProto, helper, numpy_helper

# Values at the edges of each type, all of them numbers that a float64 holds, or texts of digits.
VALUES = {
    TensorProto.FLOAT: [0.1, -0.0, 3e38, 1e-45],
    TensorProto.DOUBLE: [0.1, -1e300, 5e-324, 2.0],
    TensorProto.FLOAT16: [0.1, -65504, 6e-8, 1.0],
    TensorProto.BFLOAT16: [0.1, -3e38, 1e-40, 1.0],
    TensorProto.INT8: [-128, 127, 0, -1],
    TensorProto.INT16: [-32768, 32767, 0, -1],
    TensorProto.INT32: [-(2**31), 2**31 - 1, 0, -1],
    TensorProto.INT64: [-(2**63), 2**63 - 1, 0, -1],
    TensorProto.UINT8: [0, 255, 1, 128],
    TensorProto.UINT16: [0, 65535, 1, 128],
    TensorProto.UINT32: [0, 2**32 - 1, 1, 128],
    TensorProto.UINT64: [0, 2**64 - 1, 1, 128],
    TensorProto.BOOL: [0, 1, 1, 0],
    TensorProto.STRING: ["", "é", "a b", "😀"],
}


def stored(kind):
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    values = np.array(VALUES[kind], dtype=object if kind == TensorProto.STRING else dtype).reshape(2, 2)
    if kind == TensorProto.STRING:
        return [helper.make_tensor("typed", kind, [2, 2], [text.encode() for text in VALUES[kind]])], VALUES[kind]
    typed = helper.make_tensor("typed", kind, [2, 2], values.ravel().tolist())
    raw = helper.make_tensor("raw", kind, [2, 2], values.tobytes(), raw=True)
    read = [numpy_helper.to_array(tensor).ravel() for tensor in (typed, raw)]
    assert read[0].tobytes() == read[1].tobytes()
    return [typed, raw], [number(value) for value in read[0]]


def number(value):
    if isinstance(value, (np.integer, np.bool_)):
        return str(int(value))
    return float(np.float64(value))


def model():
    """Attributes of every kind, a missing input, names beyond ASCII, dimensions without names."""
    attributes = {
        "i": -3,
        "f": 0.1,
        "s": "é\n",
        "ints": [1, -1, 2**53],
        "floats": [0.5, -0.25],
        "strings": ["", "a"],
        "t": helper.make_tensor("", TensorProto.FLOAT, [], [1.5]),
    }
    node = helper.make_node("Some", ["x", "", "w"], ["y", ""], name="n-1", domain="ai.onnx.ml", **attributes)
    graph = helper.make_graph(
        [node, helper.make_node("Identity", ["y"], ["z"])],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, None])],
        [
            helper.make_tensor_value_info("z", TensorProto.STRING, []),
            helper.make_tensor_value_info("any", TensorProto.FLOAT16, None),
            helper.make_tensor_sequence_value_info("list", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor("w", TensorProto.INT64, [0, 5], [])],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="é", model_version=7)
    made.producer_version = "1.2"
    made.domain = "org.example"
    made.doc_string = "text"
    helper.set_model_props(made, {"a": "1", "b": ""})
    return made


def holder(tensors):
    graph = helper.make_graph([], "tensors", [], [], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def text(message):
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def fixture():
    tensors = {}
    for kind in VALUES:
        made, values = stored(kind)
        tensors[TensorProto.DataType.Name(kind).lower()] = {"file": text(holder(made)), "values": values}
    return {"tensors": tensors, "model": text(model())}

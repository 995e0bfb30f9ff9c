"""ONNX files and what ONNX Runtime computes with them: python Tests/References/onnx_models.py Tests/VitroNetworksTests/Fixtures

Writes onnx/NAME.onnx for each case with the `onnx` package, and NAME/x (also NAME/x1, … for several inputs) and NAME/y as ONNX Runtime gives it
to onnx/values.safetensors. Made with onnx 1.23.2 and onnxruntime 1.31.1.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

folder = os.path.join(sys.argv[1], "onnx")
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(0)
values = {}


def numbers(*shape, dtype=np.float32):
    return random.normal(size=shape).astype(dtype)


def node(operator, inputs, output, **attributes):
    return helper.make_node(operator, inputs.split(), output.split(), name=attributes.pop("name", ""), **attributes)


def record(case, nodes, arrays, shape, output="y", opset=17, dtype=np.float32, inputs=("x",), tensors=(), batch="batch", rows=5,
           outputs_rank=2):
    kind = TensorProto.DOUBLE if dtype == np.float64 else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, case, [helper.make_tensor_value_info(name, kind, [batch, *shape]) for name in inputs],
        [helper.make_tensor_value_info(output, kind, [None] * outputs_rank)],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()] + list(tensors))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="reference")
    onnx.checker.check_model(model)
    path = os.path.join(folder, case + ".onnx")
    onnx.save(model, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = {name: numbers(rows, *shape, dtype=dtype) * 3 for name in inputs}
    values[f"{case}/y"] = session.run(None, given)[0]
    for index, name in enumerate(inputs):
        values[f"{case}/x{index or ''}"] = given[name]


def weights(*sizes):
    return {f"fc{i + 1}.weight": numbers(b, a) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))} | {
        f"fc{i + 1}.bias": numbers(b) for i, b in enumerate(sizes[1:])}


record("chain", [
    node("Gemm", "x fc1.weight fc1.bias", "/fc1/Gemm_output_0", name="/fc1/Gemm", transB=1),
    node("Relu", "/fc1/Gemm_output_0", "/act/Relu_output_0", name="/act/Relu"),
    node("Gemm", "/act/Relu_output_0 fc2.weight fc2.bias", "y", name="/fc2/Gemm", transB=1),
], weights(4, 6, 3), [4])

record("gemm", [
    node("Gemm", "x A a", "h", alpha=0.5, beta=2.0), node("Gemm", "h B one", "i", transB=1, beta=0.25), node("Gemm", "i C row", "j"),
    node("Gemm", "j D", "y", alpha=-1.5),
], {"A": numbers(4, 5), "a": numbers(5), "B": numbers(3, 5), "one": numbers(1), "C": numbers(3, 3), "row": numbers(1, 3), "D": numbers(3, 2)}, [4],
    opset=13)

# As the ACAS Xu networks are written: a fixed batch, normalization by constants, matrices and additions, opset 7.
record("acas", [
    node("Sub", "x mean", "centred"), node("Div", "centred range", "scaled"), node("Flatten", "scaled", "flat"),
    node("MatMul", "flat W1", "m1"), node("Add", "m1 b1", "a1"), node("Relu", "a1", "r1"),
    node("MatMul", "r1 W2", "m2"), node("Add", "b2 m2", "y"),
], {"mean": np.zeros((1, 1, 1, 5), np.float32), "range": np.float32(2.5), "W1": numbers(5, 7), "b1": numbers(1, 7), "W2": numbers(7, 3),
    "b2": numbers(3)}, [1, 1, 5], opset=7, batch=1, rows=1)

record("skip", [
    node("Gemm", "x fc1.weight fc1.bias", "h", transB=1), node("Relu", "h", "r"), node("Concat", "x r", "c", axis=1),
    node("Gemm", "c fc2.weight fc2.bias", "g", transB=1), node("LeakyRelu", "g", "l", alpha=0.2), node("Concat", "l c r", "y", axis=-1),
], {"fc1.weight": numbers(6, 4), "fc1.bias": numbers(6), "fc2.weight": numbers(3, 10), "fc2.bias": numbers(3)}, [4])

simple = ["Relu", "Abs", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSwish", "Sin", "Cos", "Neg", "Elu", "LeakyRelu", "HardSigmoid", "Identity",
          "Softmax", "LogSoftmax"]
record("functions", [node(name, "x", name) for name in simple] + [node("Exp", "Sigmoid", "Exp"), node("Sum", " ".join(simple + ["Exp"]), "y")], {}, [4])

record("arithmetic", [
    node("Sub", "two x", "a"), node("Mul", "a half", "b"), node("Add", "b two", "c"), node("Div", "c four", "d"), node("Add", "d vector", "e"),
    node("Sub", "vector e", "f"), node("Sub", "f x", "g"), node("Mul", "g x", "h"), node("Add", "h g", "y"),
], {"two": np.float32(2), "half": np.float32([0.5]), "four": np.float32([[4]]), "vector": numbers(3)}, [3])

bounds = [
    node("Clip", "x low high", "a"), node("Clip", "x low", "b"), helper.make_node("Clip", ["x", "", "high"], ["c"]), node("Max", "x low", "d"),
    node("Min", "high x", "e"), node("Max", "a d", "f"), node("Min", "b c e", "g"), node("HardSigmoid", "x", "h", alpha=0.3, beta=0.4),
    node("HardSigmoid", "x", "i", alpha=1 / 6, beta=0.5), node("PRelu", "x slope", "j"), node("Sum", "a b c d e f g h i j", "y"),
]
record("bounds", bounds, {"low": np.float32(-0.5), "high": np.float32(1.5), "slope": np.float32([[0.3]])}, [4])
record("oldClip", [node("Clip", "x", "a", min=0.0, max=6.0), node("Clip", "a", "y", max=1.0)], {}, [4], opset=7)

record("images", [
    node("Sub", "x mean", "centred"), node("Reshape", "centred rows", "r"), node("MatMul", "r W", "m"), node("Add", "m b", "n"),
    node("Tanh", "n", "t"), node("Reshape", "t flat", "f"), node("Dropout", "f", "d"), node("Gemm", "d fc.weight", "y", transB=1),
], {"mean": numbers(2, 3, 3), "rows": np.int64([0, 0, 9]), "W": numbers(9, 4), "b": numbers(4), "flat": np.int64([-1, 8]),
    "fc.weight": numbers(3, 8)}, [2, 3, 3])

record("constants", [
    node("Constant", "", "W", value=numpy_helper.from_array(numbers(4, 4))), node("MatMul", "x W", "m1"), node("MatMul", "m1 W", "m2"),
    node("Identity", "bias", "bias2"), node("Add", "m1 bias", "a1"), node("Add", "m2 bias2", "a2"), node("Relu", "a2", "r"), node("Add", "a1 r", "y"),
], {"bias": numbers(4)}, [4])

record("doubles", [node("Gemm", "x A a", "h"), node("Relu", "h", "r"), node("MatMul", "r B", "m"), node("Add", "m b", "y")],
       {}, [3], dtype=np.float64, tensors=[
    helper.make_tensor("A", TensorProto.DOUBLE, [3, 4], numbers(12, dtype=np.float64)),
    helper.make_tensor("a", TensorProto.DOUBLE, [4], numbers(4, dtype=np.float64)),
    helper.make_tensor("B", TensorProto.DOUBLE, [4, 2], numbers(8, dtype=np.float64).tobytes(), raw=True),
    helper.make_tensor("b", TensorProto.DOUBLE, [2], numbers(2, dtype=np.float64))])

record("twoInputs", [node("Gemm", "left A", "l", transB=1), node("Gemm", "right A", "r", transB=1), node("Sub", "l r", "d"), node("Abs", "d", "y")],
       {"A": numbers(3, 4)}, [4], inputs=("left", "right"))

record("newest", [
    node("Gemm", "x fc1.weight fc1.bias", "h", name="node_linear", transB=1), node("Relu", "h", "r", name="node_relu"),
    node("Gemm", "r fc2.weight fc2.bias", "y", name="node_linear_1", transB=1),
], weights(4, 6, 3), [4], opset=25)

save_file(values, os.path.join(folder, "values.safetensors"))

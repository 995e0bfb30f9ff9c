#!/usr/bin/env python3
"""Exports a PyTorch module to a directory that Vitro reads: network.json (the graph) and weights.safetensors (the numbers).

    python tools/export_torch.py package.module:build --out my-network --input 1,28,28
    python tools/export_torch.py model.py:Net --weights net.pt --classes cat,dog --out pets --input 3,32,32
    python tools/export_torch.py --demo --out demo

    from export_torch import export
    export(module, "my-network", input_shape=(1, 28, 28))

How it works. The module runs, in eval mode, on two random batches of different size, and every torch function it calls on a value that stems from
the input is recorded with the module path it was called from (a `TorchFunctionMode`). Each call becomes a node of Vitro's graph; its parameters are
recognized by identity, so tied weights stay tied. What both runs agree on is the network; what they do not agree on depends on the batch or on
the numbers in it, and is refused.

Recording was chosen over the two other ways in. Symbolic tracing (torch.fx) stops at the first `if x.shape[1] > 4`, while plain Python of any
kind passes here, since it runs for real. torch.export takes attention and recurrent layers apart into matrix products that no longer say what they
were, while the functions recorded here are the ones that the layers' authors called. `nn.Sequential` needs no way of its own.

All that cannot be exported is named at once, with its place, the reason, and what to do; nothing is written then. What is written was read back
and recomputed by run_network.py, which has each operation from a source of its own, and agreed with the module. docs/pytorch.md lists what is supported.
"""

import argparse
import copy
import importlib
import importlib.util
import json
import math
import os
import pathlib
import shutil
import sys
import traceback
from dataclasses import dataclass, field, replace

import torch
from torch.overrides import TorchFunctionMode

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run_network  # noqa: E402

TOLERANCE = 1e-5
TORCH = os.path.dirname(torch.__file__)


class NotExportable(Exception):
    """A module that Vitro cannot represent; `problems` tells all that is in the way."""

    def __init__(self, module, problems):
        self.problems = problems
        lines = [f"{module} cannot be exported: {len(problems)} {'thing stands' if len(problems) == 1 else 'things stand'} in the way."]
        for number, problem in enumerate(problems, 1):
            lines += [f"{number:3}. {problem.place}", f"     why: {problem.why}", f"     do:  {problem.advice}"]
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Problem:
    """One thing that cannot be exported."""

    place: str
    why: str
    advice: str


class Unsupported(Exception):
    """Raised while one call is being recorded; becomes a Problem."""

    def __init__(self, why, advice="replace it by a supported layer (docs/pytorch.md lists them)"):
        self.why, self.advice = why, advice


@dataclass
class Node:
    """A node of the graph to be. `shape` is that of its output for one example; `problem` stands for a call without a layer."""

    name: str
    operation: str
    inputs: list
    settings: dict
    parameters: dict
    shape: tuple
    problem: Problem | None = None
    ties: dict = field(default_factory=dict)
    merges: bool = False  # a scale that may be folded into the scale that reads it


@dataclass(frozen=True)
class Value:
    """What a tensor of the running module is in the graph.

    The tensor is a node's output seen as `shape` (without the batch axis, which the tensor has at `batch_axis`). Where that is not the node's own
    shape, a reshape called `hint` is made when something needs it.
    """

    node: str
    shape: tuple
    batch_axis: int = 0
    hint: str = "reshape"
    padding: tuple | None = None  # zeros around it that the next convolution takes in: top, left, bottom, right
    states: tuple | None = None  # a recurrent layer's last states, one Value for each layer and direction


# -- Functions by the names that Vitro's layers have -----------------------------------------------------------------------------------------

ACTIVATIONS = {
    "relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "silu": "silu", "softsign": "softsign", "selu": "selu", "exp": "exp",
    "hardswish": "hardSwish", "hardsigmoid": "hardSigmoid", "logsigmoid": "logSigmoid", "log_sigmoid": "logSigmoid", "expit": "sigmoid",
    "abs": "abs", "absolute": "abs", "sin": "sin", "cos": "cos", "square": "square",
}
# Calls that change neither numbers nor shape in eval mode, and leave no trace in the graph.
UNCHANGED = {
    "contiguous", "clone", "detach", "to", "float", "double", "long", "int", "type", "type_as", "cpu", "cuda", "requires_grad", "data", "alias",
    "positive", "pos", "real",
}
RESHAPES = {"view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as", "reshape_as", "ravel", "atleast_2d", "atleast_3d"}
DROPOUTS = {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "feature_dropout", "native_dropout"}
# Calls that take only the form of a value, so that their result is a constant.
CONSTANTS = {
    "zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "size", "shape",
}
# Calls that hand numbers to Python, where decisions can depend on them.
READERS = {"item", "tolist", "bool", "int_", "float_", "numpy", "array", "index", "complex", "contains", "equal", "allclose", "is_nonzero"}
SYNONYMS = {
    "iadd": "add", "radd": "add", "isub": "sub", "subtract": "sub", "imul": "mul", "rmul": "mul", "multiply": "mul", "itruediv": "div",
    "truediv": "div", "idiv": "div", "true_divide": "div", "divide": "div", "rtruediv": "rdiv", "negative": "neg", "bmm": "matmul",
    "mm": "matmul", "imatmul": "matmul", "concat": "cat", "concatenate": "cat", "swapaxes": "transpose", "swapdims": "transpose",
    "moveaxis": "movedim", "clip": "clamp", "special_expit": "sigmoid", "dequantize": "clone", "ipow": "pow", "threshold_": "threshold",
}

ADVICE_ATTENTION = "use torch.nn.MultiheadAttention, which is exported with its queries, keys, values and pattern"
REASONS = {
    "group_norm": ("Vitro has no group normalization", "use BatchNorm2d, or LayerNorm over the last axis"),
    "instance_norm": ("Vitro has no instance normalization", "use BatchNorm2d"),
    "scaled_dot_product_attention": ("attention put together by hand has no layer", ADVICE_ATTENTION),
    "einsum": ("products of two values have no layer", ADVICE_ATTENTION + "; for a product with a fixed matrix use nn.Linear"),
    "conv_transpose2d": ("Vitro has no transposed convolution", "stop before the decoder and export the encoder alone"),
    "conv3d": ("Vitro convolves in one and two dimensions", "there is no substitute"),
    "interpolate": ("Vitro does not resize images inside a network", "resize the data before the network"),
    "rnn_tanh": ("Vitro has no Elman recurrent layer", "use LSTM or GRU"),
    "rnn_relu": ("Vitro has no Elman recurrent layer", "use LSTM or GRU"),
    "lstm_cell": ("single recurrent steps have no layer", "use nn.LSTM over the whole sequence"),
    "gru_cell": ("single recurrent steps have no layer", "use nn.GRU over the whole sequence"),
    "chunk": ("Vitro does not take a value apart", "give each part its own layer: two nn.Linear in place of one that is split"),
    "split": ("Vitro does not take a value apart", "give each part its own layer: two nn.Linear in place of one that is split"),
    "glu": ("Vitro does not take a value apart", "use two nn.Linear: a(x) * torch.sigmoid(b(x))"),
    "setitem": ("parts of a tensor are overwritten", "compute the new tensor with torch.cat or by adding"),
    "normalize": ("Vitro has no normalization to unit length", "use nn.RMSNorm, which differs by a constant factor"),
    "argmax": ("an index is no value of a network", "return the scores; Vitro takes the largest itself"),
    "pack_padded_sequence": ("packed sequences have no form in Vitro", "feed sequences of one length"),
    "rand_like": ("random numbers are drawn in eval mode", "draw them in training mode only"),
    "randn_like": ("random numbers are drawn in eval mode", "draw them in training mode only"),
    "bernoulli": ("random numbers are drawn in eval mode", "draw them in training mode only"),
}


def function_name(function):
    """One name for torch.relu, F.relu, Tensor.relu_ and so on."""
    name = getattr(function, "__name__", str(function))
    if name in ("__get__", "__set__") and hasattr(function, "__self__"):
        name = function.__self__.__name__
    if name in ("__int__", "__float__"):
        name = name.strip("_") + "_"
        return name
    name = name.strip("_")
    return SYNONYMS.get(name, name)


def tensors_in(item):
    """All tensors in nested lists, tuples and mappings."""
    if isinstance(item, torch.Tensor):
        yield item
    elif isinstance(item, dict):
        for part in item.values():
            yield from tensors_in(part)
    elif isinstance(item, (list, tuple)):
        for part in item:
            yield from tensors_in(part)


def pair(number):
    return [int(number)] * 2 if isinstance(number, int) else [int(n) for n in (number if len(number) == 2 else list(number) * 2)]


# -- Recording -------------------------------------------------------------------------------------------------------------------------------


class Recorder(TorchFunctionMode):
    """Runs a module once and keeps the graph of what it did to its input."""

    def __init__(self, module, x):
        super().__init__()
        self.module, self.batch = module, x.shape[0]
        self.nodes, self.by_name, self.reshapes = [], {"input": None}, {}
        self.values = {}  # id of a tensor -> (the tensor, its Value); holding the tensor keeps the id its own
        self.tables = {}  # id of a constant -> the embedding table of which it is the first rows, and that table's name
        self.refusals = []
        self.stack = [("", module)]
        self.paths = {id(child): path for path, child in reversed(list(module.named_modules(remove_duplicate=False)))}
        tensors = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
        self.tensor_names = {tensor.data_ptr(): (name, tensor) for name, tensor in reversed(tensors) if tensor.numel()}
        self.x = x
        self.input_shape = tuple(x.shape[1:])
        self.track(x, Value("input", self.input_shape))

    def run(self):
        """The module's outputs as Values; nodes and refusals are kept in the recorder."""
        plain_call = torch.nn.Module.__call__
        recorder = self

        def call(module, *args, **kwargs):
            recorder.stack.append((recorder.paths.get(id(module), ""), module))
            try:
                result = plain_call(module, *args, **kwargs)
                if isinstance(module, torch.nn.Identity) and result is args[0]:
                    result = recorder.identity(result)
                return result
            finally:
                recorder.stack.pop()

        fast = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        torch.nn.Module.__call__ = call
        try:
            with torch.no_grad(), self:
                result = plain_call(self.module, self.x)
        finally:
            torch.nn.Module.__call__ = plain_call
            torch.backends.mha.set_fastpath_enabled(fast)
        return result

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        known = [self.values[id(t)][1] for t in tensors_in([args, kwargs]) if id(t) in self.values]
        name = function_name(function)
        before = {id(t) for t in tensors_in([args, kwargs])}
        result = function(*args, **kwargs)
        if not known:
            if name == "embedding":
                self.remember_table(result, *args[:2])
            return result
        if name in READERS:
            self.refuse(name, Unsupported(
                "numbers inside the network are handed to Python, which may decide by them",
                "take the check or the branch out of forward()"))
            return result
        if name == "setitem":
            known.append(self.problem(name, known, Unsupported(*REASONS["setitem"]), args[0]))
            self.track(args[0], known[-1])
            return result
        if name in CONSTANTS or not any(True for _ in tensors_in(result)):
            return result
        if name in DROPOUTS and isinstance(result, torch.Tensor) and id(result) in before and not kwargs.get("inplace"):
            result = result.view_as(result)  # the node gets a tensor of its own, so that skips around it stay skips
        self.result, self.function = result, name
        lifted = [self.lift(item) for item in args]
        try:
            value = record(self, name, lifted, {key: self.lift(item) for key, item in kwargs.items()})
        except Unsupported as reason:
            value = None
            problem = reason
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            value = None
            problem = Unsupported(f"it is called in a way that was not foreseen ({type(error).__name__}: {error})")
        if value is None:
            for tensor in tensors_in(result):
                self.track(tensor, self.problem(name, known, problem, tensor))
        else:
            for tensor, part in zip(tensors_in(result), value if isinstance(value, list) else [value], strict=True):
                self.track(tensor, part)
        return result

    def lift(self, item):
        """The same arguments with Values in place of the tensors that stem from the input."""
        if isinstance(item, torch.Tensor) and id(item) in self.values:
            return self.values[id(item)][1]
        if isinstance(item, (list, tuple)) and not isinstance(item, torch.Size):
            return [self.lift(part) for part in item]
        return item

    def track(self, tensor, value):
        self.values[id(tensor)] = (tensor, value)

    def identity(self, tensor):
        if id(tensor) not in self.values:
            return tensor
        value = self.values[id(tensor)][1]
        self.function = "identity"
        with torch._C.DisableTorchFunction():
            result = tensor.view_as(tensor)
        self.track(result, self.add("activation", [value], {"function": "identity"}, shape=value.shape, batch_axis=value.batch_axis))
        return result

    # Names and places

    def base_name(self):
        """The module's path for a layer of torch.nn; the path and the function's name for anything else."""
        path, module = self.stack[-1]
        is_layer = type(module).__module__.startswith("torch.nn") and (
            not any(True for _ in module.children()) or isinstance(module, torch.nn.MultiheadAttention))
        parts = [path] if is_layer and path else [path, self.function] if path else [self.function]
        return "".join("_" if c.isspace() or c == "/" else c for c in ".".join(parts))

    def unique(self, name):
        number, result = 0, name
        while result in self.by_name:
            number += 1
            result = f"{name}_{number}"
        return result

    def place(self, name):
        path, module = self.stack[-1]
        where = f"{path or 'the module itself'} ({type(module).__name__}), {name}()"
        for frame in reversed(traceback.extract_stack()):
            if frame.filename == __file__ and frame.name == "run":
                break
            if frame.filename != __file__ and not frame.filename.startswith(TORCH):
                return f"{where} at {os.path.basename(frame.filename)}:{frame.lineno}" + (f": {frame.line}" if frame.line else "")
        return where

    # Nodes

    def add(self, operation, inputs, settings, parameters=None, shape=None, batch_axis=0, name=None, part=None):
        """Appends a node and returns its output, of one example's `shape` (by default that of the call's result)."""
        sources = [value if isinstance(value, str) else self.read(value) for value in inputs]
        name = self.unique(name or self.base_name() + (f".{part}" if part else ""))
        shape = self.example(self.result, batch_axis) if shape is None else tuple(shape)
        node = Node(name, operation, sources, settings, parameters or {}, shape)
        self.nodes.append(node)
        self.by_name[name] = node
        return Value(name, shape, batch_axis, hint=f"{name}.reshape")

    def node_shape(self, name):
        return self.input_shape if name == "input" else self.by_name[name].shape if name else ()

    def read(self, value):
        """The name of the node whose output is a value, after a reshape where one is due."""
        if value.states is not None:
            if len(value.states) != 1:
                raise Unsupported(
                    "the last states of several layers or directions are used as one tensor", "pick the wanted one: h[-1]")
            return self.read(replace(value.states[0], shape=value.shape))
        if value.padding is not None:
            raise Unsupported("zeros are padded to a value that no convolution reads", "let the padding be followed by the convolution")
        if self.node_shape(value.node) == value.shape:
            return value.node
        key = (value.node, value.shape)
        if key not in self.reshapes:
            name = self.unique(value.hint)
            flat = len(value.shape) == 1
            node = Node(
                name, "flatten" if flat else "reshape", [value.node], {} if flat else {"shape": list(value.shape)}, {}, value.shape)
            self.nodes.append(node)
            self.by_name[name] = node
            self.reshapes[key] = name
        return self.reshapes[key]

    def problem(self, name, sources, reason, tensor):
        """A node that stands for a call without a layer, so that the rest can be examined and only what matters is reported."""
        batch_axis = tensor.shape.index(self.batch) if self.batch in tensor.shape else 0
        shape = tuple(n for axis, n in enumerate(tensor.shape) if axis != batch_axis)
        node = Node(self.unique(self.base_name()), "", [s.node for s in sources if s.node], {}, {}, shape)
        node.problem = Problem(self.place(name), reason.why, reason.advice)
        self.nodes.append(node)
        self.by_name[node.name] = node
        return Value(node.name, shape, batch_axis)

    def refuse(self, name, reason):
        problem = Problem(self.place(name), reason.why, reason.advice)
        if problem not in self.refusals:
            self.refusals.append(problem)

    # Axes and shapes

    def example(self, tensor, batch_axis=0):
        """A tensor's shape without its batch axis."""
        if tensor.dim() <= batch_axis or tensor.shape[batch_axis] != self.batch:
            raise Unsupported(
                f"its result {list(tensor.shape)} has no batch axis where one is expected", "keep the batch on the first axis")
        return tuple(n for axis, n in enumerate(tensor.shape) if axis != batch_axis)

    def axis(self, value, dim):
        """A tensor's axis as an example's axis."""
        dim = dim % (len(value.shape) + 1)
        if dim == value.batch_axis:
            raise Unsupported("it works across the examples of a batch", "let each example be computed by itself")
        return dim if dim < value.batch_axis else dim - 1

    def first_batch(self, value):
        if value.batch_axis != 0:
            raise Unsupported(
                "it reads a value whose first axis is not the batch", "build the module with batch_first=True, or transpose back first")
        return value

    def remember_table(self, result, tokens, weight):
        if tokens.dim() in (1, 2) and weight.dim() == 2:
            rows = tokens if tokens.dim() == 1 else tokens[0]
            if torch.equal(rows.cpu(), torch.arange(rows.numel())) and bool((tokens == rows).all()):
                self.tables[id(result)] = (self.stack[-1][0] or "positions", weight, result)


# -- What each function becomes --------------------------------------------------------------------------------------------------------------

RECORDERS = {}


def records(*names):
    def register(function):
        for name in names:
            RECORDERS[name] = function
        return function
    return register


def record(r, name, args, kwargs):
    """The Value of a call's result; a list of Values for several results."""
    if name in UNCHANGED:
        return args[0]
    if name in ACTIVATIONS:
        return activation(r, args[0], ACTIVATIONS[name])
    if name in DROPOUTS:
        probability = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
        if not 0 <= probability < 1:
            raise Unsupported(f"the probability {probability} would drop everything", "use a probability below 1")
        return elementwise(r, args[0], "dropout", {"probability": float(probability)})
    if name in RESHAPES:
        return reshape(r, args[0])
    if name not in RECORDERS:
        raise Unsupported(*REASONS.get(name, (f"Vitro has no layer for {name}",)))
    return RECORDERS[name](r, *args, **kwargs)


def elementwise(r, value, operation, settings, part=None):
    """A node that leaves shapes alone; a pending reshape that only adds or drops axes of length 1 stays pending, and may vanish."""
    shape = r.node_shape(value.node)
    if value.states or value.padding or [n for n in shape if n != 1] != [n for n in value.shape if n != 1]:
        value = replace(value, node=r.read(value), states=None)
        shape = value.shape
    result = r.add(operation, [value.node], settings, shape=shape, part=part)
    return replace(result, shape=value.shape, batch_axis=value.batch_axis)


def activation(r, value, function, parameter=None, part=None):
    settings = {"function": function} | ({} if parameter is None else {"parameter": float(parameter)})
    return elementwise(r, value, "activation", settings, part)


def scale(r, value, factor=1.0, offset=0.0, part=None):
    if not (math.isfinite(factor) and math.isfinite(offset)):
        raise Unsupported(f"{factor}·x + {offset} is not finite", "leave it out")
    result = elementwise(r, value, "scale", {"factor": float(factor), "offset": float(offset)}, part)
    r.by_name[result.node].merges = True
    return result


def clamp_between(r, value, low, high):
    """low + (high − low)·hardSigmoid(6·((x − low)/(high − low) − ½))"""
    if not high > low:
        raise Unsupported(f"it clamps to {low} … {high}", "use an interval")
    inner = scale(r, value, 6 / (high - low), -6 * low / (high - low) - 3, part="in")
    return scale(r, activation(r, inner, "hardSigmoid", part="clamp"), high - low, low)


@records("leaky_relu")
def leaky_relu(r, x, negative_slope=0.01, inplace=False):
    return activation(r, x, "leakyRelu", negative_slope)


@records("prelu")
def prelu(r, x, weight):
    if weight.numel() != 1:
        raise Unsupported("Vitro has no slope for each channel", "use nn.PReLU() with one slope, or nn.LeakyReLU")
    return activation(r, x, "leakyRelu", weight.item())


@records("elu")
def elu(r, x, alpha=1.0, inplace=False):
    return activation(r, x, "elu", alpha)


@records("celu")
def celu(r, x, alpha=1.0, inplace=False):
    if alpha == 1:
        return activation(r, x, "elu", 1.0)
    return scale(r, activation(r, scale(r, x, 1 / alpha, part="in"), "elu", 1.0, part="elu"), alpha)


@records("gelu")
def gelu(r, x, approximate="none"):
    return activation(r, x, "geluTanh" if approximate == "tanh" else "gelu")


@records("softplus")
def softplus(r, x, beta=1, threshold=20):
    if beta == 1:
        return activation(r, x, "softplus")
    return scale(r, activation(r, scale(r, x, beta, part="in"), "softplus", part="softplus"), 1 / beta)


@records("mish")
def mish(r, x, inplace=False):
    gate = activation(r, activation(r, x, "softplus", part="softplus"), "tanh", part="tanh")
    return combine(r, "multiply", x, gate)


@records("tanhshrink")
def tanhshrink(r, x):
    return combine(r, "add", x, scale(r, activation(r, x, "tanh", part="tanh"), -1, part="negative"))


@records("hardtanh")
def hardtanh(r, x, min_val=-1.0, max_val=1.0, inplace=False):
    return clamp_between(r, x, min_val, max_val)


@records("relu6")
def relu6(r, x, inplace=False):
    return clamp_between(r, x, 0.0, 6.0)


@records("clamp", "clamp_min", "clamp_max")
def clamp(r, x, min=None, max=None):
    if r.function == "clamp_max":
        min, max = None, min if max is None else max
    if min is not None and max is not None:
        return clamp_between(r, x, min, max)
    if max is None:  # max(x, m) = relu(x − m) + m
        if min == 0:
            return activation(r, x, "relu")
        return scale(r, activation(r, scale(r, x, 1, -min, part="in"), "relu", part="relu"), 1, min)
    return scale(r, activation(r, scale(r, x, -1, max, part="in"), "relu", part="relu"), -1, max)


@records("threshold")
def threshold(r, x, threshold, value, inplace=False):
    if threshold != 0 or value != 0:
        raise Unsupported("Vitro has no threshold", "use nn.ReLU")
    return activation(r, x, "relu")


@records("softmax", "log_softmax")
def softmax(r, x, dim=None, *rest, **kwargs):
    rank = len(x.shape) + 1
    if dim is None:
        dim = 0 if rank in (0, 1, 3) else 1
    if r.axis(x, dim) != len(x.shape) - 1:
        raise Unsupported("Vitro's softmax goes over the last axis", "move the axis to the end, dim=-1")
    return r.add("softmax", [x], {"logarithmic": r.function == "log_softmax"}, shape=x.shape, batch_axis=x.batch_axis)


@records("softmin")
def softmin(r, x, dim=None, *rest, **kwargs):
    return softmax(r, scale(r, x, -1, part="in"), dim)


# Arithmetic


def scalar(item):
    """The number that a constant operand is, or None."""
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return float(item)
    return float(item) if isinstance(item, torch.Tensor) and item.numel() == 1 else None


def combine(r, operation, a, b):
    if a.shape != b.shape or a.batch_axis != b.batch_axis:
        raise Unsupported(
            f"values of different shapes are combined, {list(a.shape)} and {list(b.shape)} for one example",
            "Vitro's add and multiply take equal shapes; there is no substitute for the broadcasting yet")
    return r.add(operation, [a, b], {}, shape=a.shape, batch_axis=a.batch_axis)


def constant_for(r, value, constant):
    """A constant operand as it meets one example: its axes are the example's, of length 1 or equal."""
    rank = len(value.shape) + 1
    if constant.dim() > rank:
        raise Unsupported("a constant with more axes than the value is combined with it")
    full = constant.detach().reshape([1] * (rank - constant.dim()) + list(constant.shape))
    rows = full.select(value.batch_axis, 0)
    if not bool((full == rows.unsqueeze(value.batch_axis)).all()):
        raise Unsupported("a constant differs between the examples of a batch", "let all examples be treated alike")
    if any(n not in (1, m) for n, m in zip(rows.shape, value.shape)):
        raise Unsupported(f"a constant {list(constant.shape)} makes the value {list(value.shape)} larger")
    return rows


def channel_map(r, value, factor, offset):
    """y = factor·x + offset for each channel of an image: a 1×1 convolution in which no channel sees another."""
    r.first_batch(value)
    channels = value.shape[0]
    weight = torch.ones(channels, dtype=r.x.dtype if r.x.is_floating_point() else torch.float32) if factor is None else factor
    parameters = {"weight": weight.reshape(channels, 1, 1, 1)}
    if offset is not None:
        parameters["bias"] = offset.reshape(channels)
    settings = {
        "inputs": channels, "outputs": channels, "window": window(1, 1, [0, 0, 0, 0], 1), "groups": channels, "bias": offset is not None}
    return r.add("conv2d", [value], settings, parameters, shape=value.shape)


def with_constant(r, value, constant, factor=None, offset=None):
    """factor(c)·x + offset(c) for a constant c that is no single number."""
    rows = constant_for(r, value, constant)
    if len(value.shape) == 3 and tuple(rows.shape) == (value.shape[0], 1, 1):
        return channel_map(r, value, factor and factor(rows), offset and offset(rows))
    if len(value.shape) == 2 and factor is None and tuple(rows.shape) == value.shape:
        return positions(r, value, constant, offset(rows), is_plain=torch.equal(offset(rows), rows))
    what = "added to" if factor is None else "multiplied with"
    raise Unsupported(
        f"a constant {list(constant.shape)} is {what} a value {list(value.shape)}: Vitro has single numbers, numbers for each channel of an "
        "image [channels, 1, 1], and vectors added at each position",
        "put the constant into the bias or the weight of a neighbouring nn.Linear or normalization")


def positions(r, value, constant, rows, is_plain):
    """Vectors added at each position; of a learned table all rows are kept, so that other lengths stay possible."""
    width, table, name = value.shape[1], rows, None
    if is_plain and id(constant) in r.tables:
        name, table, _ = r.tables[id(constant)]
    elif is_plain and constant.data_ptr() in r.tensor_names:
        name, whole = r.tensor_names[constant.data_ptr()]
        if whole.numel() % width == 0 and whole.is_contiguous() and whole.shape[-1] == width and constant.stride()[-2:] == (width, 1):
            table = whole.detach().reshape(-1, width)
    name = name and "".join("_" if c.isspace() or c == "/" else c for c in name)
    return r.add(
        "positionalEmbedding", [value], {"longest": table.shape[0], "width": width}, {"weight": table}, shape=value.shape,
        batch_axis=value.batch_axis, name=name)


@records("add")
def add(r, a, b, alpha=1, out=None):
    if isinstance(a, Value) and isinstance(b, Value):
        return combine(r, "add", a, b if alpha == 1 else scale(r, b, alpha, part="alpha"))
    value, other = (a, b) if isinstance(a, Value) else (b, a)
    if alpha != 1:
        if value is b:
            value = scale(r, value, alpha, part="alpha")
        else:
            other = other * alpha
    number = scalar(other)
    if number is not None:
        return value if number == 0 else scale(r, value, 1, number)
    return with_constant(r, value, other, offset=lambda c: c)


@records("sub")
def sub(r, a, b, alpha=1, out=None):
    if isinstance(a, Value) and isinstance(b, Value):
        return combine(r, "add", a, scale(r, b, -alpha, part="negative"))
    if isinstance(b, Value):
        number = scalar(a)
        if number is not None:
            return scale(r, b, -alpha, number)
        return with_constant(r, scale(r, b, -alpha, part="negative"), a, offset=lambda c: c)
    number = scalar(b)
    if number is not None:
        return scale(r, a, 1, -alpha * number)
    return with_constant(r, a, b, offset=lambda c: -alpha * c)


@records("rsub")
def rsub(r, a, b, alpha=1):
    return sub(r, b, a, alpha)


@records("mul")
def mul(r, a, b, out=None):
    if isinstance(a, Value) and isinstance(b, Value):
        return combine(r, "multiply", a, b)
    value, other = (a, b) if isinstance(a, Value) else (b, a)
    number = scalar(other)
    if number is not None:
        return value if number == 1 else scale(r, value, number)
    return with_constant(r, value, other, factor=lambda c: c)


@records("div")
def div(r, a, b, rounding_mode=None, out=None):
    if isinstance(b, Value) or rounding_mode is not None:
        raise Unsupported("Vitro does not divide by a value" if isinstance(b, Value) else "Vitro does not round")
    number = scalar(b)
    if number is not None:
        return scale(r, a, 1 / number if number else math.inf)
    return with_constant(r, a, b, factor=lambda c: 1 / c)


@records("neg")
def neg(r, a):
    return scale(r, a, -1)


@records("pow")
def power(r, a, exponent):
    if not isinstance(a, Value) or scalar(exponent) not in (1, 2):
        raise Unsupported("of the powers Vitro has the square only")
    return a if scalar(exponent) == 1 else activation(r, a, "square")


@records("matmul")
def matmul(r, a, b, out=None):
    if not isinstance(a, Value) or isinstance(b, Value):
        raise Unsupported("products of two values, or with a matrix on the left, have no layer", ADVICE_ATTENTION)
    if b.dim() != 2:
        raise Unsupported(f"a product with a constant {list(b.shape)} has no layer", "use nn.Linear")
    return linear(r, a, b.t())


# Layers with parameters


@records("linear")
def linear(r, x, weight, bias=None):
    if isinstance(weight, Value):
        raise Unsupported("the weight is computed from the input", "use nn.Linear")
    if x.batch_axis == len(x.shape):
        raise Unsupported("it works across the examples of a batch")
    parameters = {"weight": weight} | ({} if bias is None else {"bias": bias})
    settings = {"inputs": weight.shape[1], "outputs": weight.shape[0], "bias": bias is not None}
    return r.add("linear", [x], settings, parameters, batch_axis=x.batch_axis)


def window(kernel, stride, padding, dilation):
    return {"kernel": pair(kernel), "stride": pair(stride), "padding": padding, "dilation": pair(dilation)}


def sides(padding):
    """Top, left, bottom, right."""
    return pair(padding) * 2


def padded_sides(value, padding, kernel, dilation):
    """A convolution's padding on the four sides, with the zeros that were padded before it."""
    if padding == "valid":
        result = [0, 0, 0, 0]
    elif padding == "same":  # an odd number puts the larger half at the bottom and the right
        total = [d * (k - 1) for d, k in zip(pair(dilation), pair(kernel))]
        result = [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]
    else:
        result = sides(padding)
    return [a + b for a, b in zip(result, value.padding or (0, 0, 0, 0))]


@records("conv2d")
def conv2d(r, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    r.first_batch(x)
    kernel = list(weight.shape[2:])
    settings = {
        "inputs": weight.shape[1] * groups, "outputs": weight.shape[0], "groups": groups, "bias": bias is not None,
        "window": window(kernel, stride, padded_sides(x, padding, kernel, dilation), dilation)}
    parameters = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return r.add("conv2d", [replace(x, padding=None)], settings, parameters)


def as_image(r, value):
    """A row of values as an image one pixel high."""
    r.first_batch(value)
    if value.padding is not None:
        raise Unsupported("zeros are padded before a one-dimensional layer", "use the layer's own padding")
    channels, length = value.shape
    return replace(value, shape=(channels, 1, length), hint=r.base_name() + ".image")


def as_row(r, value):
    return replace(value, shape=(value.shape[0], value.shape[2]), hint=f"{value.node}.row")


def first(number):
    return int(number) if isinstance(number, int) else int(number[0])


@records("conv1d")
def conv1d(r, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    kernel, dilation = weight.shape[2], first(dilation)
    if padding == "same":
        left = dilation * (kernel - 1) // 2
        padding = [0, left, 0, dilation * (kernel - 1) - left]
    else:
        padding = [0, 0, 0, 0] if padding == "valid" else [0, first(padding), 0, first(padding)]
    settings = {
        "inputs": weight.shape[1] * groups, "outputs": weight.shape[0], "groups": groups, "bias": bias is not None,
        "window": window([1, kernel], [1, first(stride)], padding, [1, dilation])}
    parameters = {"weight": weight.unsqueeze(2)} | ({} if bias is None else {"bias": bias})
    channels, length = r.example(r.result)
    return as_row(r, r.add("conv2d", [as_image(r, x)], settings, parameters, shape=(channels, 1, length)))


@records("pad", "constant_pad_nd")
def pad(r, x, pad, mode="constant", value=None):
    if mode != "constant" or value not in (None, 0):
        raise Unsupported(f"Vitro pads with zeros, not by {mode if mode != 'constant' else value}", "use padding_mode='zeros'")
    r.first_batch(x)
    left, right, top, bottom = (list(pad) + [0, 0])[:4]
    if len(pad) > 4 or min(pad) < 0 or len(x.shape) != 3:
        raise Unsupported("Vitro pads the height and width of images only", "pad images by numbers of 0 or more")
    before = x.padding or (0, 0, 0, 0)
    return replace(x, padding=tuple(a + b for a, b in zip(before, (top, left, bottom, right))))


@records("embedding")
def embedding(r, tokens, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    if not isinstance(tokens, Value):
        raise Unsupported("the table of vectors is computed from the input")
    if max_norm is not None:
        raise Unsupported("vectors are renormalized whenever they are read (max_norm)", "leave max_norm out")
    settings = {"count": weight.shape[0], "width": weight.shape[1]}
    return r.add("embedding", [tokens], settings, {"weight": weight}, batch_axis=tokens.batch_axis)


def last_axis(r, x, normalized_shape):
    if len(normalized_shape) != 1 or x.batch_axis == len(x.shape):
        raise Unsupported("Vitro normalizes over the last axis", "normalize one axis, the last")
    return int(normalized_shape[0])


@records("layer_norm")
def layer_norm(r, x, normalized_shape, weight=None, bias=None, eps=1e-5, *rest):
    width = last_axis(r, x, normalized_shape)
    parameters = {}
    if weight is not None or bias is not None:
        like = weight if weight is not None else bias
        parameters = {
            "weight": torch.ones_like(like) if weight is None else weight, "bias": torch.zeros_like(like) if bias is None else bias}
    settings = {"width": width, "epsilon": float(eps), "affine": bool(parameters)}
    return r.add("layerNorm", [x], settings, parameters, batch_axis=x.batch_axis)


@records("rms_norm")
def rms_norm(r, x, normalized_shape, weight=None, eps=None):
    width = last_axis(r, x, normalized_shape)
    weight = torch.ones(width, dtype=r.result.dtype) if weight is None else weight
    eps = torch.finfo(r.result.dtype).eps if eps is None else eps
    return r.add("rmsNorm", [x], {"width": width, "epsilon": float(eps)}, {"weight": weight}, batch_axis=x.batch_axis)


@records("batch_norm")
def batch_norm(
    r, x, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, *rest
):
    if training or running_mean is None or running_var is None:
        raise Unsupported("it normalizes by the statistics of the batch", "use track_running_stats=True and eval mode")
    if r.batch != r.result.shape[0]:
        raise Unsupported("the batch is not the first axis")
    parameters = {"running_mean": running_mean, "running_var": running_var}
    if weight is not None or bias is not None:
        parameters = {
            "weight": torch.ones_like(running_mean) if weight is None else weight,
            "bias": torch.zeros_like(running_mean) if bias is None else bias} | parameters
    settings = {
        "channels": running_mean.numel(), "epsilon": float(eps), "momentum": float(0.1 if momentum is None else momentum),
        "affine": weight is not None or bias is not None}
    return r.add("batchNorm", [r.first_batch(x)], settings, parameters)


# Pooling


def ceiling(ceil_mode, x, result, kernel, stride, padding, dilation):
    """What ceil_mode adds at the bottom and the right, for the result to have its size."""
    return [0, 0] if not ceil_mode else [
        max(0, (n_out - 1) * s + d * (k - 1) + 1 - (n + 2 * p))
        for n_out, s, d, k, n, p in zip(result.shape[-2:], stride, dilation, kernel, x.shape[-2:], padding)]


@records("max_pool2d", "max_pool2d_with_indices")
def max_pool2d(r, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if return_indices:
        raise Unsupported("the positions of the largest elements are asked for", "use return_indices=False")
    r.first_batch(x)
    kernel, stride = pair(kernel_size), pair(stride if stride not in (None, [], ()) else kernel_size)
    extra = ceiling(ceil_mode, x, r.result, kernel, stride, pair(padding), pair(dilation))
    around = sides(padding)
    around = [around[0], around[1], around[2] + extra[0], around[3] + extra[1]]
    return r.add("maxPool2d", [x], {"window": window(kernel, stride, around, dilation)})


@records("avg_pool2d")
def avg_pool2d(r, x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    if divisor_override is not None:
        raise Unsupported("the mean is taken with a divisor of its own", "use divisor_override=None and scale")
    r.first_batch(x)
    kernel, stride = pair(kernel_size), pair(stride if stride not in (None, [], ()) else kernel_size)
    extra = ceiling(ceil_mode, x, r.result, kernel, stride, pair(padding), [1, 1])
    if any(extra) and count_include_pad and any(pair(padding)):
        raise Unsupported("ceil_mode and counted padding together have no form", "use count_include_pad=False")
    before = x.padding or (0, 0, 0, 0)
    if any(before) and (any(extra) or not count_include_pad):
        raise Unsupported("zeros are padded before a mean that leaves its own padding out")
    around = [a + b for a, b in zip(sides(padding), before)]
    around = [around[0], around[1], around[2] + extra[0], around[3] + extra[1]]
    excludes = not count_include_pad or any(extra)
    return r.add(
        "averagePool2d", [replace(x, padding=None)], {"window": window(kernel, stride, around, 1), "excludesPadding": bool(excludes)})


@records("max_pool1d")
def max_pool1d(r, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    return pool1d(r, x, "maxPool2d", {}, kernel_size, stride, padding, first(dilation), ceil_mode or return_indices)


@records("avg_pool1d")
def avg_pool1d(r, x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return pool1d(r, x, "averagePool2d", {"excludesPadding": not count_include_pad}, kernel_size, stride, padding, 1, ceil_mode)


def pool1d(r, x, operation, settings, kernel, stride, padding, dilation, is_special):
    if is_special:
        raise Unsupported("ceil_mode and indices have no form here", "use ceil_mode=False and return_indices=False")
    kernel = first(kernel)
    stride = kernel if stride in (None, [], ()) else first(stride)
    settings["window"] = window([1, kernel], [1, stride], [0, first(padding), 0, first(padding)], [1, dilation])
    channels, length = r.example(r.result)
    return as_row(r, r.add(operation, [as_image(r, x)], settings, shape=(channels, 1, length)))


@records("adaptive_avg_pool2d", "adaptive_max_pool2d", "adaptive_avg_pool1d", "adaptive_max_pool1d")
def adaptive_pool(r, x, output_size, return_indices=False):
    r.first_batch(x)
    if return_indices:
        raise Unsupported("the positions of the largest elements are asked for", "use return_indices=False")
    result, is_mean = r.example(r.result), "avg" in r.function
    given, wanted = x.shape[1:], result[1:]
    if given == wanted:
        return x
    if is_mean and all(n == 1 for n in wanted):
        pooled = r.add("mean", [x], {"axes": list(range(1, len(x.shape)))}, shape=x.shape[:1])
        return replace(pooled, shape=result)
    if any(n % m for n, m in zip(given, wanted)):
        raise Unsupported(
            f"windows that pool {list(given)} to {list(wanted)} have different sizes", "pool to 1, or to a size that divides the image")
    settings = {} if not is_mean else {"excludesPadding": False}
    operation = "averagePool2d" if is_mean else "maxPool2d"
    kernel = [n // m for n, m in zip(given, wanted)]
    if len(kernel) == 1:
        settings["window"] = window([1, *kernel], [1, *kernel], [0, 0, 0, 0], 1)
        return as_row(r, r.add(operation, [as_image(r, x)], settings, shape=(result[0], 1, result[1])))
    settings["window"] = window(kernel, kernel, [0, 0, 0, 0], 1)
    return r.add(operation, [x], settings)


@records("mean", "sum")
def mean(r, x, dim=None, keepdim=False, *, dtype=None, **unused):
    if dim is None:
        raise Unsupported("it works across the examples of a batch", "name the axes: x.mean((2, 3))")
    dims = [d % (len(x.shape) + 1) for d in ([dim] if isinstance(dim, int) else dim)]
    axes = sorted(r.axis(x, d) for d in dims)
    kept = tuple(n for axis, n in enumerate(x.shape) if axis not in axes)
    batch_axis = x.batch_axis if keepdim else x.batch_axis - sum(d < x.batch_axis for d in dims)
    result = r.add("mean", [x], {"axes": axes}, shape=kept, part="mean" if r.function == "sum" else None)
    if r.function == "sum":
        result = scale(r, result, math.prod(x.shape[axis] for axis in axes))
    return replace(result, shape=r.example(r.result, batch_axis), batch_axis=batch_axis)


# Shapes


def reshape(r, x):
    """The same numbers in another shape; the batch axis must stay what it is."""
    shape, before = tuple(r.result.shape), x.shape[:x.batch_axis]
    if x.states is not None and len(x.states) == 1:
        x = replace(x.states[0], shape=x.shape, batch_axis=x.batch_axis)
    hint = r.base_name()
    if math.prod(before) == 1:  # the batch may be preceded by axes of length 1
        axis = next((axis for axis, n in enumerate(shape) if n == r.batch), None)
        if axis is not None and math.prod(shape[:axis]) == 1:
            return replace(x, shape=r.example(r.result, axis), batch_axis=axis, hint=hint, states=None)
    elif shape[:x.batch_axis + 1] == (*before, r.batch):
        return replace(x, shape=r.example(r.result, x.batch_axis), hint=hint)
    raise Unsupported(
        f"it makes {list(shape)} of a batch of {r.batch} examples {list(x.shape)}: examples are mixed or split",
        "keep the batch axis first and to itself")


def permute(r, x, order):
    """Axes in another order: free as long as the example's own axes (longer than 1) keep theirs."""
    new_batch_axis = order.index(x.batch_axis)
    axes = [r.axis(x, dim) for dim in order if dim != x.batch_axis]
    if x.states is not None and len(x.states) > 1:
        raise Unsupported("the last states of several layers or directions are used as one tensor", "pick the wanted one: h[-1]")
    long = [axis for axis in axes if x.shape[axis] != 1]
    if long != sorted(long):
        raise Unsupported(
            "it exchanges axes of an example, for which Vitro has no layer",
            "keep the axes in one order; for attention by hand, " + ADVICE_ATTENTION)
    return replace(x, shape=tuple(x.shape[axis] for axis in axes), batch_axis=new_batch_axis, hint=r.base_name())


@records("transpose")
def transpose(r, x, dim0, dim1):
    order = list(range(len(x.shape) + 1))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return permute(r, x, order)


@records("permute")
def permute_axes(r, x, *dims):
    dims = dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return permute(r, x, [d % (len(x.shape) + 1) for d in dims])


@records("t", "T", "mT", "adjoint")
def transposed(r, x):
    order = list(range(len(x.shape) + 1))
    return permute(r, x, order[:-2] + [order[-1], order[-2]] if r.function != "T" else order[::-1])


@records("movedim")
def movedim(r, x, source, destination):
    rank = len(x.shape) + 1
    if not isinstance(source, int):
        raise Unsupported("several axes are moved at once", "move one axis at a time")
    order = [axis for axis in range(rank) if axis != source % rank]
    order.insert(destination % rank, source % rank)
    return permute(r, x, order)


@records("expand", "expand_as", "broadcast_to", "repeat")
def expand(r, x, *sizes):
    if r.example(r.result, x.batch_axis) != x.shape:
        raise Unsupported("a value is repeated along an axis", "there is no substitute for the broadcasting yet")
    return x


@records("cat")
def cat(r, tensors, dim=0, *, axis=None, out=None):
    if not all(isinstance(tensor, Value) for tensor in tensors):
        raise Unsupported(
            "a constant (a class token, perhaps) is joined to a value, for which Vitro has no layer",
            "take the mean over positions in place of a class token")
    dim = dim if axis is None else axis
    x = tensors[0]
    if len(tensors) == 1:
        return x
    if any(t.batch_axis != x.batch_axis for t in tensors):
        raise Unsupported("values with the batch on different axes are joined")
    return r.add("concatenate", tensors, {"axis": r.axis(x, dim)}, batch_axis=x.batch_axis)


@records("stack")
def stack(r, tensors, dim=0, *, out=None):
    if not all(isinstance(tensor, Value) and tensor.batch_axis == 0 for tensor in tensors) or dim % r.result.dim() == 0:
        raise Unsupported("constants are stacked with values, or along the batch axis")
    axis = dim % r.result.dim() - 1
    hint = r.base_name() + ".part"
    parts = [replace(t, shape=t.shape[:axis] + (1,) + t.shape[axis:], hint=hint) for t in tensors]
    return r.add("concatenate", parts, {"axis": axis})


def pick(r, x, dim, position, part=None):
    """One position of an axis, which vanishes."""
    if x.states is not None:
        if dim == 0:
            return x.states[position]
        raise Unsupported("the last states of a recurrent layer are taken apart in a way that has no form", "use h[-1]")
    axis = r.axis(x, dim)
    batch_axis = x.batch_axis - (dim < x.batch_axis)
    rest = x.shape[:axis] + x.shape[axis + 1:]
    if x.shape[axis] == 1:
        return replace(x, shape=rest, batch_axis=batch_axis, hint=r.base_name())
    if math.prod(x.shape[:axis]) != 1:
        raise Unsupported(
            f"a position of axis {dim} is picked; Vitro picks along the first axis of an example", "let the positions be the first axis")
    picked = r.add("pick", [replace(x, shape=x.shape[axis:])], {"position": position}, shape=x.shape[axis + 1:], part=part)
    return replace(picked, shape=rest, batch_axis=batch_axis)


@records("select")
def select(r, x, dim, index):
    return pick(r, x, dim % (len(x.shape) + 1), index)


@records("unbind")
def unbind(r, x, dim=0):
    dim = dim % (len(x.shape) + 1)
    count = (len(x.states) if x.states is not None else x.shape[r.axis(x, dim)])
    return [pick(r, x, dim, position) for position in range(count)]


@records("getitem")
def getitem(r, x, index):
    index = list(index) if isinstance(index, list) else [index]
    rank = len(x.shape) + 1
    if any(not (item is None or item is Ellipsis or isinstance(item, (int, slice))) or isinstance(item, bool) for item in index):
        raise Unsupported("it is indexed by something else than numbers and slices", "pick one position: x[:, 0]")
    if Ellipsis in index:
        place = index.index(Ellipsis)
        missing = rank - sum(item is not None for item in index) + 1
        index[place:place + 1] = [slice(None)] * missing
    dim = 0
    for item in index:
        if item is None:
            hint, before = r.base_name(), dim <= x.batch_axis
            axis = dim if before else dim - 1
            x = replace(x, shape=x.shape[:axis] + (1,) + x.shape[axis:], batch_axis=x.batch_axis + before, hint=hint)
            dim += 1
        elif isinstance(item, int):
            x = pick(r, x, dim, item)
        else:
            length = r.batch if dim == x.batch_axis else x.shape[r.axis(x, dim)]
            if item.indices(length) != (0, length, 1):
                raise Unsupported("a part of an axis is cut out, for which Vitro has no layer", "pick one position: x[:, 0]")
            dim += 1
    return x


# Sequences


@records("lstm", "gru")
def recurrent(r, x, hx, weights, has_biases=None, num_layers=None, dropout=0.0, train=False, bidirectional=None, batch_first=None):
    if batch_first is None:
        raise Unsupported("packed sequences have no form in Vitro", "feed sequences of one length")
    for state in hx if isinstance(hx, list) else [hx]:
        if isinstance(state, Value) or bool((state != 0).any()):
            raise Unsupported("it starts from a state of its own", "start from zeros: leave the second argument out")
    if x.batch_axis != (0 if batch_first else 1):
        raise Unsupported(
            "its first axis, which should be the positions, is the batch" if not batch_first else "the batch is not its first axis",
            "build it with batch_first=True")
    directions = 2 if bidirectional else 1
    each = 4 if has_biases else 2
    if len(weights) != num_layers * directions * each:
        raise Unsupported("the hidden state is projected (proj_size)", "use proj_size=0")
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"][:each]
    length, plain = x.shape[0], num_layers * directions == 1
    base, value, states = r.base_name(), replace(x, batch_axis=0), []
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            start = (layer * directions + direction) * each
            width = weights[start + 1].shape[1]
            settings = {
                "inputs": weights[start].shape[1], "width": width, "returns": "sequence", "reversed": direction == 1, "bias": bool(has_biases)}
            part = f"l{layer}" + ("_reverse" if direction else "")
            output = r.add(
                r.function, [value], settings, dict(zip(names, weights[start:start + each])), shape=(length, width),
                name=base if plain else f"{base}.{part}")
            outputs.append(output)
            states.append(r.add(
                "pick", [output], {"position": 0 if direction else -1}, shape=(width,), name=f"{output.node}.last"))
        value = outputs[0]
        if bidirectional:
            value = r.add("concatenate", outputs, {"axis": 1}, shape=(length, 2 * width), name=f"{base}.l{layer}_both")
        if dropout and layer < num_layers - 1:
            value = r.add("dropout", [value], {"probability": float(dropout)}, shape=value.shape, name=f"{base}.l{layer}_dropout")
    results = [replace(value, batch_axis=x.batch_axis)]
    results.append(Value("", (len(states), width), 1, hint=f"{base}.states", states=tuple(states)))
    if r.function == "lstm":
        results.append(r.problem(r.function, [x], Unsupported(
            "the cell's last state is used", "use the hidden state, or leave it out; the cell's values are the tap hook_cell"), list(r.result)[2]))
    return results


@records("multi_head_attention_forward")
def attention(
    r, query, key, value, width, heads, in_weight, in_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_weight, out_bias, training=True,
    key_padding_mask=None, need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None,
    v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True, is_causal=False,
):
    if bias_k is not None or bias_v is not None or add_zero_attn:
        raise Unsupported("keys and values are added to the sequence (add_bias_kv, add_zero_attn)", "leave them out")
    if use_separate_proj_weight:
        raise Unsupported("keys or values have a width of their own (kdim, vdim)", "use one width")
    if any(not isinstance(v, Value) or v.batch_axis != 1 for v in (query, key, value)):
        raise Unsupported("the positions and the batch are exchanged", "build it with batch_first=True")
    if (key.node, key.shape) != (value.node, value.shape):
        raise Unsupported("keys and values come from different values", "compute both from one sequence")
    if isinstance(key_padding_mask, Value) or key_padding_mask is not None and bool((key_padding_mask != 0).any()):
        raise Unsupported("padding is masked", "feed sequences of one length")
    causal = is_causal_mask(attn_mask, query.shape[0], key.shape[0]) if attn_mask is not None else False
    parameters = {}
    for index, name in enumerate(["q_proj", "k_proj", "v_proj"]):
        part = slice(index * width, (index + 1) * width)
        parameters[f"{name}.weight"] = in_weight[part]
        if in_bias is not None:
            parameters[f"{name}.bias"] = in_bias[part]
    parameters["out_proj.weight"] = out_weight
    if in_bias is not None:
        parameters["out_proj.bias"] = out_bias
    settings = {"width": width, "heads": heads, "causal": causal, "bias": in_bias is not None}
    sources = [query] if (query.node, query.shape) == (key.node, key.shape) else [query, key]
    result = r.add("multiHeadAttention", sources, settings, parameters, shape=query.shape, batch_axis=1)
    if r.result[1] is None:
        return [result]
    pattern = Unsupported("the attention pattern is used as a value", f"read it from Vitro's tap {result.node}.hook_pattern")
    return [result, r.problem(r.function, [query], pattern, r.result[1])]


def is_causal_mask(mask, queries, keys):
    """Whether a mask lets each position see itself and earlier ones (true) or everything (false)."""
    if isinstance(mask, Value) or tuple(mask.shape) != (queries, keys):
        raise Unsupported("the attention mask depends on the example or the head", "use a causal mask, or none")
    hidden = mask if mask.dtype == torch.bool else mask == -math.inf
    if mask.dtype == torch.bool or bool(((mask == 0) | hidden).all()):
        if not bool(hidden.any()):
            return False
        if torch.equal(hidden, torch.ones_like(hidden).triu(1 + keys - queries)):
            return True
    raise Unsupported("the attention mask is not the causal one", "use a causal mask, or none")


# -- From recordings to a graph --------------------------------------------------------------------------------------------------------------


@dataclass
class Graph:
    """What goes into the files."""

    name: str
    input_shape: list
    nodes: list
    outputs: list
    metadata: dict
    is_double: bool


def output_values(recorder, result):
    """The Values of what forward() returned, and the tensors among it that were not seen to depend on the input."""
    tensors = list(tensors_in(dict(result) if isinstance(result, dict) else result))
    return [recorder.values[id(t)][1] if id(t) in recorder.values else None for t in tensors]


def reachable(recorder, names):
    """The nodes that outputs need, in running order."""
    needed, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += recorder.by_name[name].inputs if recorder.by_name.get(name) else []
    return [node for node in recorder.nodes if node.name in needed]


def recorded_graph(module, x):
    """One run's nodes, output names, problems."""
    recorder = Recorder(module, x)
    result = recorder.run()
    values = output_values(recorder, result)
    problems, outputs = list(recorder.refusals), []
    if not values:
        problems.append(Problem("forward()", f"it returns {type(result).__name__} without tensors", "return a tensor"))
    for number, value in enumerate(values):
        if value is None:
            problems.append(Problem(
                f"output {number} of forward()", "it was not seen to depend on the input",
                "return values computed from the input; scripted and compiled modules must be exported before torch.jit or torch.compile"))
            continue
        try:
            if value.batch_axis != 0 and not (value.node and recorder.by_name.get(value.node) and recorder.by_name[value.node].problem):
                raise Unsupported("its first axis is not the batch", "transpose it back, or leave it out of what forward() returns")
            outputs.append(recorder.read(value))
        except Unsupported as reason:
            problems.append(Problem(f"output {number} of forward()", reason.why, reason.advice))
    nodes = reachable(recorder, outputs)
    for node in nodes:
        if node.problem and node.problem not in problems:
            problems.append(node.problem)
    return nodes, outputs, problems


def same_tensor(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and bool(torch.equal(a.nan_to_num(), b.nan_to_num()))


def difference(first, second):
    """What two runs do not agree on, or None."""
    for a, b in zip(first, second):
        if (a.name, a.operation, a.inputs) != (b.name, b.operation, b.inputs):
            return a.name, f"one batch leads to '{a.name}' ({a.operation}), another to '{b.name}' ({b.operation})"
        if a.settings != b.settings:
            return a.name, f"one batch leads to the settings {a.settings}, another to {b.settings}"
        if a.parameters.keys() != b.parameters.keys() or not all(same_tensor(a.parameters[k], b.parameters[k]) for k in a.parameters):
            return a.name, "its numbers differ from batch to batch"
    if len(first) != len(second):
        return (first + second)[min(len(first), len(second))].name, "one batch leads to more operations than another"
    return None


def fold_scales(nodes, outputs):
    """Makes one scale of (x − mean)/std and the like."""
    readers = {}
    for node in nodes:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    by_name, folded = {node.name: node for node in nodes}, set()
    for node in nodes:
        inner = by_name.get(node.inputs[0]) if node.merges else None
        if inner is not None and inner.merges and readers[inner.name] == 1 and inner.name not in outputs:
            a, b = inner.settings, node.settings
            node.settings = {"factor": a["factor"] * b["factor"], "offset": a["offset"] * b["factor"] + b["offset"]}
            node.inputs = list(inner.inputs)
            folded.add(inner.name)
    return [node for node in nodes if node.name not in folded]


def tie(nodes):
    """A tensor that is already another node's parameter becomes a tie to it."""
    owners = {}
    for node in nodes:
        for own, tensor in list(node.parameters.items()):
            key = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)
            if tensor.numel() and key in owners:
                node.ties[own] = owners[key]
                del node.parameters[own]
            else:
                owners[key] = f"{node.name}.{own}"


def random_batch(module, batch, input_shape, lengths, input_dtype, generator):
    shape = [batch] + [lengths if n == -1 else n for n in input_shape]
    if input_dtype.is_floating_point:
        return torch.randn(shape, generator=generator, dtype=input_dtype)
    counts = [m.num_embeddings for m in module.modules() if isinstance(m, torch.nn.Embedding)]
    return torch.randint(0, min(counts, default=2), shape, generator=generator, dtype=input_dtype)


def trace(module, input_shape, name, metadata, input_dtype):
    """The graph of a module in eval mode, or NotExportable."""
    generator = torch.Generator().manual_seed(0)
    title = type(module).__name__
    runs = []
    for batch, length in [(2, 5), (3, 7)]:
        x = random_batch(module, batch, input_shape, length, input_dtype, generator)
        try:
            nodes, outputs, problems = recorded_graph(module, x)
        except Exception as error:
            if isinstance(error, (KeyboardInterrupt, NotExportable)):
                raise
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__ and not f.filename.startswith(TORCH)]
            place = f"forward() at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "forward()"
            raise NotExportable(title, [Problem(
                place, f"running it on a batch {list(x.shape)} of {x.dtype} failed: {type(error).__name__}: {error}",
                "check input_shape (without the batch axis), and whether the input are tokens (input_dtype='int64')")]) from error
        if problems:
            raise NotExportable(title, problems)
        runs.append((nodes, outputs))
    (nodes, outputs), (others, other_outputs) = runs
    mismatch = difference(nodes, others)
    if mismatch is None and outputs != other_outputs:
        mismatch = (outputs[0], "another value is returned")
    if mismatch is not None:
        raise NotExportable(title, [Problem(
            f"node {mismatch[0]}", f"what is computed depends on the batch: {mismatch[1]}",
            "let forward() do the same for all examples, batch sizes" + (" and lengths" if -1 in input_shape else ""))])
    nodes = fold_scales(nodes, outputs)
    tie(nodes)
    is_double = any(t.dtype == torch.float64 for node in nodes for t in node.parameters.values())
    return Graph(name or title, list(input_shape), nodes, outputs, metadata, is_double)


# -- The files -------------------------------------------------------------------------------------------------------------------------------


def network_json(graph):
    """network.json as docs/network-format.md describes it."""
    nodes = []
    for node in graph.nodes:
        entry = {"name": node.name, "operation": node.operation, "inputs": node.inputs, "settings": node.settings}
        if node.ties:
            entry["ties"] = node.ties
        nodes.append(entry)
    return {
        "format": "vitro-network", "version": 1, "dtype": "float64" if graph.is_double else "float32", "name": graph.name,
        "inputs": [{"name": "input", "shape": graph.input_shape}], "nodes": nodes, "outputs": graph.outputs, "metadata": graph.metadata,
    }


def write(graph, directory):
    """Writes both files of a graph."""
    dtype = torch.float64 if graph.is_double else torch.float32
    tensors = {f"{node.name}.{own}": tensor.to(dtype) for node in graph.nodes for own, tensor in node.parameters.items()}
    run_network.write_safetensors(tensors, directory / "weights.safetensors", {"format": "vitro"})
    text = json.dumps(network_json(graph), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    (directory / "network.json").write_text(text + "\n", encoding="utf-8")
    return tensors


@dataclass
class Summary:
    """What was exported."""

    directory: str
    nodes: int
    parameters: int
    difference: float
    unused: list


def prepared(module):
    """A copy of a module on the CPU, in eval mode, in float32 or float64."""
    module = getattr(module, "_orig_mod", module)
    if isinstance(module, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
        module = module.module
    module = copy.deepcopy(module).cpu().eval()
    is_double = any(p.dtype == torch.float64 for p in module.parameters())
    return module.double() if is_double else module.float()


def export(module, directory, input_shape=(1, 28, 28), name=None, classes=None, input_dtype="float32", metadata={}):
    """Writes a module to a directory that Vitro reads, and checks what was written.

    `input_shape` is one example's, without the batch axis; a length of -1 is left open. `input_dtype="int64"` says that the input are tokens.
    `classes` names the outputs. Raises NotExportable, and writes nothing, when something has no form in Vitro.
    """
    module = prepared(module)
    is_double = any(p.dtype == torch.float64 for p in module.parameters())
    dtype = getattr(torch, input_dtype)
    dtype = (torch.float64 if is_double else torch.float32) if dtype.is_floating_point else dtype
    facts = {"source": f"PyTorch {torch.__version__.split('+')[0]}, {type(module).__module__}.{type(module).__qualname__}"}
    facts |= {"classes": ",".join(map(str, classes))} if classes else {}
    graph = trace(module, input_shape, name, facts | {str(k): str(v) for k, v in metadata.items()}, dtype)

    directory = pathlib.Path(directory)
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        tensors = write(graph, partial)
        largest = verify(module, partial, input_shape, dtype)
        directory.mkdir(parents=True, exist_ok=True)
        for file in ("weights.safetensors", "network.json"):
            os.replace(partial / file, directory / file)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    used = {t.data_ptr() for node in graph.nodes for t in node.parameters.values()}
    unused = [n for n, p in module.named_parameters() if p.numel() and not any(p.data_ptr() <= u < p.data_ptr() + p.nbytes for u in used)]
    return Summary(str(directory), len(graph.nodes), sum(t.numel() for t in tensors.values()), largest, unused)


def verify(module, directory, input_shape, dtype):
    """The largest difference between the module and the files as run_network.py computes them, relative to the largest output above 1."""
    network = run_network.Network(directory)
    generator, largest = torch.Generator().manual_seed(1), 0.0
    for batch, length in [(1, 5), (4, 5), (7, 6)]:
        x = random_batch(module, batch, input_shape, length, dtype, generator)
        with torch.no_grad():
            result = module(x.clone())
        values = network.values(x)
        for name, expected in zip(network.graph["outputs"], tensors_in(dict(result) if isinstance(result, dict) else result)):
            found = values[name]
            if found.shape != expected.shape:
                raise NotExportable(type(module).__name__, [Problem(
                    f"output {name}", f"the exported network gives {list(found.shape)}, the module {list(expected.shape)}",
                    "this is a fault of the exporter; please report it")])
            apart = (found - expected).abs().max().item() / max(1.0, expected.abs().max().item())
            largest = max(largest, apart) if math.isfinite(apart) else math.inf
    if not largest <= TOLERANCE:
        raise NotExportable(type(module).__name__, [Problem(
            "the network as a whole", f"its outputs differ from the module's by {largest:.1e}",
            "look for values changed in place through another view, or for decisions that depend on the input's numbers")])
    return largest


# -- The command -----------------------------------------------------------------------------------------------------------------------------


def demo():
    """A small convolutional network, untrained."""
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * 7 * 7, 32), nn.ReLU(), nn.Linear(32, 10))


def load_module(source):
    """The module that `package.module:attribute` or `file.py:attribute` names: a module, a class, or a function that returns one."""
    place, _, attribute = source.rpartition(":")
    if not place or not attribute:
        raise SystemExit(f"'{source}' is not package.module:attribute or file.py:attribute")
    sys.path.insert(0, os.getcwd())
    try:
        if place.endswith(".py"):
            spec = importlib.util.spec_from_file_location(pathlib.Path(place).stem, place)
            python_module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = python_module
            spec.loader.exec_module(python_module)
        else:
            python_module = importlib.import_module(place)
        found = python_module
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, FileNotFoundError, AttributeError) as error:
        raise SystemExit(f"'{source}' cannot be loaded: {error}")
    if not isinstance(found, torch.nn.Module):
        found = found()
    if not isinstance(found, torch.nn.Module):
        raise SystemExit(f"'{source}' gives {type(found).__name__}, expected a torch.nn.Module")
    return found


def load_weights(module, path):
    """Loads a state_dict from a .pt or .safetensors file; only numbers are read, no code is run."""
    if str(path).endswith(".safetensors"):
        state = run_network.read_safetensors(path)
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)
        for key in ("state_dict", "model_state_dict", "model"):
            if isinstance(state, dict) and isinstance(state.get(key), dict):
                state = state[key]
    state = {name.removeprefix("module.").removeprefix("_orig_mod."): value for name, value in state.items()}
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise SystemExit(f"{path} does not fit the module: {error}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="docs/pytorch.md lists the supported layers.")
    parser.add_argument("source", nargs="?", help="package.module:attribute or file.py:attribute")
    parser.add_argument("--demo", action="store_true", help="export a small built-in convnet")
    parser.add_argument("--out", required=True, metavar="DIR", help="the directory to write")
    parser.add_argument("--input", default="1,28,28", metavar="SHAPE", help="one example's shape, such as 1,28,28; -1 leaves a length open")
    parser.add_argument("--token-input", action="store_true", help="the input are whole numbers for an embedding")
    parser.add_argument("--weights", metavar="FILE", help="a state_dict to load first (.pt, .safetensors)")
    parser.add_argument("--classes", metavar="A,B,C", help="names of the outputs")
    parser.add_argument("--name", help="what the network is called in reports")
    options = parser.parse_args(arguments)
    if options.demo == bool(options.source):
        parser.error("name a module, or --demo")
    try:
        shape = tuple(int(n) for n in options.input.split(",") if n)
    except ValueError:
        parser.error(f"--input {options.input} is no shape, such as 1,28,28")
    module = demo() if options.demo else load_module(options.source)
    if options.weights:
        load_weights(module, options.weights)
    try:
        summary = export(
            module, options.out, shape, options.name or ("demo" if options.demo else None),
            options.classes.split(",") if options.classes else None, "int64" if options.token_input else "float32")
    except NotExportable as error:
        print(error, file=sys.stderr)
        print("Nothing was written.", file=sys.stderr)
        return 1
    print(f"{summary.directory}: {summary.nodes} nodes, {summary.parameters} numbers")
    print(f"read back and recomputed: the largest difference from PyTorch is {summary.difference:.1e}")
    if summary.unused:
        print(f"not used by forward(), and left out: {', '.join(summary.unused)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

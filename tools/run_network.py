"""Runs a network that Vitro or export_torch.py wrote, in PyTorch.

    network = Network("my-network")          # network.json and weights.safetensors
    y = network(x)                           # [batch, …] -> the main output
    values = network.values(x)               # every node's output by name

It shares no operation with the exporter and nothing with Vitro: each one is written down once more, as plainly as possible, so that agreement means
something. Shapes that Vitro would refuse are refused here too. The exporter takes its safetensors reader and writer from here. Needs torch and
the standard library.
"""

import json
import math
import pathlib

import torch

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}


def read_safetensors(path):
    """The tensors of a safetensors file by name."""
    data = bytearray(pathlib.Path(path).read_bytes())
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(data[8 + length + begin:8 + length + end] or bytearray(8), dtype=DTYPES[entry["dtype"]])
        tensors[name] = values[:math.prod(entry["shape"])].reshape(entry["shape"])
    return tensors


def write_safetensors(tensors, path, metadata):
    """Writes tensors by name, in their order; the same tensors always give the same bytes."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, blobs, end = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        tensor = tensor.detach().cpu().contiguous().clone()
        blob = bytearray(tensor.numel() * tensor.element_size())
        if blob:
            torch.frombuffer(blob, dtype=tensor.dtype).copy_(tensor.reshape(-1))
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [end, end + len(blob)]}
        end += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for blob in blobs:
            file.write(blob)


class Network:
    """A network read from its directory; call it on a batch."""

    def __init__(self, directory):
        directory = pathlib.Path(directory)
        self.graph = json.loads((directory / "network.json").read_text())
        if (self.graph["format"], self.graph["version"]) != ("vitro-network", 1):
            raise ValueError(f"{directory} is no vitro-network of version 1")
        if self.graph.get("instances") is not None:
            raise ValueError("networks of several instances are not run here")
        self.dtype = {"float32": torch.float32, "float64": torch.float64}[self.graph["dtype"]]
        self.weights = {
            name: tensor.to(self.dtype) for name, tensor in read_safetensors(directory / "weights.safetensors").items()}

    def values(self, *inputs):
        """Every input's and node's value by name."""
        values = {}
        for declared, x in zip(self.graph["inputs"], inputs, strict=True):
            same_rank = x.dim() == len(declared["shape"]) + 1
            require(same_rank and all(a in (-1, b) for a, b in zip(declared["shape"], x.shape[1:])), declared, x.shape)
            values[declared["name"]] = x.to(self.dtype) if x.is_floating_point() else x
        with torch.no_grad():
            for node in self.graph["nodes"]:
                require(node["name"] not in values, "two nodes named", node["name"])
                parameters = Parameters(self.weights, node)
                operation = OPERATIONS[node["operation"]]
                values[node["name"]] = operation([values[name] for name in node["inputs"]], node["settings"], parameters)
        return values

    def __call__(self, *inputs):
        return self.values(*inputs)[self.graph["outputs"][0]]


class Parameters:
    """A node's parameters by their own names; ties lead to another node's."""

    def __init__(self, weights, node):
        self.weights, self.name, self.ties = weights, node["name"], node.get("ties", {})

    def __getitem__(self, own):
        return self.weights[self.ties.get(own, f"{self.name}.{own}")]


def require(condition, *facts):
    if not condition:
        raise ValueError("shapes do not fit: " + " ".join(map(str, facts)))


ACTIVATIONS = {
    "identity": lambda x, p: x,
    "relu": lambda x, p: x.clamp(min=0),
    "leakyRelu": lambda x, p: torch.where(x >= 0, x, x * (0.01 if p is None else p)),
    "elu": lambda x, p: torch.where(x > 0, x, (1.0 if p is None else p) * torch.expm1(x)),
    "selu": lambda x, p: 1.0507009873554805 * torch.where(x > 0, x, 1.6732632423543772 * torch.expm1(x)),
    "gelu": lambda x, p: x * 0.5 * (1 + torch.erf(x / math.sqrt(2))),
    "geluTanh": lambda x, p: x * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x, p: x / (1 + torch.exp(-x)),
    "sigmoid": lambda x, p: 1 / (1 + torch.exp(-x)),
    "logSigmoid": lambda x, p: x.clamp(max=0) - torch.log1p(torch.exp(-x.abs())),
    "tanh": lambda x, p: torch.tanh(x),
    "softplus": lambda x, p: x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())),
    "softsign": lambda x, p: x / (1 + x.abs()),
    "hardSigmoid": lambda x, p: (x / 6 + 0.5).clamp(0, 1),
    "hardSwish": lambda x, p: x * (x / 6 + 0.5).clamp(0, 1),
    "exp": lambda x, p: torch.exp(x),
    "abs": lambda x, p: x.abs(),
    "square": lambda x, p: x * x,
    "sin": lambda x, p: torch.sin(x),
    "cos": lambda x, p: torch.cos(x),
}


def same_shape(inputs):
    require(all(x.shape == inputs[0].shape for x in inputs), *(tuple(x.shape) for x in inputs))
    return inputs


def linear(x, weight, bias):
    require(x.shape[-1] == weight.shape[1], tuple(x.shape), tuple(weight.shape))
    y = x @ weight.T
    return y if bias is None else y + bias


def windows(x, window, fill):
    """Every window's elements: [batch, channels, h, w, kernel height, kernel width]."""
    require(x.dim() == 4, tuple(x.shape))
    (kh, kw), (sh, sw), (dh, dw) = window["kernel"], window["stride"], window["dilation"]
    top, left, bottom, right = window["padding"]
    padded = x.new_full((x.shape[0], x.shape[1], x.shape[2] + top + bottom, x.shape[3] + left + right), fill)
    padded[:, :, top:top + x.shape[2], left:left + x.shape[3]] = x
    patches = padded.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)
    return patches[..., ::dh, ::dw]


def conv2d(inputs, s, p):
    x, groups = inputs[0], s["groups"]
    require(x.dim() == 4 and x.shape[1] == s["inputs"], tuple(x.shape), s)
    patches = windows(x, s["window"], 0.0).unflatten(1, (groups, -1))
    filters = p["weight"].unflatten(0, (groups, -1))
    y = torch.einsum("bgihwkl,goikl->bgohw", patches, filters).flatten(1, 2)
    return y + p["bias"][:, None, None] if s["bias"] else y


def average_pool(inputs, s, p):
    total = windows(inputs[0], s["window"], 0.0).sum((-1, -2))
    if s["excludesPadding"]:
        return total / windows(torch.ones_like(inputs[0]), s["window"], 0.0).sum((-1, -2))
    return total / math.prod(s["window"]["kernel"])


def layer_norm(inputs, s, p):
    x = inputs[0]
    require(x.shape[-1] == s["width"], tuple(x.shape), s)
    centered = x - x.mean(-1, keepdim=True)
    y = centered / torch.sqrt(centered.square().mean(-1, keepdim=True) + s["epsilon"])
    return y * p["weight"] + p["bias"] if s["affine"] else y


def rms_norm(inputs, s, p):
    x = inputs[0]
    require(x.shape[-1] == s["width"], tuple(x.shape), s)
    return x / torch.sqrt(x.square().mean(-1, keepdim=True) + s["epsilon"]) * p["weight"]


def batch_norm(inputs, s, p):
    x = inputs[0]
    require(x.shape[1] == s["channels"], tuple(x.shape), s)
    per_channel = lambda vector: vector.reshape([-1] + [1] * (x.dim() - 2))
    y = (x - per_channel(p["running_mean"])) / torch.sqrt(per_channel(p["running_var"]) + s["epsilon"])
    return y * per_channel(p["weight"]) + per_channel(p["bias"]) if s["affine"] else y


def attention(inputs, s, p):
    x, source = inputs[0], inputs[-1]
    require(x.dim() == 3 and x.shape[-1] == source.shape[-1] == s["width"], tuple(x.shape), s)
    bias = lambda name: p[f"{name}.bias"] if s["bias"] else None
    split = lambda y: y.unflatten(-1, (s["heads"], -1)).transpose(1, 2)
    q, k, v = (
        split(linear(y, p[f"{name}.weight"], bias(name)))
        for y, name in [(x, "q_proj"), (source, "k_proj"), (source, "v_proj")])
    scores = q @ k.transpose(-1, -2) / math.sqrt(s["width"] // s["heads"])
    if s["causal"]:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1 + scores.shape[-1] - scores.shape[-2])
        scores = scores.masked_fill(hidden, -math.inf)
    z = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    return linear(z, p["out_proj.weight"], bias("out_proj"))


def recurrent(inputs, s, p, cell):
    x = inputs[0]
    require(x.dim() == 3 and x.shape[-1] == s["inputs"], tuple(x.shape), s)
    hidden, memory = x.new_zeros(x.shape[0], s["width"]), x.new_zeros(x.shape[0], s["width"])
    states = [None] * x.shape[1]
    for position in reversed(range(x.shape[1])) if s["reversed"] else range(x.shape[1]):
        a = linear(x[:, position], p["weight_ih_l0"], p["bias_ih_l0"] if s["bias"] else None)
        b = linear(hidden, p["weight_hh_l0"], p["bias_hh_l0"] if s["bias"] else None)
        hidden, memory = cell(a, b, hidden, memory)
        states[position] = hidden
    return hidden if s["returns"] == "last" else torch.stack(states, 1)


def lstm_cell(a, b, hidden, memory):
    i, f, g, o = (a + b).chunk(4, -1)
    memory = torch.sigmoid(f) * memory + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(memory), memory


def gru_cell(a, b, hidden, memory):
    (ar, az, an), (br, bz, bn) = a.chunk(3, -1), b.chunk(3, -1)
    z = torch.sigmoid(az + bz)
    n = torch.tanh(an + torch.sigmoid(ar + br) * bn)
    return (1 - z) * n + z * hidden, memory


def positional(inputs, s, p):
    x = inputs[0]
    require(x.dim() == 3 and x.shape[-1] == s["width"] and x.shape[1] <= s["longest"], tuple(x.shape), s)
    return x + p["weight"][:x.shape[1]]


def mean(inputs, s, p):
    require(all(0 <= axis < inputs[0].dim() - 1 for axis in s["axes"]), tuple(inputs[0].shape), s)
    return inputs[0].mean([axis + 1 for axis in s["axes"]])


def maximum(inputs, s, p):
    require(all(0 <= axis < inputs[0].dim() - 1 for axis in s["axes"]), tuple(inputs[0].shape), s)
    return inputs[0].amax([axis + 1 for axis in s["axes"]])


def permute(inputs, s, p):
    require(sorted(s["order"]) == list(range(inputs[0].dim() - 1)), tuple(inputs[0].shape), s)
    return inputs[0].permute(0, *(axis + 1 for axis in s["order"]))


def equivariant_linear(inputs, s, p):
    x, orbits = inputs[0], s["orbits"]
    require(x.dim() == 3 and x.shape[1:] == (orbits["columns"], s["inputs"]), tuple(x.shape), "equivariantLinear")
    labels = torch.tensor(orbits["labels"]).reshape(orbits["rows"], orbits["columns"])
    y = torch.einsum("yxoi,bxi->byo", p["weight"][labels], x)
    return y + p["bias"][torch.tensor(orbits["biasLabels"])] if s["bias"] else y


# operation -> function of the inputs' values, the settings and the parameters
OPERATIONS = {
    "activation": lambda x, s, p: ACTIVATIONS[s["function"]](x[0], s.get("parameter")),
    "add": lambda x, s, p: sum(same_shape(x)),
    "averagePool2d": average_pool,
    "batchNorm": batch_norm,
    "concatenate": lambda x, s, p: torch.cat(x, s["axis"] + 1),
    "conv2d": conv2d,
    "dropout": lambda x, s, p: x[0],
    "embedding": lambda x, s, p: p["weight"][x[0].long()],
    "equivariantLinear": equivariant_linear,
    "flatten": lambda x, s, p: x[0].reshape(x[0].shape[0], -1),
    "gru": lambda x, s, p: recurrent(x, s, p, gru_cell),
    "layerNorm": layer_norm,
    "linear": lambda x, s, p: linear(x[0], p["weight"], p["bias"] if s["bias"] else None),
    "lstm": lambda x, s, p: recurrent(x, s, p, lstm_cell),
    "maxPool2d": lambda x, s, p: windows(x[0], s["window"], -math.inf).amax((-1, -2)),
    "maximum": maximum,
    "mean": mean,
    "multiHeadAttention": attention,
    "multiply": lambda x, s, p: math.prod(same_shape(x)),
    "permute": permute,
    "pick": lambda x, s, p: x[0][:, s["position"]],
    "positionalEmbedding": positional,
    "reshape": lambda x, s, p: x[0].reshape([x[0].shape[0]] + s["shape"]),
    "rmsNorm": rms_norm,
    "scale": lambda x, s, p: x[0] * s["factor"] + s["offset"],
    "softmax": lambda x, s, p: x[0].log_softmax(-1) if s["logarithmic"] else x[0].softmax(-1),
}

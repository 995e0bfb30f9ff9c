"""Networks as PyTorch exports them, and what PyTorch computes: python Tests/References/onnx_torch.py Tests/VitroNetworksTests/Fixtures

Writes onnx-torch/NAME.onnx for each network, once with the exporter that traces (NAME) and once with torch.export (NAME-dynamo), and to
onnx-torch/values.safetensors NAME/x0, NAME/x1, …, the outputs NAME/y0, … and, where inputs are real, the gradient of the sum of squares of the first output at
the first input (NAME/g). Made with torch 2.13.0, onnx 1.23.2 and onnxscript.
"""

import os
import sys
import warnings

import onnx
import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
folder = os.path.join(sys.argv[1], "onnx-torch")
os.makedirs(folder, exist_ok=True)
values = {}


class Convnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad = nn.ZeroPad2d((1, 0, 2, 1))
        self.conv1 = nn.Conv2d(1, 4, 3, stride=2)
        self.norm1 = nn.BatchNorm2d(4)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=2, dilation=2, groups=2, bias=False)
        self.norm2 = nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(8, 8, 1)
        self.mean = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(8, 12)
        self.fc2 = nn.Linear(12, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm1(self.conv1(self.pad(x)))))
        y = torch.nn.functional.relu6(self.norm2(self.conv2(x)))
        y = y + self.mean(self.conv3(y))
        y = torch.flatten(self.squeeze(torch.cat([y, -y], 1)[:, :8]), 1)
        return self.fc2(torch.relu(self.fc1(y)))


class Digits(nn.Module):
    """The convnet that a tutorial would write: what instruments are tried on."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3)
        self.conv2 = nn.Conv2d(4, 8, 3)
        self.fc1 = nn.Linear(8 * 5 * 5, 8)
        self.fc2 = nn.Linear(8, 10)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


class Recurrent(nn.Module):
    def __init__(self, kind, **settings):
        super().__init__()
        self.reader = kind(5, 6, batch_first=True, bidirectional=True, **settings)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        states, last = self.reader(x)
        last = last[0] if isinstance(last, tuple) else last
        return self.head(states.mean(1)), last.transpose(0, 1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(20, 16)
        self.positions = nn.Embedding(12, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 24, dropout=0.0, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 4)

    def forward(self, tokens, mask):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        x = self.encoder(x, src_key_padding_mask=mask == 0)
        weights = mask.unsqueeze(-1).to(x.dtype)
        return self.head((x * weights).sum(1) / weights.sum(1))


class Attention(nn.Module):
    """Attention put together by hand, causal, on real inputs, with a layer norm and residuals."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)
        self.scale = nn.Parameter(torch.randn(8))

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, n, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-1, -2) / 2
        scores = scores.masked_fill(torch.triu(torch.ones(n, n, dtype=torch.bool), 1), float("-inf"))
        z = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, d)
        return x + self.scale * self.out(z)


def tokens(rows, length):
    mask = torch.ones(rows, length, dtype=torch.int64)
    for row in range(rows):
        mask[row, length - row:] = 0
    return torch.randint(0, 20, (rows, length)), mask


def strip(path):
    """Takes out what exporters note about the machine and the source."""
    if not os.path.exists(path):
        return
    model = onnx.load(path)
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for part in [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, path)


def record(name, module, first, second, axes, names):
    """Exports on the first inputs; records what the module makes of the second, of another batch size and length."""
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    module.eval()
    options = dict(input_names=names, opset_version=17)
    torch.onnx.export(module, first, os.path.join(folder, f"{name}.onnx"), dynamo=False, dynamic_axes=dict(zip(names, axes)), **options)
    shapes = tuple({axis: torch.export.Dim.DYNAMIC for axis in named} for named in axes)
    if name != "rnn":  # torch.export fixes the length of nn.RNN.
        program = torch.onnx.export(module, first, dynamo=True, dynamic_shapes=shapes, input_names=names, opset_version=18, verbose=False)
        program.save(os.path.join(folder, f"{name}-dynamo.onnx"), external_data=False)
    for path in (f"{name}.onnx", f"{name}-dynamo.onnx"):
        strip(os.path.join(folder, path))
    if second[0].is_floating_point():
        second[0].requires_grad_(True)
    outputs = module(*second)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    if second[0].is_floating_point():
        outputs[0].square().sum().backward()
        values[f"{name}/g"] = second[0].grad
    for index, value in enumerate(second):
        values[f"{name}/x{index}"] = value.detach()
    for index, value in enumerate(outputs):
        values[f"{name}/y{index}"] = value.detach().contiguous()


torch.backends.mha.set_fastpath_enabled(False)
torch.manual_seed(0)
record("convnet", Convnet(), (torch.randn(2, 1, 14, 14),), (torch.randn(3, 1, 14, 14),), [{0: "batch"}], ["x"])
record("digits", Digits(), (torch.randn(2, 1, 28, 28),), (torch.randn(3, 1, 28, 28),), [{0: "batch"}], ["x"])
both = {0: "batch", 1: "length"}
sequences = lambda: ((torch.randn(2, 4, 5),), (torch.randn(3, 7, 5),))
record("lstm", Recurrent(nn.LSTM, num_layers=2), *sequences(), [both], ["x"])
record("gru", Recurrent(nn.GRU), *sequences(), [both], ["x"])
record("rnn", Recurrent(nn.RNN, nonlinearity="relu"), *sequences(), [both], ["x"])
record("attention", Attention(), (torch.randn(2, 4, 8),), (torch.randn(3, 6, 8),), [both], ["x"])
# Tracing fixes the length within nn.MultiheadAttention.
record("encoder", Encoder(), tokens(2, 5), tokens(3, 5), [both, both], ["tokens", "mask"])
save_file(values, os.path.join(folder, "values.safetensors"))

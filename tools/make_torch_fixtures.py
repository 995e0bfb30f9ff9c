"""Writes Tests/VitroNetworksTests/Fixtures/torch: small exported networks, and what PyTorch computes with them.

    python tools/make_torch_fixtures.py

Each directory holds network.json and weights.safetensors as export_torch.py writes them, and check.safetensors with an input `x`, the module's
output `y`, and the outputs of some of its submodules as `tap:NAME`. TorchExportTests.swift compares.
"""

import os
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_export_torch as modules  # noqa: E402
from export_torch import export  # noqa: E402
from run_network import write_safetensors  # noqa: E402

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/VitroNetworksTests/Fixtures/torch"


class Signal(nn.Module):
    """One-dimensional convolutions, activations that take several nodes, and arithmetic."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv1d(2, 4, 3, padding="same"), nn.BatchNorm1d(4)
        self.clip, self.pool, self.conv2 = nn.ReLU6(), nn.MaxPool1d(2), nn.Conv1d(4, 3, 4, stride=2, padding=1, groups=1)
        self.gate, self.average, self.fc = nn.Hardswish(), nn.AdaptiveAvgPool1d(1), nn.Linear(3, 2)

    def forward(self, x):
        x = self.pool(self.clip(self.norm(self.conv1(2 * x - 0.1))))
        return torch.softmax(self.fc(self.average(self.gate(self.conv2(x))).flatten(1)), dim=-1)


class Images(nn.Module):
    """Statistics of each channel, uneven padding, groups, joined branches and a mean that leaves padding out."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.4, 0.5]).view(1, 2, 1, 1))
        self.register_buffer("std", torch.tensor([0.2, 0.3]).view(1, 2, 1, 1))
        self.pad, self.conv = nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(2, 4, 3, stride=2)
        self.left, self.right = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2), nn.AvgPool2d(3, 1, 1, count_include_pad=False)
        self.flatten, self.fc = nn.Flatten(), nn.Linear(8 * 3 * 4, 3)

    def forward(self, x):
        x = nn.functional.gelu(self.conv(self.pad((x - self.mean) / self.std)))
        return self.fc(self.flatten(torch.cat([self.left(x), self.right(x)], dim=1)))


# name -> the module, an example's shape, the shape of a batch to compare, the type of the input, submodules whose outputs are compared
NETWORKS = {
    "residual": (modules.SmallResNet, (3, 8, 8), (2, 3, 8, 8), "float32", ["pool", "layer2.bn2"]),
    "images": (Images, (2, 6, 6), (2, 2, 6, 6), "float32", ["right"]),
    "signal": (Signal, (2, 12), (3, 2, 12), "float32", []),
    "sentences": (modules.SentenceClassifier, (6,), (3, 6), "int64", ["embedding"]),
    "gated": (lambda: modules.SentenceClassifier(nn.GRU, layers=1), (6,), (2, 6), "int64", ["fc"]),
    "language": (modules.LanguageModel, (-1,), (2, 7), "int64", ["blocks.layers.0.norm2"]),
}


def main():
    total = 0
    for name, (build, shape, batch, dtype, taps) in NETWORKS.items():
        torch.manual_seed(7)
        module = modules.randomized(build()).eval()
        summary = export(module, FIXTURES / name, shape, name, input_dtype=dtype)
        generator = torch.Generator().manual_seed(11)
        x = torch.randint(0, 10, batch, generator=generator) if dtype == "int64" else torch.randn(batch, generator=generator)
        check = {"x": x}
        for path in taps:
            module.get_submodule(path).register_forward_hook(
                lambda module, inputs, output, path=path: check.update({f"tap:{path}": output.detach().clone()}))
        with torch.no_grad():
            fast = torch.backends.mha.get_fastpath_enabled()
            torch.backends.mha.set_fastpath_enabled(False)
            check["y"] = module(x)
            torch.backends.mha.set_fastpath_enabled(fast)
        write_safetensors(check, FIXTURES / name / "check.safetensors", {"torch": torch.__version__.split("+")[0]})
        size = sum(file.stat().st_size for file in (FIXTURES / name).iterdir())
        total += size
        print(f"{name}: {summary.nodes} nodes, {size} bytes, difference {summary.difference:.1e}")
    print(f"{total} bytes")


if __name__ == "__main__":
    main()

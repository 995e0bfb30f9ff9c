"""Tests of export_torch.py: python -m unittest tools/test_export_torch.py (needs torch)."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import export_torch  # noqa: E402
import run_network  # noqa: E402
from export_torch import NotExportable, export  # noqa: E402


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class SmallResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding="same")
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2 = ResidualBlock(4, 4), ResidualBlock(4, 6, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 5)

    def forward(self, x):
        x = (x - 0.45) / 0.22
        x = self.layer2(self.layer1(self.pool(F.relu(self.stem(x)))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class SentenceClassifier(nn.Module):
    """Two bidirectional layers; the last states of both directions are joined."""

    def __init__(self, kind=nn.LSTM, batch_first=True, layers=2):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.rnn = kind(6, 5, layers, batch_first=batch_first, bidirectional=True, dropout=0.1 if layers > 1 else 0.0)
        self.fc = nn.Linear(10, 3)

    def forward(self, tokens):
        x = self.embedding(tokens)
        x = x if self.rnn.batch_first else x.transpose(0, 1)
        _, states = self.rnn(x)
        states = states[0] if isinstance(states, tuple) else states
        return F.log_softmax(self.fc(torch.cat((states[-2], states[-1]), dim=1)), dim=-1)


class LanguageModel(nn.Module):
    """Causal, with learned positions and tied embeddings."""

    def __init__(self, norm_first=True, batch_first=True):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(13, 8), nn.Embedding(10, 8)
        layer = nn.TransformerEncoderLayer(
            8, 2, 16, dropout=0.1, activation="gelu", norm_first=norm_first, batch_first=batch_first)
        self.blocks = nn.TransformerEncoder(layer, 2, nn.LayerNorm(8), enable_nested_tensor=False)
        self.head = nn.Linear(8, 13, bias=False)
        self.head.weight = self.tokens.weight
        self.batch_first = batch_first

    def forward(self, tokens):
        length = tokens.shape[1]
        assert length <= 10
        x = self.tokens(tokens) + self.positions(torch.arange(length, device=tokens.device))
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        if not self.batch_first:
            x = x.transpose(0, 1)
        x = self.blocks(x, mask=mask, is_causal=True)
        return self.head(x if self.batch_first else x.transpose(0, 1))


def call(function):
    """A module that calls a function."""
    class Functional(nn.Module):
        def forward(self, x):
            return function(x)
    return Functional()


def randomized(module):
    """Fills running statistics and gains with something that is not 0 and 1."""
    generator = torch.Generator().manual_seed(3)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if tensor.is_floating_point():
            with torch.no_grad():
                tensor.add_(torch.rand(tensor.shape, generator=generator) * 0.3)
    return module


class ExportTestCase(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.out = pathlib.Path(self.temporary.name) / "network"

    def check(self, module, shape, **options):
        """Exports, which verifies, and returns the nodes by name."""
        self.summary = export(randomized(module), self.out, shape, **options)
        self.assertLessEqual(self.summary.difference, 1e-5)
        self.graph = json.loads((self.out / "network.json").read_text())
        return {node["name"]: node for node in self.graph["nodes"]}

    def operations(self, module, shape, **options):
        return [node["operation"] for node in self.check(module, shape, **options).values()]

    def problems(self, module, shape, **options):
        with self.assertRaises(NotExportable) as caught:
            export(module, self.out, shape, **options)
        self.assertFalse(self.out.exists())
        self.assertFalse(self.out.with_name("network.partial").exists())
        return caught.exception


class NetworkTests(ExportTestCase):
    def test_sequential_keeps_names_and_writes_what_safetensors_reads(self):
        module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(18, 4))
        nodes = self.check(module, (1, 8, 8), classes=["a", "b"], metadata={"license": "CC0"})
        self.assertEqual(list(nodes), ["0", "1", "2", "3", "4", "5"])
        self.assertEqual(nodes["0"]["settings"], {
            "inputs": 1, "outputs": 2, "groups": 1, "bias": True,
            "window": {"kernel": [3, 3], "stride": [1, 1], "padding": [0, 0, 0, 0], "dilation": [1, 1]}})
        self.assertEqual(self.graph["metadata"]["classes"], "a,b")
        self.assertEqual(self.graph["metadata"]["license"], "CC0")
        self.assertEqual((self.graph["format"], self.graph["version"], self.graph["dtype"]), ("vitro-network", 1, "float32"))
        try:
            from safetensors.torch import load_file
        except ImportError:
            load_file = run_network.read_safetensors
        weights = load_file(self.out / "weights.safetensors")
        self.assertEqual(set(weights), {"0.weight", "0.bias", "5.weight", "5.bias"})
        self.assertTrue(torch.equal(weights["5.weight"], module[5].weight))

    def test_the_same_module_gives_the_same_bytes(self):
        module = SmallResNet()
        self.check(module, (3, 16, 16))
        first = {p.name: p.read_bytes() for p in self.out.iterdir()}
        export(module, self.out, (3, 16, 16))
        self.assertEqual(first, {p.name: p.read_bytes() for p in self.out.iterdir()})

    def test_residual_network(self):
        nodes = self.check(SmallResNet(), (3, 16, 16))
        self.assertEqual(nodes["layer1.add"]["inputs"], ["layer1.bn2", "pool"])
        self.assertEqual(nodes["layer2.add"]["inputs"], ["layer2.bn2", "layer2.downsample.1"])
        self.assertEqual(nodes["layer1.relu_1"]["inputs"], ["layer1.add"])
        self.assertEqual(nodes["avgpool"]["operation"], "mean")
        self.assertNotIn("flatten", nodes)
        scales = [node for node in nodes.values() if node["operation"] == "scale"]
        self.assertEqual(len(scales), 1)
        self.assertAlmostEqual(scales[0]["settings"]["factor"], 1 / 0.22)
        self.assertAlmostEqual(scales[0]["settings"]["offset"], -0.45 / 0.22)

    def test_recurrent_classifiers(self):
        for kind in (nn.LSTM, nn.GRU):
            for batch_first in (True, False):
                with self.subTest(kind=kind, batch_first=batch_first):
                    nodes = self.check(SentenceClassifier(kind, batch_first), (7,), input_dtype="int64")
                    self.assertEqual(nodes["rnn.l1_reverse"]["inputs"], ["rnn.l0_dropout"])
                    self.assertTrue(nodes["rnn.l1_reverse"]["settings"]["reversed"])
                    self.assertNotIn("rnn.l0.last", nodes)

    def test_one_recurrent_layer_keeps_its_name(self):
        class Last(nn.Module):
            def __init__(self):
                super().__init__()
                self.gru = nn.GRU(3, 4, batch_first=True, bias=False)

            def forward(self, x):
                sequence, state = self.gru(x)
                return sequence[:, -1] + state.squeeze(0)
        nodes = self.check(Last(), (6, 3))
        self.assertIn("gru", nodes)
        self.assertEqual(set(run_network.read_safetensors(self.out / "weights.safetensors")), {"gru.weight_ih_l0", "gru.weight_hh_l0"})

    def test_language_model(self):
        for batch_first in (True, False):
            for norm_first in (True, False):
                with self.subTest(batch_first=batch_first, norm_first=norm_first):
                    nodes = self.check(LanguageModel(norm_first, batch_first), (-1,), input_dtype="int64")
                    self.assertEqual(nodes["head"]["ties"], {"weight": "tokens.weight"})
                    self.assertEqual(nodes["positions"]["settings"], {"longest": 10, "width": 8})
                    self.assertTrue(nodes["blocks.layers.1.self_attn"]["settings"]["causal"])
                    self.assertEqual(self.graph["inputs"], [{"name": "input", "shape": [-1]}])

    def test_positions_as_a_parameter(self):
        class Encoder(nn.Module):
            def __init__(self):
                super().__init__()
                self.positions = nn.Parameter(torch.randn(1, 9, 4))
                self.attention = nn.MultiheadAttention(4, 2, batch_first=True, bias=False)

            def forward(self, x):
                x = x + self.positions[:, :x.size(1)]
                return (x + self.attention(x, x, x, need_weights=False)[0]).mean(dim=1)
        nodes = self.check(Encoder(), (-1, 4))
        self.assertEqual(nodes["positions"]["settings"]["longest"], 9)
        self.assertFalse(nodes["attention"]["settings"]["bias"])

    def test_a_module_used_twice_is_tied(self):
        class Twice(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)

            def forward(self, x):
                return self.norm(self.layer(self.norm(self.layer(x))))
        nodes = self.check(Twice(), (4,))
        self.assertEqual(nodes["layer_1"]["ties"], {"weight": "layer.weight", "bias": "layer.bias"})
        self.assertEqual(nodes["norm_1"]["ties"]["running_mean"], "norm.running_mean")

    def test_a_transposed_weight_is_tied(self):
        class Autoencoder(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight, self.bias = nn.Parameter(torch.randn(2, 5)), nn.Parameter(torch.randn(5))

            def forward(self, x):
                return F.relu(F.linear(F.linear(x, self.weight), self.weight.t(), self.bias))
        nodes = self.check(Autoencoder(), (5,))
        self.assertEqual([n["operation"] for n in nodes.values()], ["linear", "linear", "activation"])

    def test_several_outputs_and_double_precision(self):
        class Two(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(3, 2), nn.Linear(3, 4)

            def forward(self, x):
                return {"a": self.a(x), "b": [self.b(x)]}
        self.check(Two().double(), (3,))
        self.assertEqual(self.graph["outputs"], ["a", "b"])
        self.assertEqual(self.graph["dtype"], "float64")
        self.assertLess(self.summary.difference, 1e-12)

    def test_parameters_that_are_not_used_are_told(self):
        class Unused(nn.Module):
            def __init__(self):
                super().__init__()
                self.used, self.unused = nn.Linear(2, 2), nn.Linear(2, 2)

            def forward(self, x):
                return self.used(x)
        self.check(Unused(), (2,))
        self.assertEqual(self.summary.unused, ["unused.weight", "unused.bias"])

    def test_python_that_looks_at_shapes(self):
        def forward(x):
            batch, channels, height, width = x.shape
            if height > 4 and len(x) > 0:
                x = x.reshape(batch, channels * height, width)
            return x.view(x.size(0), -1)
        self.assertEqual(self.operations(call(forward), (2, 6, 3)), ["flatten"])


class LayerTests(ExportTestCase):
    def test_activations(self):
        modules = [
            nn.ReLU(), nn.ReLU(inplace=True), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.ELU(0.7), nn.SELU(),
            nn.LeakyReLU(0.2), nn.Hardswish(), nn.Hardsigmoid(), nn.Softsign(), nn.Identity(), nn.LogSigmoid(), nn.Softmax(-1), nn.LogSoftmax(1),
            nn.PReLU(), nn.CELU()]
        for module in modules:
            with self.subTest(module=module):
                self.assertEqual(len(self.check(nn.Sequential(module), (6,))), 1)

    def test_activations_made_of_several_nodes(self):
        for module in [nn.ReLU6(), nn.Hardtanh(-0.5, 2.0), nn.Mish(), nn.Softplus(2.0), nn.CELU(0.5), nn.Softmin(-1), nn.Tanhshrink()]:
            with self.subTest(module=module):
                self.check(module, (6,))

    def test_functional_forms(self):
        functions = [
            F.relu, torch.relu, lambda x: x.relu(), torch.tanh, F.gelu, F.silu, lambda x: F.leaky_relu(x, 0.3), lambda x: F.elu(x),
            lambda x: torch.softmax(x, 2), lambda x: x.log_softmax(-1), lambda x: x.clamp(min=0), lambda x: x.clamp(max=0.5), lambda x: x.clamp(-1, 1),
            lambda x: x * 2 + 1, lambda x: 1 - x, lambda x: -x / 3, lambda x: x**2, lambda x: x.square() - x, lambda x: x * torch.sigmoid(x),
            lambda x: sum([x, x.abs()]), lambda x: torch.add(x, x, alpha=0.5), lambda x: torch.cat([x, x * 2], dim=1), lambda x: x[:, 0],
            lambda x: x[:, -1, :], lambda x: x.select(1, 2), lambda x: x.mean(1), lambda x: x.mean((1, 2), keepdim=True), lambda x: x.sum(dim=-1),
            lambda x: x[..., None].flatten(1), lambda x: x.unsqueeze(1).squeeze(1) + 1, lambda x: x.permute(1, 0, 2)[-1], lambda x: x.exp().sin(),
            lambda x: torch.stack([x, -x], 1), lambda x: F.layer_norm(x, (5,)), lambda x: F.rms_norm(x, (5,)), lambda x: x @ torch.eye(5)[:, :3],
            lambda x: x.unbind(1)[1], lambda x: F.dropout(x, 0.3, training=False) + x, lambda x: x.add_(1).mul_(x), lambda x: x.view(-1, 15).clone(),
            lambda x: x + torch.arange(15.0).view(3, 5), lambda x: x.clone().detach().contiguous().float().tanh_(), lambda x: x.double().float()]
        for number, function in enumerate(functions):
            with self.subTest(number=number):
                self.check(call(function), (3, 5))

    def test_convolutions(self):
        for module in [
            nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2), nn.Conv2d(4, 4, 4, padding="same", bias=False),
            nn.Conv2d(4, 8, 3, padding="valid", groups=4), nn.Sequential(nn.ZeroPad2d((1, 2, 0, 3)), nn.Conv2d(4, 2, 3)),
            nn.Conv2d(4, 2, (2, 5), padding="same", dilation=(1, 2)),
        ]:
            with self.subTest(module=module):
                self.assertEqual(self.operations(module, (4, 9, 10)), ["conv2d"])

    def test_one_dimensional_layers(self):
        module = nn.Sequential(
            nn.Conv1d(3, 4, 3, padding="same"), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(4, 4, 4, 2, 1, groups=2), nn.AvgPool1d(2),
            nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2))
        self.check(module, (3, 32))

    def test_pooling(self):
        for module in [
            nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1), nn.MaxPool2d(2, ceil_mode=True), nn.MaxPool2d(2, 1, dilation=2), nn.AvgPool2d(2), nn.AvgPool2d(3, 1, 1),
            nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.AvgPool2d(2, ceil_mode=True), nn.AdaptiveAvgPool2d(1), nn.AdaptiveAvgPool2d((9, 1)),
            nn.AdaptiveAvgPool2d((3, 11)), nn.AdaptiveMaxPool2d(1), nn.Sequential(nn.ZeroPad2d(1), nn.AvgPool2d(2)),
        ]:
            with self.subTest(module=module):
                self.check(module, (2, 9, 11))

    def test_normalizations(self):
        for module, shape in [
            (nn.BatchNorm1d(4), (4,)), (nn.BatchNorm1d(4, affine=False), (4, 3)), (nn.BatchNorm2d(2, eps=1e-3), (2, 3, 3)), (nn.LayerNorm(4), (3, 4)),
            (nn.LayerNorm(4, bias=False), (4,)), (nn.LayerNorm(4, elementwise_affine=False), (4,)), (nn.RMSNorm(4), (3, 4)), (nn.RMSNorm(4, eps=1e-4), (4,)),
        ]:
            with self.subTest(module=module):
                self.assertEqual(len(self.check(module, shape)), 1)

    def test_statistics_of_each_channel(self):
        class Normalize(nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("mean", torch.tensor([0.4, 0.5]).view(1, 2, 1, 1))
                self.register_buffer("std", torch.tensor([0.2, 0.3]).view(1, 2, 1, 1))

            def forward(self, x):
                return (x - self.mean) / self.std
        self.assertEqual(self.operations(Normalize(), (2, 4, 4)), ["conv2d", "conv2d"])

    def test_cross_attention(self):
        class Cross(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.attention = nn.Linear(4, 4), nn.MultiheadAttention(4, 2, batch_first=True)

            def forward(self, x):
                memory = self.first(x)
                return self.attention(x, memory, memory)[0]
        self.assertEqual(self.check(Cross(), (5, 4))["attention"]["inputs"], ["input", "first"])


class RefusalTests(ExportTestCase):
    def test_everything_is_named_at_once(self):
        class Odd(nn.Module):
            def __init__(self):
                super().__init__()
                self.norm, self.up = nn.GroupNorm(1, 2), nn.ConvTranspose2d(2, 2, 2)

            def forward(self, x):
                unused = torch.fft.fft(x)  # noqa: F841
                return torch.cumsum(self.up(self.norm(x)), dim=1)
        error = self.problems(Odd(), (2, 4, 4))
        self.assertEqual(len(error.problems), 3)
        places = " ".join(problem.place for problem in error.problems)
        for part in ("norm (GroupNorm), group_norm()", "up (ConvTranspose2d), conv_transpose2d()", "cumsum() at test_export_torch.py:"):
            self.assertIn(part, places)
        self.assertIn("why:", str(error))
        self.assertIn("do:", str(error))

    def test_refusals(self):
        cases = [
            (call(lambda x: x if x.sum() > 0 else -x), (3,), "handed to Python"),
            (call(lambda x: x - x.mean(0, keepdim=True)), (3,), "across the examples"),
            (call(lambda x: x.view(-1, 2)), (4,), "mixed or split"),
            (call(lambda x: x.transpose(1, 2)), (3, 4), "exchanges axes"),
            (call(lambda x: x * x.mean((2, 3), keepdim=True)), (2, 3, 3), "different shapes"),
            (call(lambda x: x[:, 1:]), (4,), "cut out"),
            (call(lambda x: x * torch.rand(x.shape[1:])), (2, 3), "multiplied"),
            (call(lambda x: torch.ones(2, 3)), (3,), "depend on the input"),
            (call(lambda x: x.sum(1) if len(x) == 2 else x.mean(1)), (3,), "depends on the batch"),
            (call(lambda x: F.scaled_dot_product_attention(x, x, x)), (3, 4), "by hand"),
            (nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"), (1, 4, 4), "pads with zeros"),
            (nn.BatchNorm2d(2, track_running_stats=False), (2, 3, 3), "statistics of the batch"),
            (nn.LSTM(2, 3, proj_size=1, batch_first=True), (4, 2), "projected"),
            (nn.Sequential(nn.MultiheadAttention(4, 2)), (3, 4), "failed"),
            (nn.Linear(5, 2), (4,), "failed"),
            (nn.Softmax(1), (3, 4), "last axis"),
            (call(lambda x: torch.cat([torch.zeros(len(x), 1, 4), x], 1)), (3, 4), "constant"),
        ]
        for module, shape, reason in cases:
            with self.subTest(reason=reason, module=module):
                self.assertIn(reason, str(self.problems(module, shape)))

    def test_numbers_that_decide_are_refused_even_where_both_runs_agree(self):
        self.assertIn("handed to Python", str(self.problems(call(lambda x: x * float(x.abs().sum() > -1)), (3,))))

    def test_values_changed_through_a_view_are_found_by_the_comparison(self):
        def forward(x):
            x = x * 1.5
            y = x.view(x.shape[0], 2, 2)
            x += 1
            return y + 0.5
        self.assertIn("differ from the module's", str(self.problems(call(forward), (4,))))


class CommandTests(ExportTestCase):
    def run_command(self, *arguments):
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = export_torch.main([str(argument) for argument in arguments])
        return status, output.getvalue(), errors.getvalue()

    def test_demo(self):
        status, output, _ = self.run_command("--demo", "--out", self.out)
        self.assertEqual(status, 0)
        self.assertIn("the largest difference from PyTorch is", output)

    def test_a_function_in_a_file_with_weights(self):
        folder = pathlib.Path(self.temporary.name)
        (folder / "model.py").write_text("import torch\ndef build():\n    return torch.nn.Sequential(torch.nn.Linear(3, 2))\n")
        trained = nn.Sequential(nn.Linear(3, 2))
        torch.save({"state_dict": trained.state_dict()}, folder / "net.pt")
        run_network.write_safetensors(trained.state_dict(), folder / "net.safetensors", {})
        for file in ("net.pt", "net.safetensors"):
            status, _, _ = self.run_command(
                f"{folder / 'model.py'}:build", "--weights", folder / file, "--out", self.out, "--input", "3", "--classes", "no,yes")
            self.assertEqual(status, 0)
            x = torch.randn(4, 3)
            self.assertTrue(torch.allclose(run_network.Network(self.out)(x), trained(x), atol=1e-6))

    def test_refusal_has_status_1(self):
        folder = pathlib.Path(self.temporary.name)
        (folder / "odd.py").write_text("import torch\nbuild = torch.nn.GLU()\n")
        status, _, errors = self.run_command(f"{folder / 'odd.py'}:build", "--out", self.out, "--input", "4")
        self.assertEqual(status, 1)
        self.assertIn("Nothing was written.", errors)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()

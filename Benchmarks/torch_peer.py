"""The cases of vitro-bench in PyTorch, each in the fastest of the ways in which one would write it.

    python torch_peer.py [--filter TEXT] [--threads N] [--rounds N] [--seconds S] [--json FILE]
    python torch_peer.py --serve

Every case gives one or more variants (eager or fused, contiguous or channels-last, fresh or given output, ...). All are tried
before the first round and the fastest is measured.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import nn


class Case:
    def __init__(self, name, family, amount, unit, prepare):
        """`prepare` makes the data and returns the variants: a dictionary of functions without arguments."""
        self.name, self.family, self.amount, self.unit, self.prepare = name, family, amount, unit, prepare


CASES = []


def case(name, family, amount, unit):
    def register(prepare):
        CASES.append(Case(name, family, amount, unit, prepare))
        return prepare

    return register


def inference(function):
    """Marks a function as one that runs under inference mode, entered once for a round."""
    function.is_inference = True
    return function


def mode_of(function):
    return torch.inference_mode(getattr(function, "is_inference", False))


def repeat(count, function):
    def call():
        for _ in range(count):
            function()

    return call


# Matrix products


def matmul_case(name, batch, m, n, k):
    @case(name, "matmul", 2 * batch * m * n * k, "flop")
    def prepare():
        leading = [] if batch == 1 else [batch]
        a, b = torch.randn(*leading, m, k), torch.randn(*leading, k, n)
        out = torch.empty(*leading, m, n)
        return {
            "fresh": inference(lambda: torch.matmul(a, b)),
            "out": inference(lambda: torch.matmul(a, b, out=out)),
        }


matmul_case("sgemm 64", 1, 64, 64, 64)
matmul_case("sgemm 256", 1, 256, 256, 256)
matmul_case("sgemm 1024", 1, 1024, 1024, 1024)
matmul_case("sgemm 8 × 128·64·128", 8, 128, 128, 64)


# Elementwise functions

ROWS, COLUMNS = 8000, 1000


def elementwise_case(name, fresh, given=None):
    @case(name, "elementwise", ROWS * COLUMNS, "element")
    def prepare():
        x, y, out = torch.randn(ROWS, COLUMNS), torch.randn(ROWS, COLUMNS), torch.empty(ROWS, COLUMNS)
        variants = {"fresh": inference(lambda: fresh(x, y))}
        if given:
            variants["out"] = inference(lambda: given(x, y, out))
        return variants


elementwise_case("exp 8 M", lambda x, y: torch.exp(x), lambda x, y, out: torch.exp(x, out=out))
elementwise_case("tanh 8 M", lambda x, y: torch.tanh(x), lambda x, y, out: torch.tanh(x, out=out))
elementwise_case("gelu 8 M", lambda x, y: F.gelu(x), lambda x, y, out: torch.ops.aten.gelu.out(x, out=out))
elementwise_case("add 8 M", lambda x, y: x + y, lambda x, y, out: torch.add(x, y, out=out))
elementwise_case("relu 8 M", lambda x, y: torch.relu(x), lambda x, y, out: torch.clamp_min(x, 0, out=out))
elementwise_case(
    "softmax 8000 × 1000", lambda x, y: torch.softmax(x, 1), lambda x, y, out: torch.softmax(x, 1, out=out)
)
elementwise_case("sum 8 M", lambda x, y: x.sum())


# What an operation costs besides its arithmetic

OPERATIONS = 1000


@case("add, 1 element", "overhead", OPERATIONS, "operation")
def add_one():
    one = torch.ones(1)

    def chain():
        total = one
        for _ in range(OPERATIONS):
            total = total + one

    return {"eager": inference(chain)}


@case("add, 1 element, recorded", "overhead", OPERATIONS, "operation")
def add_one_recorded():
    one = torch.ones(1, requires_grad=True)

    def chain():
        total = one
        for _ in range(OPERATIONS):
            total = total + one

    return {"eager": chain}


@case("sgemm 8, one by one", "overhead", OPERATIONS, "operation")
def matmul_small():
    matrix = torch.randn(8, 8)

    def calls():
        for _ in range(OPERATIONS):
            torch.mm(matrix, matrix)

    return {"eager": inference(calls)}


# Training


def trained(parameters, make_optimizer, losses):
    """A training step for each way in which PyTorch implements the optimizer."""
    variants = {}
    for settings in ({"foreach": True}, {"fused": True}):
        own = [p.detach().clone().requires_grad_() for p in parameters]
        for name, loss in losses.items():
            variants[f"{name}, {next(iter(settings))}"] = training_step(own, make_optimizer(own, settings), loss)
    return variants


def training_step(parameters, optimizer, loss):
    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(parameters).backward()
        optimizer.step()

    return step


def toy_case(features, dimensions, steps, count, density):
    """The ReLU output model of Elhage et al. (2022), with its batches made on the fly."""

    @case(f"toy {features}→{dimensions} × {count}, p {density:g}", "superposition", steps, "step")
    def prepare():
        batch = 1024
        importance = 0.9 ** torch.arange(features)
        parameters = [
            torch.nn.init.xavier_normal_(torch.empty(count, features, dimensions)), torch.zeros(count, features)
        ]  # fmt: skip

        def two_draws(*shape):
            return torch.where(torch.rand(shape) <= density, torch.rand(shape), torch.zeros(()))

        def one_draw(*shape):
            words = torch.rand(shape)
            return words if density == 1 else torch.where(words <= density, words / density, torch.zeros(()))

        def einsum(samples):
            def loss(p):
                x = samples(batch, count, features)
                hidden = torch.einsum("...if,ifh->...ih", x, p[0])
                out = torch.relu(torch.einsum("...ih,ifh->...if", hidden, p[0]) + p[1])
                return (importance * (x - out) ** 2).mean((0, 2)).sum()

            return loss

        def baddbmm(samples):
            def loss(p):
                x = samples(count, batch, features)
                out = torch.relu(torch.baddbmm(p[1][:, None], x @ p[0], p[0].transpose(1, 2)))
                return (importance * (x - out) ** 2).mean((1, 2)).sum()

            return loss

        def addmm(samples):
            def loss(p):
                x, weights = samples(batch, features), p[0][0]
                out = torch.relu(torch.addmm(p[1][0], x @ weights, weights.T))
                return (importance * (x - out) ** 2).mean()

            return loss

        forms = {"einsum": einsum, "baddbmm": baddbmm} | ({"addmm": addmm} if count == 1 else {})
        losses = {
            f"{name}, {samples.__name__.replace('_', ' ')}": form(samples)
            for name, form in forms.items() for samples in (two_draws, one_draw)
        }  # fmt: skip
        steps_of = trained(parameters, lambda p, s: torch.optim.AdamW(p, lr=1e-3, **s), losses)
        most = torch.get_num_threads()
        return {
            f"{name}, {threads} threads": on_threads(threads, most, repeat(steps, step))
            for name, step in steps_of.items() for threads in sorted({1, most})
        }  # fmt: skip


def on_threads(count, usual, function):
    """The function on so many threads, after which there are as many as usual again."""

    def call():
        torch.set_num_threads(count)
        function()
        torch.set_num_threads(usual)

    return call


for _features, _dimensions, _steps in [(5, 2, 200), (40, 5, 200), (80, 20, 100)]:
    for _count in (1, 10):
        for _density in (1, 0.1, 0.05, 0.01):
            toy_case(_features, _dimensions, _steps, _count, _density)


@case("tiny MLP × 4000, step", "tiny networks", 100, "step")
def tiny():
    instances = 4000
    x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    y = torch.tensor([[0.0], [1], [1], [0]])
    batched = x.expand(instances, 4, 2)

    def uniform(*shape):
        return (torch.rand(*shape) * 2 - 1) / 2**0.5

    parameters = [uniform(instances, 2, 2), uniform(instances, 1, 2), uniform(instances, 2, 1), uniform(instances, 1, 1)]

    def products(p):
        hidden = torch.relu(torch.baddbmm(p[1], batched, p[0]))
        return (torch.baddbmm(p[3], hidden, p[2]) - y).square().mean((1, 2)).sum()

    def broadcast(p):
        hidden = torch.relu((x[None, :, :, None] * p[0][:, None]).sum(2) + p[1])
        return ((hidden[..., None] * p[2][:, None]).sum(2) + p[3] - y).square().mean((1, 2)).sum()

    def sums(p):
        hidden = torch.relu(x[:, 0, None] * p[0][:, None, 0] + x[:, 1, None] * p[0][:, None, 1] + p[1])
        output = hidden[..., 0] * p[2][:, 0] + hidden[..., 1] * p[2][:, 1] + p[3][:, 0]
        return (output - y[:, 0]).square().mean(1).sum()

    losses = {"baddbmm": products, "broadcast": broadcast, "sums": sums}
    steps = trained(parameters, lambda p, s: torch.optim.Adam(p, lr=1e-3, **s), losses)
    return {name: repeat(100, step) for name, step in steps.items()}


# Many seeds of a network, together and one after the other

SEEDS, SEED_STEPS, LOOP_STEPS = 1000, 100, 10


def uniform(*shape):
    return (torch.rand(*shape) * 2 - 1) / 2**0.5


def grid_of_pairs():
    """1000 pairs of whole numbers, and the lesser of each."""
    x = torch.stack([torch.arange(1000) % 32, torch.arange(1000) // 32], 1).float()
    return x, x.min(1, keepdim=True).values


def xor_forms():
    x, y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([[0.0], [1], [1], [0]])
    batched, x0, x1 = x.expand(SEEDS, 4, 2), x[:, 0, None], x[:, 1, None]

    def products(p):
        return (torch.bmm(torch.relu(torch.bmm(batched, p[0])), p[1]) - y).square().mean((1, 2)).sum()

    def einsum(p):
        hidden = torch.relu(torch.einsum("ni,kih->knh", x, p[0]))
        return (torch.einsum("knh,kho->kno", hidden, p[1]) - y).square().mean((1, 2)).sum()

    def sums(p):
        first = torch.relu(x0 * p[0][:, 0, 0] + x1 * p[0][:, 1, 0])
        second = torch.relu(x0 * p[0][:, 0, 1] + x1 * p[0][:, 1, 1])
        return (first * p[1][:, 0, 0] + second * p[1][:, 1, 0] - y).square().mean(0).sum()

    forms = {"bmm": products, "einsum": einsum, "sums": sums}
    network = lambda: nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 1, bias=False))
    return [uniform(SEEDS, 2, 2), uniform(SEEDS, 2, 1)], forms, network, x, y


class Skip(nn.Module):
    """A linear readout of the inputs and of two ReLU units."""

    def __init__(self):
        super().__init__()
        self.hidden, self.output = nn.Linear(2, 2), nn.Linear(4, 1)

    def forward(self, x):
        return self.output(torch.cat([x, torch.relu(self.hidden(x))], 1))


def minimum_forms():
    x, y = grid_of_pairs()
    batched, x0, x1 = x.expand(SEEDS, 1000, 2), x[:, 0, None], x[:, 1, None]

    def baddbmm(p):
        hidden = torch.relu(torch.baddbmm(p[1], batched, p[0]))
        output = torch.baddbmm(p[3], torch.cat([batched, hidden], 2), p[2])
        return (output - y).square().mean((1, 2)).sum()

    def two_products(p):
        hidden = torch.relu(torch.baddbmm(p[1], batched, p[0]))
        output = torch.baddbmm(torch.baddbmm(p[3], batched, p[2][:, :2]), hidden, p[2][:, 2:])
        return (output - y).square().mean((1, 2)).sum()

    def einsum(p):
        hidden = torch.relu(torch.einsum("ni,kih->knh", x, p[0]) + p[1])
        output = torch.einsum("ni,kio->kno", x, p[2][:, :2]) + torch.einsum("knh,kho->kno", hidden, p[2][:, 2:]) + p[3]
        return (output - y).square().mean((1, 2)).sum()

    def one_product(p):
        """All seeds' first layers as one matrix, for they share their inputs."""
        first = torch.relu(torch.addmm(p[1][:, 0, 0], x, p[0][:, :, 0].T))
        second = torch.relu(torch.addmm(p[1][:, 0, 1], x, p[0][:, :, 1].T))
        output = torch.addmm(p[3][:, 0, 0], x, p[2][:, :2, 0].T) + first * p[2][:, 2, 0] + second * p[2][:, 3, 0]
        return (output - y).square().mean(0).sum()

    def sums(p):
        first = torch.relu(x0 * p[0][:, 0, 0] + x1 * p[0][:, 1, 0] + p[1][:, 0, 0])
        second = torch.relu(x0 * p[0][:, 0, 1] + x1 * p[0][:, 1, 1] + p[1][:, 0, 1])
        skipped = x0 * p[2][:, 0, 0] + x1 * p[2][:, 1, 0]
        output = skipped + first * p[2][:, 2, 0] + second * p[2][:, 3, 0] + p[3][:, 0, 0]
        return (output - y).square().mean(0).sum()

    forms = {
        "baddbmm": baddbmm, "two products": two_products, "einsum": einsum, "one product": one_product, "sums": sums,
    }  # fmt: skip
    parameters = [uniform(SEEDS, 2, 2), uniform(SEEDS, 1, 2), uniform(SEEDS, 4, 1), uniform(SEEDS, 1, 1)]
    return parameters, forms, Skip, x, y


def seeds_case(name, make):
    @case(f"seeds {name}", "seeds", SEED_STEPS, "step")
    def together():
        parameters, forms, *_ = make()
        steps = trained(parameters, lambda p, s: torch.optim.Adam(p, lr=1e-2, **s), forms)
        most = torch.get_num_threads()
        return {
            f"{name}, {threads} threads": with_trial(
                on_threads(threads, most, repeat(SEED_STEPS, step)), on_threads(threads, most, repeat(2, step)))
            for name, step in steps.items() for threads in sorted({1, most})
        }  # fmt: skip

    @case(f"seeds {name}, loop", "seeds", LOOP_STEPS, "step")
    def one_by_one():
        *_, network, x, y = make()
        most = torch.get_num_threads()
        variants = {}
        for settings in ({"foreach": False}, {"foreach": True}, {"fused": True}):
            for threads in sorted({1, most}):
                def train(seeds, settings=settings):
                    for seed in range(seeds):
                        torch.manual_seed(seed)
                        model = network()
                        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, **settings)
                        for _ in range(LOOP_STEPS):
                            optimizer.zero_grad(set_to_none=True)
                            (model(x) - y).square().mean().backward()
                            optimizer.step()

                key, value = next(iter(settings.items()))
                variants[f"{key} {value}, {threads} threads"] = with_trial(
                    on_threads(threads, most, lambda train=train: train(SEEDS)),
                    on_threads(threads, most, lambda train=train: train(20)))  # fmt: skip
        return variants


def with_trial(work, trial):
    """Work with a short stand-in, by which the fastest way is found."""
    work.trial = trial
    return work


seeds_case("xor", xor_forms)
seeds_case("min", minimum_forms)


@case("LSTM step", "recurrent", 5, "step")
def lstm():
    batch, length, width, classes = 32, 50, 128, 10
    labels = torch.arange(batch) % classes
    variants = {}
    for order in ("batch first", "time first"):
        first = order == "batch first"
        inputs = torch.randn(batch, length, width) if first else torch.randn(length, batch, width)
        for settings in ({"foreach": True}, {"fused": True}):
            layer, logits = nn.LSTM(width, width, batch_first=first), nn.Linear(width, classes)
            parameters = [*layer.parameters(), *logits.parameters()]
            optimizer = torch.optim.SGD(parameters, lr=1e-3, **settings)

            def loss(_, layer=layer, logits=logits, inputs=inputs):
                return F.cross_entropy(logits(layer(inputs)[1][0][0]), labels)

            name = f"{order}, {next(iter(settings))}"
            variants[name] = repeat(5, training_step(parameters, optimizer, loss))
    return variants


BATCH, IMAGES = 64, 6400


def convnet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10),
    )  # fmt: skip


@case("convnet, training epoch", "convnet", IMAGES, "image")
def convnet_training():
    images, labels = torch.rand(IMAGES, 1, 28, 28), torch.arange(IMAGES) % 10
    variants = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        for settings in ({"foreach": True}, {"fused": True}):
            network = convnet().to(memory_format=layout).train()
            optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, **settings)

            def epoch(steps=None, network=network, optimizer=optimizer, layout=layout):
                for indices in torch.randperm(IMAGES).split(BATCH)[:steps]:
                    optimizer.zero_grad(set_to_none=True)
                    batch = images[indices].contiguous(memory_format=layout)
                    F.cross_entropy(network(batch), labels[indices]).backward()
                    optimizer.step()

            epoch.trial = lambda epoch=epoch: epoch(steps=10)
            variants[f"{layout}, {next(iter(settings))}".replace("torch.", "")] = epoch
    return variants


@case("convnet, inference", "convnet", BATCH, "image")
def convnet_inference():
    variants = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        network = convnet().to(memory_format=layout).eval()
        images = torch.rand(BATCH, 1, 28, 28).contiguous(memory_format=layout)
        call = inference(lambda network=network, images=images: network(images))
        variants[str(layout).replace("torch.", "")] = call
    return variants


# A transformer's block


class Block(nn.Module):
    """The block written out, as one writes it to look inside."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp_in, self.mlp_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def heads_of(self, x):
        batch, length, width = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        return parts.permute(2, 0, 3, 1, 4).unbind(0)

    def joined(self, z):
        return self.out(z.transpose(1, 2).flatten(2))

    def forward(self, x):
        x = x + self.joined(F.scaled_dot_product_attention(*self.heads_of(self.ln1(x))))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.ln2(x))))

    def recorded(self, x):
        """Keeps every value that Vitro's taps name."""
        kept = {"resid_pre": x}
        kept["ln1"] = self.ln1(x)
        q, k, v = self.heads_of(kept["ln1"])
        kept["q"], kept["k"], kept["v"] = q, k, v
        kept["scores"] = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        kept["pattern"] = kept["scores"].softmax(-1)
        kept["z"] = kept["pattern"] @ v
        kept["attn"] = self.joined(kept["z"])
        kept["resid_mid"] = x + kept["attn"]
        kept["ln2"] = self.ln2(kept["resid_mid"])
        kept["mlp_in"] = self.mlp_in(kept["ln2"])
        kept["gelu"] = F.gelu(kept["mlp_in"])
        kept["mlp_out"] = self.mlp_out(kept["gelu"])
        kept["resid_post"] = kept["resid_mid"] + kept["mlp_out"]
        return kept


def transformer_case(name, is_recorded):
    @case(name, "transformer", 8 * 128, "token")
    def prepare():
        width, heads = 256, 8
        x = torch.randn(8, 128, width)
        block = Block(width, heads).eval()
        if is_recorded:
            return {"written out": inference(lambda: block.recorded(x))}
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, activation="gelu", batch_first=True, norm_first=True
        ).eval()
        return {
            "scaled_dot_product_attention": inference(lambda: block(x)),
            "TransformerEncoderLayer": inference(lambda: layer(x)),
            "written out": inference(lambda: block.recorded(x)),
        }


transformer_case("transformer block", False)
transformer_case("transformer block, recorded", True)


# Language models: GPT-2 small's and MiniLM's shapes, random weights


class GPT2Block(nn.Module):
    def __init__(self, width=768, heads=12, hidden=3072):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def parts(self, x):
        batch, length, width = x.shape
        return [t.view(batch, length, self.heads, -1).transpose(1, 2) for t in self.qkv(self.ln1(x)).split(width, dim=2)]

    def rest(self, x, z):
        middle = x + self.out(z.transpose(1, 2).reshape(x.shape))
        return middle + self.down(F.gelu(self.up(self.ln2(middle)), approximate="tanh"))

    def forward(self, x):
        q, k, v = self.parts(x)
        return self.rest(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))


class GPT2(nn.Module):
    def __init__(self, layers=12, width=768, vocabulary=50257, context=1024):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(GPT2Block() for _ in range(layers))
        self.ln = nn.LayerNorm(width)
        for parameter in self.parameters():
            parameter.requires_grad_(False)
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def embed(self, tokens):
        return self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x)
        return self.ln(x) @ self.tokens.weight.T


def hugging_face(kind):
    """A model of transformers in the given shape, or nothing where the package is not installed."""
    try:
        import transformers
    except ImportError:
        return None
    transformers.logging.set_verbosity_error()
    if kind == "gpt2":
        return transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval()
    return transformers.BertModel(transformers.BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)).eval()


def forward_case(name):
    @case(name, "language", 8 * 128, "token")
    def prepare():
        tokens = torch.arange(8 * 128).reshape(8, 128) * 7919 % 50257
        model = GPT2().eval()
        variants = {"written out, SDPA": inference(lambda: model(tokens))}
        theirs = hugging_face("gpt2")
        if theirs is not None:
            variants["transformers"] = inference(lambda: theirs(tokens, use_cache=False))
        return variants


forward_case("GPT-2 small, 8 × 128 tokens, all logits")
forward_case("GPT-2 small, 8 × 128 tokens, everything recorded")  # beside the plain forward, which records nothing

SENTENCE_LENGTHS = [
    12, 31, 18, 44, 9, 27, 22, 36, 15, 52, 7, 24, 29, 19, 33, 41, 11, 26, 64, 21, 17, 38, 13, 30, 23, 47, 8, 28, 20, 35,
    16, 25, 10, 32, 40, 14, 55, 6, 27, 22, 37, 18, 29, 12, 34, 24, 43, 9, 31, 19, 26, 15, 49, 21, 28, 11, 36, 23, 17, 39,
    13, 30, 20, 25,
]


@case("MiniLM, 64 ragged sentences", "language", sum(SENTENCE_LENGTHS), "token")
def ragged_sentences():
    model = hugging_face("minilm")
    if model is None:
        return {}
    texts = [[(i * 7919 + 13) % 30522 for i in range(length)] for length in SENTENCE_LENGTHS]

    def padded(texts):
        longest = max(map(len, texts))
        tokens = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
        mask = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in texts])
        return tokens, mask

    ordered = sorted(texts, key=len)
    one, four, eight = [padded(texts)], [padded(ordered[i:i + 16]) for i in range(0, 64, 16)], [
        padded(ordered[i:i + 8]) for i in range(0, 64, 8)]
    batches = [padded(texts[i:i + 16]) for i in range(0, 64, 16)]

    def run(batches):
        return inference(lambda: [model(tokens, attention_mask=mask) for tokens, mask in batches])

    return {"one padded batch": run(one), "batches of 16": run(batches), "sorted batches of 16": run(four),
            "sorted batches of 8": run(eight)}


def prompts():
    corrupt = torch.tensor([[(i * 7919 + 13) % 50257 for i in range(16)]])
    clean = corrupt.clone()
    clean[0, 3] = 42
    return clean, corrupt


@case("GPT-2 small, patching 12 layers × 16 positions", "language", 192, "patch")
def patching():
    model = GPT2().eval()
    clean, corrupt = prompts()
    length, layers, answers = 16, 12, [100, 200]

    def residuals(tokens):
        x, found = model.embed(tokens), []
        for block in model.blocks:
            found.append(x)
            x = block(x)
        return found

    def by_layer():
        """All positions of a layer as one batch from that layer on, the last position's two logits alone."""
        right, base, out, directions = residuals(clean), residuals(corrupt), [], model.tokens.weight[answers]
        for layer in range(layers):
            x = base[layer].expand(length, -1, -1).clone()
            x[torch.arange(length), torch.arange(length)] = right[layer][0]
            for block in model.blocks[layer:]:
                x = block(x)
            out.append(model.ln(x[:, -1]) @ directions.T)
        return out

    def with_prefix():
        """Also only the positions from the patch on, after the corrupt run's keys and values."""
        right, base, directions = residuals(clean), residuals(corrupt), model.tokens.weight[answers]
        past = [block.parts(x)[1:] for block, x in zip(model.blocks, base)]
        out = []
        for position in range(length):
            rest, rows = length - position, None
            mask = torch.ones(rest, length, dtype=torch.bool).tril(position)
            for layer, block in enumerate(model.blocks):
                new = base[layer][:, position:].clone()
                new[:, 0] = right[layer][:, position]
                rows = new if rows is None else torch.cat([rows, new], 0)
                q, k, v = block.parts(rows)
                keys = torch.cat([past[layer][0][:, :, :position].expand(len(rows), -1, -1, -1), k], 2)
                values = torch.cat([past[layer][1][:, :, :position].expand(len(rows), -1, -1, -1), v], 2)
                rows = block.rest(rows, F.scaled_dot_product_attention(q, keys, values, attn_mask=mask))
            out.append(model.ln(rows[:, -1]) @ directions.T)
        return out

    return {"batched by layer": inference(by_layer), "with prefix reuse": inference(with_prefix)}


@case("GPT-2 small, patching beside TransformerLens", "language", 192, "patch")
def patching_beside_transformer_lens():
    """The toolkit's own sweep: one whole run for each patch."""
    try:
        import transformer_lens
        from transformer_lens import patching as ready
        from transformer_lens.model_bridge import TransformerBridge
        from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
        from tokenizers import Tokenizer, models
        from tqdm import tqdm
    except ImportError:
        return {}

    class Silent(tqdm):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **{**settings, "disable": True})

    ready.tqdm = Silent
    folder = tempfile.mkdtemp()
    end = "<|endoftext|>"
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.BPE(vocab={end: 0, "a": 1}, merges=[])), bos_token=end, eos_token=end, pad_token=end)
    GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model = TransformerBridge.boot_transformers(folder, device="cpu")
    model.eval()
    model.enable_compatibility_mode(no_processing=True)
    clean, corrupt = prompts()
    with torch.no_grad():
        _, cache = model.run_with_cache(clean)

    def difference(logits):
        return logits[0, -1, 100] - logits[0, -1, 200]

    def sweep():
        with torch.no_grad():
            return ready.get_act_patch_resid_pre(model, corrupt, cache, difference)

    return {f"transformer-lens {transformer_lens.__version__}" if hasattr(transformer_lens, "__version__") else "transformer-lens": sweep}


@case("GPT-2 small, attribution patching 12 × 16", "language", 192, "patch")
def attribution():
    model = GPT2().eval()
    clean, corrupt = prompts()

    def estimate():
        with torch.no_grad():
            x, right = model.embed(clean), []
            for block in model.blocks:
                right.append(x)
                x = block(x)
        x, base = model.embed(corrupt).requires_grad_(True), []
        for block in model.blocks:
            if base:
                x.retain_grad()
            base.append(x)
            x = block(x)
        logits = model.ln(x[:, -1]) @ model.tokens.weight[[100, 200]].T
        (logits[0, 0] - logits[0, 1]).backward()
        return [((a - b) * b.grad).sum(-1) for a, b in zip(right, base)]

    return {"two runs and a gradient": estimate}


# What layers have forgotten of each word: the same optimization, pass for pass


class Noise:
    """The measure of Guan et al. (2019) at a fixed distortion, written out: start by random projections, antithetic noise in four chains, steps in log σ,
    the mean of the last iterates, fresh noise to correct and to measure."""

    delta, cap, chains = 0.05, 3.0, 4

    def __init__(self, model, words, samples):
        self.model, self.samples = model, samples
        model.requires_grad_(False)
        tokens = torch.tensor([[((t * words + i) * 7919 + 13) % 30522 for i in range(words)] for t in range(16)])
        with torch.no_grad():
            self.x = model.embeddings(tokens)
            states = self.x
            self.features, self.weights = [], []
            for layer in model.encoder.layer:
                states = self.one(layer, states)
                spread = states.flatten(0, 1).std(0, unbiased=False)
                self.weights.append(1 / spread.clamp(min=0.1 * spread.mean()))
                self.features.append(states[0])
            self.spread = self.x.flatten(0, 1).var(0, unbiased=False).mean().sqrt()
        self.x = self.x[0]
        self.log_cap = (self.cap * self.spread).log()

    @staticmethod
    def one(layer, states):
        out = layer(states)
        return out[0] if isinstance(out, tuple) else out

    def climb(self, points, layers):
        """The states of replicas at their own layers: all climb together, those of the deepest layer first."""
        values, replicas = {}, points.shape[0] // len(layers)
        for number, layer in enumerate(self.model.encoder.layer[:max(layers) + 1]):
            points = self.one(layer, points)
            if number in layers:
                values[number] = points[-replicas:]
                points = points[:-replicas]
        return [values[number] for number in sorted(layers, reverse=True)]

    def gradient(self, points, layers, goal):
        points.requires_grad_(True)
        values = self.climb(points, layers)
        total, parts = goal(values)
        return torch.autograd.grad(total, points)[0], parts

    def measure(self, layers):
        order = sorted(layers, reverse=True)
        n, width = self.x.shape
        count, per = len(order), 2 * self.chains
        probes = max(4, min(16, self.samples // 32))
        corrections = max(1, self.samples // 12 // per)
        both = (self.samples - probes) // per
        # Four looks at D, forward alone, are half a pass each.
        left = max(1, both - 3 * corrections - self.samples * 3 // 10 // per)
        pairs = max(1, left // 64)
        steps = max(1, left // pairs)
        evaluations = max(1, both - 3 * corrections - steps * pairs)

        def projected(values):
            return sum((v * (torch.randint(0, 2, v.shape) * 2 - 1) * self.weights[l]).sum() / (n * width) ** 0.5
                       for l, v in zip(order, values)), None

        points = self.x.repeat(count * probes, 1, 1)
        slopes, _ = self.gradient(points, layers, projected)
        a = slopes.square().sum(-1).view(count, probes, n).mean(1)
        log_sigma = torch.minimum(0.5 * (self.delta / (n * a)).log(), self.log_cap)[:, None].repeat(1, self.chains, 1)

        def looked(final):
            """Brings D to δ by Newton's steps in log σ of all words, forward alone, with the same draws."""
            start, shift = final, torch.zeros(count, 1)
            draws = torch.randn(count, self.chains * corrections, n, width)
            for _ in range(4):
                noise = draws * final.exp()[:, None, :, None]
                with torch.no_grad():
                    values = self.climb((self.x + torch.cat([noise, -noise], dim=1)).flatten(0, 1), layers)
                    gap = torch.stack([((v - self.features[l]) * self.weights[l]).square().mean()
                                       for l, v in zip(order, values)])[:, None].div(self.delta).log()
                shift = shift - 0.5 * gap
                final = torch.minimum(start + shift, self.log_cap)
                if (gap.abs() <= 0.15).all():
                    break
            return final

        def distortions(log_sigma, pairs):
            noise = torch.randn(count, self.chains, pairs, n, width) * log_sigma.exp()[:, :, None, :, None]
            noise = torch.cat([noise, -noise], dim=2)

            def goal(values):
                parts = [((v - self.features[l]) * self.weights[l]).square().flatten(1).mean(1)
                         for l, v in zip(order, values)]
                return sum(part.sum() for part in parts), torch.stack([p.detach() for p in parts])

            slopes, parts = self.gradient((self.x + noise).flatten(0, 2), layers, goal)
            shares = (slopes.view(noise.shape) * noise).sum(-1).mean(2)
            return parts.view(count, self.chains, 2 * pairs).mean(2), shares

        smooth, total, averaged = None, torch.zeros_like(log_sigma), 0
        for step in range(steps):
            values, shares = distortions(log_sigma, pairs)
            smooth = shares if smooth is None else 0.7 * smooth + 0.3 * shares
            free = log_sigma < self.log_cap
            target = (smooth * free).sum(-1, keepdim=True) / free.sum(-1, keepdim=True).clamp(min=1)
            pull = 0.5 * (1 - values / self.delta).clamp(-1, 1)[..., None]
            gap = (0.5 * (1 - shares / target) + pull).clamp(-1, 1)
            log_sigma = torch.minimum(log_sigma + 0.6 / (1 + step / 5) ** 0.6 * gap, self.log_cap)
            if step >= steps // 3:
                total, averaged = total + log_sigma, averaged + 1
        final = (total / averaged).mean(1)
        for rounds in (corrections, evaluations):
            value, share = (part.mean(1) for part in distortions(final[:, None].repeat(1, self.chains, 1), rounds))
            if rounds is corrections:
                gap = 0.5 * (1 - share / share.mean(-1, keepdim=True))
                final = final + 0.3 * gap.clamp(-0.5, 0.5) + 0.5 * (1 - value / self.delta).clamp(-1, 1)[:, None]
                final = looked(final)
        return final, value, share

    def loop(self, layers):
        """As the released code goes about it: each layer by itself, one draw a step, Adam on σ; as many passes, at a fixed distortion as above."""
        n, width = self.x.shape
        found = []
        for layer in layers:
            log_sigma = (self.log_cap - 3).repeat(n).requires_grad_(True)
            price = torch.zeros(())
            optimizer = torch.optim.Adam([log_sigma], lr=0.02)
            for _ in range(self.samples):
                points = self.x + torch.randn(n, width) * log_sigma.exp()[:, None]
                value = ((self.climb(points[None], [layer])[0] - self.features[layer]) * self.weights[layer]).square().mean()
                optimizer.zero_grad()
                (price.exp() * value / self.delta - log_sigma.mean()).backward()
                optimizer.step()
                price += 0.02 * (value.detach() / self.delta - 1).clamp(-1, 1)
                with torch.no_grad():
                    log_sigma.clamp_(max=self.log_cap)
            found.append(log_sigma.detach())
        return found


def information_case(name, amount, words, samples, **shape):
    def noise():
        try:
            import transformers
        except ImportError:
            return None
        transformers.logging.set_verbosity_error()
        model = transformers.BertModel(transformers.BertConfig(vocab_size=30522, **shape)).eval()
        return Noise(model, words, samples)

    layers = list(range(shape["num_hidden_layers"]))

    @case(name, "information", amount, "pass")
    def same():
        one = noise()
        return {} if one is None else {
            "all layers in one batch": lambda: one.measure(layers),
            "each layer by itself": lambda: [one.measure([layer]) for layer in layers]}

    @case(name + ", beside one draw a step", "information", amount, "pass")
    def loop():
        one = noise()
        return {} if one is None else {"one draw a step": lambda: one.loop(layers)}


information_case("MiniLM, information of 16 words in 6 layers", 600, 16, 100,
                 hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
information_case("small transformer, information of 12 words in 2 layers", 4000, 12, 2000,
                 hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256)


@case("GPT-2 small, 32 tokens generated one by one", "language", 32, "token")
def generation():
    model = hugging_face("gpt2")
    if model is None:
        return {}
    start = torch.tensor([[(i * 7919 + 13) % 50257 for i in range(16)]])

    def greedy():
        tokens, past = start, None
        for _ in range(32):
            result = model(tokens, past_key_values=past, use_cache=True, logits_to_keep=1)
            past, tokens = result.past_key_values, result.logits[:, -1:].argmax(-1)

    return {"transformers with a cache": inference(greedy)}


@case("start-up", "start-up", 1, "start")
def start_up():
    program = [sys.executable, "-c", "import torch; print((torch.ones(1) + torch.ones(1)).item())"]
    return {"import torch": lambda: subprocess.run(program, check=True, stdout=subprocess.DEVNULL)}


# Measuring


class Stopwatch:
    def __init__(self, case, seconds):
        self.variant, self.work = fastest(case.prepare(), seconds)
        self.calls = 1
        while (elapsed := self.run()) < seconds:
            self.calls = max(self.calls + 1, int(self.calls * min(seconds * 1.1 / max(elapsed, 1e-9), 10)))

    def run(self):
        with mode_of(self.work):
            start = time.perf_counter()
            for _ in range(self.calls):
                self.work()
            return time.perf_counter() - start

    def round(self):
        return self.run() / self.calls


def fastest(variants, seconds):
    """Warms all variants up, then lets them take turns and picks the one with the least time."""
    usable = {}
    for name, work in variants.items():
        try:
            trial(work)
            usable[name] = work
        except (RuntimeError, NotImplementedError) as error:
            print(f"torch_peer: variant '{name}' is left out: {error}", file=sys.stderr)
    if not usable:
        raise RuntimeError("no variant runs")
    if len(usable) == 1:
        return next(iter(usable.items()))
    best = dict.fromkeys(usable, float("inf"))
    end = time.perf_counter() + 2 * seconds * len(usable)
    turns = 0
    while turns < 3 or (turns < 50 and time.perf_counter() < end):
        for name, work in usable.items():
            best[name] = min(best[name], trial(work))
        turns += 1
    winner = min(best, key=best.get)
    return winner, usable[winner]


def trial(work):
    """The seconds that one call takes, or a short stand-in for it where there is one."""
    with mode_of(work):
        start = time.perf_counter()
        getattr(work, "trial", work)()
        return time.perf_counter() - start


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return "unknown processor"


def serve(cases, threads, seconds):
    def say(value):
        print(json.dumps(value, ensure_ascii=False), flush=True)

    listing = [{"name": c.name, "family": c.family, "amount": c.amount, "unit": c.unit} for c in cases]
    say({"processor": processor(), "version": f"PyTorch {torch.__version__}", "threads": threads, "cases": listing})
    stopwatches = {}
    for line in sys.stdin:
        verb, _, name = line.strip().partition(" ")
        chosen = next((c for c in cases if c.name == name), None)
        if chosen is None or verb not in ("round", "drop"):
            say({"name": name, "error": "expected 'round NAME' or 'drop NAME' with a case's name"})
        elif verb == "drop":
            stopwatches.pop(name, None)
            say({"name": name})
        else:
            try:
                if name not in stopwatches:
                    stopwatches[name] = Stopwatch(chosen, seconds)
                watch = stopwatches[name]
                say({"name": name, "seconds": watch.round(), "variant": watch.variant})
            except Exception as error:
                say({"name": name, "error": str(error)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", default="", help="only cases whose name or family contains this")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="the least duration of a round")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--serve", action="store_true", help="measure rounds as they are asked for on standard input")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    chosen = [c for c in CASES if options.filter in c.name or options.filter in c.family]
    if options.serve:
        return serve(chosen, options.threads, options.seconds)

    load, results = os.getloadavg()[0], []
    for c in chosen:
        watch = Stopwatch(c, options.seconds)
        rounds = [watch.round() for _ in range(options.rounds)]
        median = statistics.median(rounds)
        print(f"{c.name:32}{median:12.6g} s  {c.amount / median:12.6g} {c.unit}/s  ({watch.variant})")
        results.append(
            {"name": c.name, "family": c.family, "implementation": "torch", "unit": "s", "median": median,
             "min": min(rounds), "max": max(rounds), "rounds": rounds, "amount": c.amount, "amountUnit": c.unit,
             "variant": watch.variant}
        )  # fmt: skip
    if options.json:
        report = {
            "processor": processor(), "threads": options.threads, "version": f"PyTorch {torch.__version__}",
            "loadBefore": load, "loadAfter": os.getloadavg()[0], "cases": results,
        }  # fmt: skip
        with open(options.json, "w") as file:
            json.dump(report, file, indent=2)


if __name__ == "__main__":
    main()

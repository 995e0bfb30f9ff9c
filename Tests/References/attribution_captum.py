"""What Captum, and the formulas of LRP for recurrent networks, find in small networks of words with random weights, in float64.

    python3 Tests/References/attribution_captum.py Tests/VitroInformationTests/Fixtures

attribution.safetensors gets, for an LSTM, a CNN and an encoder as TextNetwork builds them (rebuilt here), the weights under the names that Vitro gives them
(`lstm/lstm0.weight_ih_l0`), the tokens, the classes asked about, and scores [texts, length]: `lstm/expected.saliency` (norm over a word's vector),
`expected.input_x_gradient`, `expected.integrated_gradients` (50 points of Gauss and Legendre's rule, baseline 0), `expected.ablation` (a word's vector 0), and
`expected.lrp`: for the LSTM by Arras et al.'s formulas (WASSA 2017) in NumPy, for the CNN by Captum's LRP with its ε-rule, both with ε = 0.001.
Made with torch 2.13.0, captum 0.9.0, numpy 2.4.
"""
import pathlib
import sys

import numpy as np
import torch
from captum.attr import LRP, FeatureAblation, InputXGradient, IntegratedGradients, Saliency
from captum.attr._utils.lrp_rules import EpsilonRule
from safetensors.torch import save_file
from torch import nn

torch.set_default_dtype(torch.float64)
VOCABULARY, WIDTH, CLASSES, LENGTH, CONTEXT, EPSILON = 23, 8, 3, 6, 16, 1e-3


class Recurrent(nn.Module):
    """Embedding, one LSTM, its last state, logits."""
    hidden = 10

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.lstm0 = nn.LSTM(WIDTH, self.hidden, batch_first=True)
        self.logits = nn.Linear(self.hidden, CLASSES)

    def words(self, tokens):
        return self.embed(tokens)

    def forward(self, x):
        return self.logits(self.lstm0(x)[0][:, -1])


class Filters(nn.Module):
    """Filters over 3, 4 and 5 words, of each the largest answer."""
    hidden = 5

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        for size in (3, 4, 5):
            setattr(self, f"conv{size}", nn.Conv2d(WIDTH, self.hidden, (1, size), padding=(0, size - 1)))
            setattr(self, f"relu{size}", nn.ReLU())
            setattr(self, f"max{size}", nn.MaxPool2d((1, LENGTH + size - 1)))
        self.logits = nn.Linear(3 * self.hidden, CLASSES)

    def words(self, tokens):
        return self.embed(tokens)

    def forward(self, x):
        image = x.transpose(1, 2)[:, :, None]
        parts = []
        for size in (3, 4, 5):
            found = getattr(self, f"relu{size}")(getattr(self, f"conv{size}")(image))
            parts.append(getattr(self, f"max{size}")(found).flatten(1))
        return self.logits(torch.cat(parts, 1))


class Block(nn.Module):
    def __init__(self, heads, hidden):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attn = nn.ModuleDict({n: nn.Linear(WIDTH, WIDTH) for n in ("q_proj", "k_proj", "v_proj", "out_proj")})
        self.mlp = nn.ModuleDict({"in": nn.Linear(WIDTH, hidden), "out": nn.Linear(hidden, WIDTH)})

    def forward(self, x):
        read = self.ln1(x)
        q, k, v = (self.attn[n](read).unflatten(-1, (self.heads, -1)).transpose(1, 2) for n in ("q_proj", "k_proj", "v_proj"))
        pattern = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
        x = x + self.attn["out_proj"]((pattern @ v).transpose(1, 2).flatten(2))
        return x + self.mlp["out"](nn.functional.gelu(self.mlp["in"](self.ln2(x))))


class Encoder(nn.Module):
    """Two blocks, normalized before each part, the mean of all states, logits."""
    hidden = 16

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Parameter(torch.randn(CONTEXT, WIDTH))
        self.blocks = nn.ModuleList(Block(2, self.hidden) for _ in range(2))
        self.ln_final = nn.LayerNorm(WIDTH)
        self.logits = nn.Linear(WIDTH, CLASSES)

    def words(self, tokens):
        return self.embed(tokens) + self.positions[:tokens.shape[1]]

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.logits(self.ln_final(x).mean(1))


def stable(z):
    return z + EPSILON * np.where(z >= 0, 1.0, -1.0)


def share(h, weight, z, relevance):
    """R of inputs of `z = weight · h + …` (bias_factor 0 in Arras et al.'s code)."""
    return (weight * h[None, :] / stable(z)[:, None] * relevance[:, None]).sum(0)


def recurrent_relevance(model, x, label):
    """Relevance of each word, the gates fixed, all to the signals."""
    w = {n: p.detach().numpy() for n, p in model.named_parameters()}
    d = model.hidden
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    h, c, steps = np.zeros(d), np.zeros(d), []
    for word in x:
        z = w["lstm0.weight_ih_l0"] @ word + w["lstm0.weight_hh_l0"] @ h + w["lstm0.bias_ih_l0"] + w["lstm0.bias_hh_l0"]
        i, f, g, o = sigmoid(z[:d]), sigmoid(z[d:2 * d]), np.tanh(z[2 * d:3 * d]), sigmoid(z[3 * d:])
        before = (h, c)
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((before, i, f, g, z[2 * d:3 * d], c))
    score = w["logits.weight"] @ h + w["logits.bias"]
    asked = np.zeros(CLASSES)
    asked[label] = score[label]
    of_h, of_c, result = share(h, w["logits.weight"], score, asked), np.zeros(d), np.zeros(len(x))
    for t in reversed(range(len(x))):
        (h_before, c_before), i, f, g, z, c = steps[t]
        of_c = of_c + of_h
        of_g = i * g / stable(c) * of_c
        of_c = f * c_before / stable(c) * of_c
        rows = slice(2 * d, 3 * d)
        result[t] = share(x[t], w["lstm0.weight_ih_l0"][rows], z, of_g).sum()
        of_h = share(h_before, w["lstm0.weight_hh_l0"][rows], z, of_g)
    return result


def filter_relevance(model, x, labels):
    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.Embedding)):
            module.rule = EpsilonRule(EPSILON)
    return LRP(model).attribute(x, target=labels).sum(-1)


def main(folder):
    torch.manual_seed(0)
    out = {}
    tokens = torch.randint(VOCABULARY, (2, LENGTH))
    labels = torch.tensor([2, 0])
    mask = torch.arange(LENGTH)[None, :, None].expand(1, LENGTH, WIDTH)
    for name, model in (("lstm", Recurrent()), ("cnn", Filters()), ("encoder", Encoder())):
        for path, parameter in model.named_parameters():
            with torch.no_grad():
                if path.endswith(("ln1.weight", "ln2.weight", "ln_final.weight")):
                    parameter.add_(0.3 * torch.randn_like(parameter))
                elif path.endswith("bias"):
                    parameter.copy_(0.3 * torch.randn_like(parameter))
            stored = "embed.positions.weight" if path == "positions" else path
            out[f"{name}/{stored}"] = parameter.detach().clone()
        x = model.words(tokens).detach().requires_grad_()
        expected = {
            "saliency": Saliency(model).attribute(x, target=labels).norm(dim=-1),
            "input_x_gradient": InputXGradient(model).attribute(x, target=labels).sum(-1),
            "integrated_gradients": IntegratedGradients(model).attribute(x, target=labels, n_steps=50).sum(-1),
            "ablation": FeatureAblation(model).attribute(x, target=labels, feature_mask=mask)[:, :, 0],
            "logits": model(x),
        }
        if name == "lstm":
            expected["lrp"] = torch.tensor(
                np.stack([recurrent_relevance(model, v, int(y)) for v, y in zip(x.detach().numpy(), labels)]))
        if name == "cnn":
            expected["lrp"] = filter_relevance(model, x, labels)
        out.update({f"{name}/expected.{key}": value.detach().contiguous().clone() for key, value in expected.items()})
    out["tokens"], out["classes"] = tokens, labels
    save_file(out, pathlib.Path(folder) / "attribution.safetensors")


main(sys.argv[1])

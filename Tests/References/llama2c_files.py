"""Writes the llama2.c fixtures of VitroFormatsTests: one small random model in each version of the format, and its values.

    python3 Tests/References/llama2c_files.py    (needs numpy and safetensors)

The order of what is written is that of export.py of github.com/karpathy/llama2.c (legacy_export, version1_export,
version2_export), with the scales after each tensor's integers, as runq.c reads them.
"""

import pathlib
import struct

import numpy as np
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent.parent / "VitroFormatsTests" / "Fixtures"
random = np.random.default_rng(2)
dim, hidden, layers, heads, kv_heads, vocab, length, group = 8, 12, 2, 2, 1, 5, 6, 4
kv_dim = dim // heads * kv_heads

shapes = {"attention_norm": (dim,), "ffn_norm": (dim,), "attention.wq": (dim, dim), "attention.wk": (kv_dim, dim),
          "attention.wv": (kv_dim, dim), "attention.wo": (dim, dim), "feed_forward.w1": (hidden, dim),
          "feed_forward.w2": (dim, hidden), "feed_forward.w3": (hidden, dim)}
norms = ["attention_norm", "ffn_norm"]
matrices = [name for name in shapes if name not in norms]


def tensor(shape):
    return random.normal(0, 1, shape).astype(np.float32)


model = {f"layers.{layer}.{name}.weight": tensor(shape) for name, shape in shapes.items() for layer in range(layers)}
model |= {"norm.weight": tensor((dim,)), "tok_embeddings.weight": tensor((vocab, dim)),
          "output.weight": tensor((vocab, dim))}


def each(names):
    return [f"layers.{layer}.{name}.weight" for name in names for layer in range(layers)]


def legacy(file, shared):
    with open(folder / file, "wb") as out:
        out.write(struct.pack("7i", dim, hidden, layers, heads, kv_heads, vocab if shared else -vocab, length))
        order = ["attention_norm", "attention.wq", "attention.wk", "attention.wv", "attention.wo", "ffn_norm",
                 "feed_forward.w1", "feed_forward.w2", "feed_forward.w3"]
        for name in ["tok_embeddings.weight", *each(order), "norm.weight"]:
            out.write(model[name].tobytes())
        out.write(tensor((2, length, dim // heads // 2)).tobytes())  # freqs_cos and freqs_sin
        if not shared:
            out.write(model["output.weight"].tobytes())


def head(version, shared):
    start = struct.pack("Ii7iB", 0x616B3432, version, dim, hidden, layers, heads, kv_heads, vocab, length, int(shared))
    if version == 2:
        start += struct.pack("<i", group)
    return start.ljust(256, b"\0")


def version1(file):
    with open(folder / file, "wb") as out:
        out.write(head(1, False))
        for name in [*each(norms), "norm.weight", "tok_embeddings.weight", *each(matrices), "output.weight"]:
            out.write(model[name].tobytes())


def version2(file):
    expected = {}
    with open(folder / file, "wb") as out:
        out.write(head(2, True))
        for name in [*each(norms), "norm.weight"]:
            out.write(model[name].tobytes())
            expected[name] = model[name]
        for name in ["tok_embeddings.weight", *each(matrices)]:
            groups = model[name].reshape(-1, group)
            scale = np.abs(groups).max(axis=1) / np.float32(127)
            integers = np.round(groups / scale[:, None]).astype(np.int8)
            out.write(integers.tobytes() + scale.tobytes())
            expected[name] = (integers.astype(np.float32) * scale[:, None]).reshape(model[name].shape)
    save_file(expected, folder / "llama2c_v2.safetensors")


def tokenizer(file):
    tokens = [("<unk>", 0.0), ("\n<s>\n", 0.0), ("<0x0A>", 0.0), (" ", -1.5), ("é日", -1e6)]
    with open(folder / file, "wb") as out:
        out.write(struct.pack("I", max(len(text.encode()) for text, _ in tokens)))
        for text, score in tokens:
            out.write(struct.pack("fI", score, len(text.encode())) + text.encode())


legacy("llama2c_v0.bin", shared=True)
legacy("llama2c_v0_unshared.bin", shared=False)
version1("llama2c_v1.bin")
version2("llama2c_v2.bin")
tokenizer("llama2c_tokenizer.bin")
save_file(model, folder / "llama2c.safetensors")

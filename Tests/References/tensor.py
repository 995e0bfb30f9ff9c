"""Values by NumPy and PyTorch for Tests/VitroTensorTests/ReferenceTests.swift. Run: python3 Tests/References/tensor.py

Inputs are wave(n, a, b) = sin(a·i + b), which every language computes alike.
"""

import numpy as np
import torch
import torch.nn.functional as F


def wave(shape, a, b):
    return np.sin(a * np.arange(int(np.prod(shape)), dtype=np.float64) + b).reshape(shape)


def tensor(shape, a, b):
    return torch.tensor(wave(shape, a, b))


def show(name, value):
    values = np.asarray(value).reshape(-1).tolist()
    print(f"{name}: [" + ", ".join(repr(v) for v in values) + "]")


show("einsum bij,kj->bki", np.einsum("bij,kj->bki", wave((2, 2, 3), 0.7, 0.3), wave((2, 3), 0.4, 1.0)))
show("einsum iij->j", np.einsum("iij->j", wave((3, 3, 2), 0.7, 0.3)))
show("einsum ...i,i", np.einsum("...i,i", wave((2, 2, 3), 0.7, 0.3), wave((3,), 0.4, 1.0)))
show("einsum implicit ba", np.einsum("ba", wave((2, 3), 0.7, 0.3)))
x, w, b = tensor((1, 4, 5, 4), 0.7, 0.3), tensor((4, 2, 2, 3), 0.4, 1.0), tensor((4,), 0.9, 0.1)
show("conv2d", F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(2, 1), groups=2)[0, :, 1])
show("max_pool2d", F.max_pool2d(x, 2, stride=2, padding=1)[0, 0])
show("avg_pool2d", F.avg_pool2d(x, 3, stride=2, padding=1)[0, 0])
show("avg_pool2d exclude", F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)[0, 0])
scores, labels = tensor((4, 3), 0.7, 0.3) * 3, torch.tensor([2, 0, 1, 2])
show("cross_entropy", F.cross_entropy(scores, labels, reduction="none", ignore_index=1))
show("batch_norm", F.batch_norm(tensor((3, 2, 2), 0.7, 0.3), None, None, training=True, eps=1e-3))
show("layer_norm", F.layer_norm(tensor((2, 3), 0.7, 0.3), (3,), eps=1e-3))
show("cumsum", np.cumsum(wave((2, 3), 0.7, 0.3), axis=0))
show("gelu", F.gelu(tensor((4,), 1.7, -2.0)))
show("gelu tanh", F.gelu(tensor((4,), 1.7, -2.0), approximate="tanh"))
show("var correction 1", np.var(wave((2, 3), 0.7, 0.3), axis=1, ddof=1))
show("logsumexp", torch.logsumexp(tensor((2, 3), 0.7, 0.3), 0))
numbers = np.array([1 / 3, 65504, 65520, 6e-8, 2049, 1e-8, -0.1], dtype=np.float32)
with np.errstate(over="ignore"):
    show("float16", numbers.astype(np.float16).astype(np.float64))
show("bfloat16", torch.tensor(numbers).to(torch.bfloat16).double())

"""Cells and their gradients by PyTorch, for Tests/CVitroKernelsTests/RecurrentTests.swift.

The cells of torch.nn get identity weights, so that their inputs are the pre-activations. Run: python3 Tests/References/recurrent.py
"""

import torch

WIDTH = 2


def show(name, tensor):
    print(f"{name}: [" + ", ".join(repr(v) for v in tensor.flatten().tolist()) + "]")


def leaf(count, scale, shift):
    return (torch.arange(count, dtype=torch.float64) * scale + shift).sin().reshape(1, count).requires_grad_()


def lstm():
    cell = torch.nn.LSTMCell(4 * WIDTH, WIDTH, bias=False, dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(4 * WIDTH))
        cell.weight_hh.zero_()
    gates, c0 = leaf(4 * WIDTH, 0.7, 0.3), leaf(WIDTH, 0.9, 1.1)
    h, c = cell(gates, (torch.zeros(1, WIDTH, dtype=torch.float64), c0))
    (h * torch.tensor([1.0, -2.0]) + c * torch.tensor([0.5, 3.0])).sum().backward()
    for name, tensor in [("h", h), ("c", c), ("gates", gates.grad), ("c0", c0.grad)]:
        show("lstm " + name, tensor)


def gru():
    """W_hh h0 + b_hh is set through the bias: b_hh = hh, W_hh = 0."""
    cell = torch.nn.GRUCell(3 * WIDTH, WIDTH, dtype=torch.float64)
    x, hh, h0 = leaf(3 * WIDTH, 0.7, 0.3), leaf(3 * WIDTH, 0.4, 2.0), leaf(WIDTH, 0.9, 1.1)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(3 * WIDTH))
        cell.weight_hh.zero_()
        cell.bias_ih.zero_()
        cell.bias_hh.copy_(hh[0])
    h = cell(x, h0)
    (h * torch.tensor([1.0, -2.0])).sum().backward()
    for name, tensor in [("h", h), ("x", x.grad), ("hh", cell.bias_hh.grad), ("h0", h0.grad)]:
        show("gru " + name, tensor)


lstm()
gru()

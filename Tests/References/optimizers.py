"""Parameters after five steps of torch.optim on fixed gradients, for Tests/CVitroKernelsTests/OptimizerTests.swift.

Run: python3 Tests/References/optimizers.py
"""

import torch

START = [0.5, -1.25, 2.0, 0.0, -0.001]


def gradient(step, index):
    return ((step * 7 + index * 3) % 11 - 5) / 4.0


def run(make):
    parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    for step in range(1, 6):
        parameter.grad = torch.tensor([gradient(step, i) for i in range(len(START))], dtype=torch.float64)
        optimizer.step()
    return ", ".join(repr(value) for value in parameter.tolist())


optim = torch.optim
CASES = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2),
    "momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    "nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.02),
    "adam decay": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1),
    "adamw": lambda p: optim.AdamW(p, lr=0.02, weight_decay=0.3),
}

for name, make in CASES.items():
    print(f'"{name}": [{run(make)}]')

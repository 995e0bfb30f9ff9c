"""Reference values for Tests/VitroNetworksTests, from PyTorch: python Tests/References/networks.py Tests/VitroNetworksTests/Fixtures

Writes for each case its input, output, the gradient of sum(output * seed) at the input, and each parameter with its
gradient; losses; ten steps of each optimizer on a small problem; learning rates of schedules. All are in torch.safetensors.
"""

import sys

import torch
from safetensors.torch import save_file
from torch import nn

folder = sys.argv[1]
torch.manual_seed(0)
torch.set_num_threads(1)
tensors = {}


def record(case, module, x, forward=None, train=True):
    module.train(train)
    x = x.clone().requires_grad_(True)
    y = forward(module, x) if forward else module(x)
    seed = torch.randn_like(y)
    (y * seed).sum().backward()
    tensors.update({f"{case}/x": x.detach(), f"{case}/y": y.detach(), f"{case}/seed": seed, f"{case}/dx": x.grad})
    for name, p in module.named_parameters():
        if name.startswith("in_proj"):
            kind = name.split("_")[-1]
            for part, q, g in zip("qkv", p.detach().chunk(3), p.grad.chunk(3)):
                tensors[f"{case}/p/{part}_proj.{kind}"] = q.clone()
                tensors[f"{case}/g/{part}_proj.{kind}"] = g.clone()
        else:
            tensors[f"{case}/p/{name}"] = p.detach().clone()
            tensors[f"{case}/g/{name}"] = p.grad.clone()
    for name, b in module.named_buffers():
        if b.dtype.is_floating_point:
            tensors[f"{case}/after/{name}"] = b.clone()


def randomized(module):
    for p in module.parameters():
        nn.init.uniform_(p, -0.5, 0.5)
    return module


record("linear", nn.Linear(5, 3), torch.randn(4, 5))
record("conv", nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 1)), torch.randn(2, 3, 7, 6))
record("groupedConv", nn.Conv2d(4, 6, 3, groups=2, dilation=2, padding=2, bias=False), torch.randn(2, 4, 6, 6))
record("lstm", randomized(nn.LSTM(3, 4, batch_first=True)), torch.randn(2, 5, 3), lambda m, x: m(x)[0])
record("lstmLast", nn.LSTM(3, 4, batch_first=True), torch.randn(2, 5, 3), lambda m, x: m(x)[0][:, -1])
record("gru", randomized(nn.GRU(3, 4, batch_first=True)), torch.randn(2, 5, 3), lambda m, x: m(x)[0])
record("attention", randomized(nn.MultiheadAttention(8, 2, batch_first=True)), torch.randn(2, 5, 8),
       lambda m, x: m(x, x, x, need_weights=False)[0])
causal = torch.triu(torch.full((5, 5), float("-inf")), 1)
record("causalAttention", randomized(nn.MultiheadAttention(8, 4, batch_first=True)), torch.randn(2, 5, 8),
       lambda m, x: m(x, x, x, attn_mask=causal, need_weights=False)[0])
record("layerNorm", randomized(nn.LayerNorm(6)), torch.randn(3, 4, 6) * 2 + 1)
record("rmsNorm", randomized(nn.RMSNorm(6, eps=1e-6)), torch.randn(3, 4, 6) * 2 + 1)
record("batchNorm", randomized(nn.BatchNorm2d(3)), torch.randn(4, 3, 2, 3) * 2 + 1)
norm = randomized(nn.BatchNorm2d(3))
norm(torch.randn(8, 3, 2, 2) * 3 + 2)
for name, b in norm.named_buffers():
    if b.dtype.is_floating_point:
        tensors[f"batchNormEval/p/{name}"] = b.clone()
record("batchNormEval", norm, torch.randn(4, 3, 2, 3), train=False)
record("embedding", nn.Embedding(7, 3), torch.zeros(1), lambda m, x: m(torch.tensor([[1, 4, 1], [6, 0, 2]])) + 0 * x)
record("maxPool", nn.MaxPool2d(3, stride=2, padding=1), torch.randn(2, 3, 7, 6))
record("averagePool", nn.AvgPool2d(2, stride=2), torch.randn(2, 3, 6, 6))
record("convNet", nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.Tanh(), nn.Flatten(),
    nn.Linear(24, 5)), torch.randn(3, 1, 8, 8))

for name in ["gelu", "gelu_tanh", "silu", "elu", "selu", "softplus", "hardswish", "softsign", "leaky_relu"]:
    f = (lambda x: nn.functional.gelu(x, approximate="tanh")) if name == "gelu_tanh" else getattr(nn.functional, name)
    record(f"activation_{name}", nn.Identity(), torch.randn(3, 7) * 2, lambda m, x, f=f: f(x))

x, labels, target = torch.randn(6, 5), torch.randint(0, 5, (6,)), torch.randn(6, 5)
tensors["loss/x"], tensors["loss/labels"], tensors["loss/target"] = x, labels, target
tensors["loss/probabilities"] = torch.rand(6, 5)
tensors["loss/crossEntropy"] = nn.functional.cross_entropy(x, labels)
tensors["loss/smoothed"] = nn.functional.cross_entropy(x, labels, label_smoothing=0.1)
tensors["loss/meanSquaredError"] = nn.functional.mse_loss(x, target)
tensors["loss/meanAbsoluteError"] = nn.functional.l1_loss(x, target)
tensors["loss/huber"] = nn.functional.huber_loss(x, target, delta=0.7)
tensors["loss/binary"] = nn.functional.binary_cross_entropy_with_logits(x, tensors["loss/probabilities"])

# Optimizers: p minimizes sum((a @ p - b)^2) / 2 from the same start.
optimizers = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "sgdDecay": lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.1),
    "sgdMomentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "sgdNesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "adamDecay": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "adamW": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1),
}
a = torch.randn(6, 4, dtype=torch.float64)
b = torch.randn(6, dtype=torch.float64)
start = torch.randn(4, dtype=torch.float64)
tensors["optimizer/a"], tensors["optimizer/b"], tensors["optimizer/start"] = a, b, start
for name, make in optimizers.items():
    p = start.clone().requires_grad_(True)
    optimizer = make([p])
    path = []
    for _ in range(10):
        optimizer.zero_grad()
        (((a @ p - b) ** 2).sum() / 2).backward()
        optimizer.step()
        path.append(p.detach().clone())
    tensors[f"optimizer/{name}"] = torch.stack(path)

# Schedules: 20 steps of one an epoch.
schedules = {
    "step": lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5),
    "exponential": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20, 0.01),
    "oneCycle": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.8, total_steps=20),
}
for name, make in schedules.items():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
    schedule = make(optimizer)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < 20:
            schedule.step()
    tensors[f"schedule/{name}"] = torch.tensor(rates, dtype=torch.float64)
optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=2, threshold=1e-2)
values = [1, 0.8, 0.799, 0.798, 0.797, 0.796, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.5, 0.6]
rates = []
for value in values:
    rates.append(optimizer.param_groups[0]["lr"])
    schedule.step(value)
tensors["schedule/plateau"] = torch.tensor(rates, dtype=torch.float64)
tensors["schedule/plateauLosses"] = torch.tensor(values, dtype=torch.float64)

save_file({k: v.contiguous() for k, v in tensors.items()}, f"{folder}/torch.safetensors")

torch.manual_seed(1)
chain = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
x = torch.randn(2, 4)
state = dict(chain.state_dict())
save_file(state, f"{folder}/sequential.safetensors")
save_file({"x": x, "y": chain(x).detach()}, f"{folder}/sequential_values.safetensors")

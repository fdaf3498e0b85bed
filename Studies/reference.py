#!/usr/bin/env python3
"""Train rows of table1 in PyTorch on dualab's images, to tell a property of the method from a fault of dualab.

    python3 Studies/reference.py DUALAB --out FOLDER [--only NAME,…] [--seeds 3] [--jobs 1]

Written from the description of the methods: conv4, concatenated batches, BN in eval mode during PGD-10, SGD with Nesterov
momentum, one-cycle learning rate, 400 steps (presets/false-robustness.yaml). The weights are then evaluated by
`dualab attack`, with PGD-10 and standard AutoAttack, on the first 500 test images, like the rows of the suite. Rows named
…-same-start begin with the weights that dualab draws for the seed. Needs torch, numpy and safetensors.
"""
import functools
import json
import os
import threading

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import alarm

EPSILON, ALPHA, ITERATIONS, STEPS, BATCH, PEAK, WARMUP = 16 / 255, 4 / 255, 10, 400, 128, 0.1, 0.2
# name: (kind, γ, β). mat: γ·CE(x) + (1 − γ)·CE(x') + β·KL(x‖x'); trades: CE(x) + β·KL, attack on KL; mart: Wang et al. 2020.
METHODS = {
    "at": ("at", 0.0, 0.0),
    "trades-6": ("trades", 1.0, 6.0),
    "mat-0.1": ("mat", 0.1, 0.0),
    "mat-0.5": ("mat", 0.5, 0.0),
    "mat-kl-0.4": ("mat", 0.5, 0.4),
    "mat-kl-1": ("mat", 0.5, 1.0),
    "mart-5": ("mart", 0.0, 5.0),
    "mat-kl-0.4-same-start": ("mat", 0.5, 0.4),
}
LOCK = threading.Lock()


class Conv4(nn.Module):
    def __init__(self):
        super().__init__()
        layers, inputs = [], 1
        for outputs, stride in ((16, 2), (32, 1), (32, 2), (64, 2)):
            convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
            layers += [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        self.body, self.fc = nn.Sequential(*layers), nn.Linear(inputs, 10)

    def forward(self, x):
        return self.fc(self.body((x - 0.5) / 0.25).mean((2, 3)))


def divergence(clean, adversarial):
    """KL(softmax clean ‖ softmax adversarial), averaged over the images."""
    return F.kl_div(F.log_softmax(adversarial, 1), F.log_softmax(clean, 1), log_target=True, reduction="batchmean")


def boosted(clean, adversarial, y, beta):
    """MART's loss: boosted cross-entropy, plus KL weighted by the uncertainty of the clean prediction."""
    p, q = F.softmax(clean, 1), F.softmax(adversarial, 1)
    of_y = y[:, None]
    other = q.scatter(1, of_y, 0).max(1).values
    first = -torch.log(q.gather(1, of_y)[:, 0] + 1e-12) - torch.log(1.0001 - other + 1e-12)
    distance = (p * (torch.log(p + 1e-12) - torch.log(q + 1e-12))).sum(1)
    return (first + beta * distance * (1.0000001 - p.gather(1, of_y)[:, 0])).mean()


def attack(network, x, y, kind, draws):
    network.eval()
    with torch.no_grad():
        clean = network(x) if kind == "trades" else None
    if kind == "mart":
        point = x + 0.001 * torch.randn(x.shape, generator=draws)
    else:
        point = (x + (2 * torch.rand(x.shape, generator=draws) - 1) * EPSILON).clamp(0, 1)
    for _ in range(ITERATIONS):
        point.requires_grad_(True)
        logits = network(point)
        loss = divergence(clean, logits) if kind == "trades" else F.cross_entropy(logits, y)
        (gradient,) = torch.autograd.grad(loss, point)
        point = (point.detach() + ALPHA * gradient.sign()).clamp(x - EPSILON, x + EPSILON).clamp(0, 1)
    network.train()
    return point


def rate(step):
    """One-cycle: up to the peak, down towards 0, a fiftieth of the peak at the end."""
    t = step / STEPS
    return PEAK * (0.02 if t >= 0.98 else t / WARMUP if t < WARMUP else (1 - t) / (1 - WARMUP))


def dualab_start(program, seed, out):
    """The weights that dualab draws for a seed: those after a run of one step with learning rate 0."""
    folder = os.path.join(out, f"start-seed{seed}")
    if not os.path.exists(folder):
        command = [program, "train", "--preset", "false-robustness", "--steps", "1", "--seed", str(seed), "--quiet"]
        for setting in ("lr=0", "sentinel.every=0", "validation.limit=1", "test.limit=1"):
            command += ["--set", setting]
        alarm.run(command + ["--out", folder])
    state = load_file(os.path.join(folder, "checkpoints", "last.safetensors"))
    return {name: values for name, values in state.items() if "running" not in name}


def train(images, labels, method, seed, start=None):
    kind, gamma, beta = METHODS[method]
    with LOCK:
        torch.manual_seed(seed)
        network = Conv4()
    if start:
        network.load_state_dict(network.state_dict() | start)
    draws = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=PEAK, momentum=0.9, nesterov=True, weight_decay=5e-4)
    order = torch.empty(0, dtype=torch.long)
    for step in range(STEPS):
        if len(order) == 0:
            order = torch.randperm(len(images), generator=draws)
        rows, order = order[:BATCH], order[BATCH:]
        x, y = images[rows], labels[rows]
        adversarial = attack(network, x, y, kind, draws)
        if kind == "at":
            loss = F.cross_entropy(network(adversarial), y)
        else:
            clean, attacked = network(torch.cat([x, adversarial])).chunk(2)
            if kind == "mart":
                loss = boosted(clean, attacked, y, beta)
            else:
                loss = gamma * F.cross_entropy(clean, y) + (1 - gamma) * F.cross_entropy(attacked, y)
                loss = loss + beta * divergence(clean, attacked)
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network


def measure(program, weights, data, name, *more):
    """The report of one `dualab attack`."""
    path = weights.removesuffix(".safetensors") + f"-{name}.json"
    command = [program, "attack", "--weights", weights, "--model", "conv4", "--set", "mean=0.5", "--set", "std=0.25"]
    command += ["--data", data, "--eps", "16/255", "--quiet", "--threads", "1", "--json", path]
    if not os.path.exists(path):
        alarm.run(command + list(more))
    with open(path) as file:
        return json.load(file)


@functools.cache
def training_images(program, out):
    """mirage's training images and labels, as `dualab attack --save-adversarials` writes them along with the adversarial ones."""
    weights, path = os.path.join(out, "untrained.safetensors"), os.path.join(out, "mirage-train.npz")
    save_file(Conv4().state_dict(), weights)
    measure(program, weights, "mirage:train", "train", "--attack", "fgsm", "--layout", "nchw", "--save-adversarials", path)
    with numpy.load(path) as file:
        return torch.from_numpy(file["x_test"]), torch.from_numpy(file["y_test"])


def study(program, name, seed, out):
    torch.set_num_threads(1)
    weights = os.path.join(out, f"{name}-seed{seed}.safetensors")
    if not os.path.exists(weights):
        with LOCK:
            images, labels = training_images(program, out)
        start = dualab_start(program, seed, out) if name.endswith("-same-start") else None
        save_file(train(images, labels, name, seed, start).state_dict(), weights)
    pgd = measure(program, weights, "mirage:test", "pgd", "--attack", "pgd", "--limit", "500")
    full = measure(program, weights, "mirage:test", "autoattack", "--attack", "autoattack", "--no-checks", "--limit", "500")
    return {"name": name, "clean": pgd["clean_accuracy"], "pgd": pgd["robust_accuracy"], "autoattack": full["robust_accuracy"]}


def main():
    names, results = alarm.run_all(__doc__, METHODS, study, seeds=3, jobs=1)
    print("| method | seeds | clean % | PGD-10 % | AutoAttack % | per seed % | gap |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in names:
        mine = [r for r in results if r["name"] == name]
        mean = {key: 100 * sum(r[key] for r in mine) / len(mine) for key in ("clean", "pgd", "autoattack")}
        each = ", ".join(f"{100 * r['autoattack']:.1f}" for r in mine)
        print(
            f"| {name} | {len(mine)} | {mean['clean']:.1f} | {mean['pgd']:.1f} | {mean['autoattack']:.1f} | {each} | "
            f"{mean['pgd'] - mean['autoattack']:.1f} |")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Standard AutoAttack (linf) in PyTorch, eager: the counterpart of `dualab attack --attack autoattack`.

    python3 Benchmarks/autoattack_baseline.py [--weights F] [--images F] [--reference F] [--eps 16/255] [--threads 1]

Written from the description of the attacks and batched like the reference implementation: 250 images at a time. In APGD
and FAB every iteration processes all images of the batch, including broken ones; images leave between targets and, in
Square, between queries. The FAB projection uses one sort and prefix sums. Prints JSON. With --reference it fails if a robust
accuracy is more than two images outside the range of the reference's seeds, so that times are compared at equal verdicts.
"""
import argparse
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors import safe_open

FIXTURES = "Tests/Oracles/attacks/"
BATCH, ITERATIONS, TARGETS, QUERIES = 250, 100, 9, 5000


class SmallCNN(nn.Module):
    """Two convolutions with batch normalization, and a linear layer on all pixels."""

    def __init__(self, path):
        super().__init__()
        with safe_open(path, "pt") as file:
            settings = file.metadata()
            state = {k.removeprefix("state."): file.get_tensor(k) for k in file.keys() if k.startswith("state.")}
        width1, channels, _, _ = state["conv1.weight"].shape
        width2 = state["conv2.weight"].shape[0]
        self.mean, self.std = float(settings["mean"]), float(settings["std"])
        self.scale = float(settings["logit_scale"])
        self.conv1 = nn.Conv2d(channels, width1, 3, int(settings["conv1_stride"]), 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width1)
        self.conv2 = nn.Conv2d(width1, width2, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width2)
        self.fc = nn.Linear(state["fc.weight"].shape[1], state["fc.weight"].shape[0])
        self.load_state_dict(state, strict=False)
        self.eval().requires_grad_(False)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1((x - self.mean) / self.std)))
        x = F.relu(self.bn2(self.conv2(x)))
        return self.fc(x.flatten(1)) * self.scale


def rows(values):
    """One number per image, shaped to broadcast over images."""
    return values.view(-1, 1, 1, 1)


def targeted_dlr(z, y, target):
    """Targeted difference-of-logits ratio."""
    top = z.topk(4, dim=1).values
    wanted, true = z.gather(1, target[:, None])[:, 0], z.gather(1, y[:, None])[:, 0]
    return (wanted - true) / (top[:, 0] - 0.5 * (top[:, 2] + top[:, 3]) + 1e-12)


def cross_entropy(z, y, _):
    return F.cross_entropy(z, y, reduction="none")


def apgd(model, x, y, target, loss, eps):
    """Auto-PGD; returns which images were misclassified at any iterate, and the points."""

    def look(point):
        point = point.detach().requires_grad_()
        z = model(point)
        values = loss(z, y, target)
        gradient = torch.autograd.grad(values.sum(), point)[0]
        return values.detach(), gradient, z.detach().argmax(1) != y

    def project(point):
        return torch.min(torch.max(point, x - eps), x + eps).clamp(0, 1)

    n = len(x)
    start = torch.rand_like(x) * 2 - 1
    current = (x + eps * start / (rows(start.flatten(1).abs().amax(1)) + 1e-12)).clamp(0, 1)
    value, gradient, wrong = look(current)
    best, best_gradient, best_value, previous = current.clone(), gradient.clone(), value.clone(), current
    found, broken = current.clone(), wrong.clone()
    step = torch.full((n,), 2 * eps)
    window, shortest, shrink = (max(p * ITERATIONS // 100, 1) for p in (22, 6, 3))
    at_checkpoint, reduced = best_value.clone(), torch.ones(n, dtype=torch.bool)
    rises, count, before = torch.zeros(n), 0, torch.zeros(n)
    for iteration in range(ITERATIONS):
        momentum = current - previous
        previous, a = current, 0.75 if iteration else 1.0
        w = project(current + rows(step) * gradient.sign())
        current = project(current + a * (w - current) + (1 - a) * momentum)
        value, gradient, wrong = look(current)
        broken |= wrong
        found[wrong] = current[wrong]
        rises += value > before
        before = value
        better = value > best_value
        best[better], best_gradient[better] = current[better], gradient[better]
        best_value = torch.where(better, value, best_value)
        count += 1
        if count == window:
            halve = (rises <= 0.75 * window) | (~reduced & (at_checkpoint >= best_value))
            reduced, at_checkpoint = halve, best_value.clone()
            step = torch.where(halve, step / 2, step)
            current = torch.where(rows(halve), best, current)
            gradient = torch.where(rows(halve), best_gradient, gradient)
            window, count, rises = max(window - shrink, shortest), 0, torch.zeros(n)
    return broken, found


def projection(points, w, b):
    """The smallest linf move of points [n][D] onto w.u = b in the box [0, 1]."""
    gap = (w * points).sum(1) - b
    w = torch.where(gap[:, None] < 0, -w, w)
    gap = gap.abs()
    size = w.abs()
    room = torch.where(w > 0, points, torch.where(w < 0, 1 - points, torch.zeros_like(points)))
    order = room.argsort(1)
    sorted_room, sorted_size = room.gather(1, order), size.gather(1, order)
    at_wall = (sorted_size * sorted_room).cumsum(1)
    total = sorted_size.sum(1, keepdim=True)
    beyond = (total - sorted_size.cumsum(1)).clamp_min(0)
    reaches = at_wall + sorted_room * beyond >= gap[:, None]
    first = reaches.to(torch.uint8).argmax(1, keepdim=True)
    reached = torch.where(first > 0, at_wall.gather(1, (first - 1).clamp_min(0)), torch.zeros_like(total))
    slope = torch.where(first > 0, beyond.gather(1, (first - 1).clamp_min(0)), total)
    size_of_move = (gap[:, None] - reached) / slope.clamp_min(1e-30)
    size_of_move = torch.where(reaches.any(1, keepdim=True), size_of_move, torch.full_like(total, math.inf))
    return -w.sign() * torch.min(room, size_of_move)


def fab(model, x, y, target, eps):
    """Targeted FAB; returns which images were misclassified within eps, and the points."""
    n, flat = len(x), x.flatten(1)
    walk, found = x.clone(), x.clone()
    nearest = torch.full((n,), 1e10)
    for _ in range(ITERATIONS):
        point = walk.detach().requires_grad_()
        z = model(point)
        difference = z.gather(1, target[:, None])[:, 0] - z.gather(1, y[:, None])[:, 0]
        w = torch.autograd.grad(difference.sum(), point)[0].flatten(1)
        here = walk.flatten(1)
        b = (w * here).sum(1) - difference.detach()
        moves = projection(torch.cat([here, flat]), torch.cat([w, w]), torch.cat([b, b]))
        near, far = moves[:n], moves[n:]
        a1 = near.abs().amax(1).clamp_min(1e-8)
        a2 = far.abs().amax(1).clamp_min(1e-8)
        alpha = (a1 / (a1 + a2)).clamp_max(0.1)[:, None]
        walk = ((1 - alpha) * (here + 1.05 * near) + alpha * (flat + 1.05 * far)).clamp(0, 1).view_as(x)
        with torch.no_grad():
            wrong = model(walk).argmax(1) != y
        if wrong.any():
            distance = (walk - x).flatten(1).abs().amax(1)
            closer = wrong & (distance < nearest)
            found[closer] = walk[closer]
            nearest = torch.where(closer, distance, nearest)
            walk = torch.where(rows(wrong), x + 0.9 * (walk - x), walk)
    return nearest <= eps, found


def each_target(model, x, y, run):
    """Target the classes with the 2nd, 3rd, ... largest logit, on images that are not yet broken."""
    with torch.no_grad():
        ranks = model(x).argsort(1, descending=True)
    broken, found = torch.zeros(len(x), dtype=torch.bool), x.clone()
    for rank in range(1, TARGETS + 1):
        left = (~broken).nonzero()[:, 0]
        if not len(left):
            break
        hit, points = run(x[left], y[left], ranks[left, rank])
        broken[left[hit]] = True
        found[left[hit]] = points[hit]
    return broken, found


@torch.no_grad()
def square(model, x, y, eps):
    """Square: random windows, shared by all images of the batch; returns which were misclassified, and the points."""

    def margin(points, labels):
        z = model(points)
        true = z.gather(1, labels[:, None])[:, 0]
        z.scatter_(1, labels[:, None], -math.inf)
        return true - z.amax(1)

    _, channels, height, width = x.shape
    sign = lambda *shape: torch.randint(0, 2, shape).float() * 2 - 1
    best = (x + eps * sign(len(x), channels, 1, width)).clamp(0, 1)
    smallest = margin(best, y)
    for query in range(QUERIES):
        left = (smallest > 0).nonzero()[:, 0]
        if not len(left):
            break
        halvings = sum(query > bound for bound in (10, 50, 200, 500, 1000, 2000, 4000))
        side = min(max(round(math.sqrt(0.8 / 2**halvings * height * width)), 1), height, width)
        row = int(torch.randint(0, max(1, height - side), ()))
        column = int(torch.randint(0, max(1, width - side), ()))
        clean, candidate = x[left], best[left]
        candidate[:, :, row : row + side, column : column + side] += 2 * eps * sign(1, channels, 1, 1)
        candidate = torch.min(torch.max(candidate, clean - eps), clean + eps).clamp(0, 1)
        here = margin(candidate, y[left])
        better = (here < smallest[left]) | (here <= 0)
        smallest[left[better]] = here[better]
        best[left[better]] = candidate[better]
    return smallest <= 0, best


def attacks(model, eps):
    """The stages of the standard cascade."""
    return {
        "apgd-ce": lambda x, y: apgd(model, x, y, None, cross_entropy, eps),
        "apgd-t": lambda x, y: each_target(
            model, x, y, lambda x, y, target: apgd(model, x, y, target, targeted_dlr, eps)),
        "fab-t": lambda x, y: each_target(model, x, y, lambda x, y, target: fab(model, x, y, target, eps)),
        "square": lambda x, y: square(model, x, y, eps),
    }


def predicted(model, x):
    with torch.no_grad():
        return torch.cat([model(part).argmax(1) for part in x.split(BATCH)])


def check(path, stage, robust, count):
    """Fail if too many or too few images are robust after a stage."""
    with safe_open(path, "pt") as file:
        clean = file.get_tensor("clean_correct").bool()
        broken = file.get_tensor(f"cascade.{stage}.broken").bool()
    seeds = [int((clean & ~seed).sum()) for seed in broken]
    if broken.shape[1] != count or not min(seeds) - 2 <= robust <= max(seeds) + 2:
        sys.exit(f"{stage}: {robust} robust images, but the reference's seeds have {seeds}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", default=FIXTURES + "model_at.safetensors")
    parser.add_argument("--images", default=FIXTURES + "evaluation_set.safetensors")
    parser.add_argument("--reference")
    parser.add_argument("--eps", default="16/255")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    numerator, _, denominator = arguments.eps.partition("/")
    eps = float(numerator) / float(denominator or 1)
    model = SmallCNN(arguments.weights)
    with safe_open(arguments.images, "pt") as file:
        x, y = file.get_tensor("images").float() / 255, file.get_tensor("labels")
    robust = predicted(model, x) == y
    result = {"n": len(x), "clean_accuracy": float(robust.float().mean()), "attacks": []}
    for name, attack in attacks(model, eps).items():
        began = time.perf_counter()
        for part in robust.nonzero()[:, 0].split(BATCH):
            broken, points = attack(x[part], y[part])
            inside = (points - x[part]).flatten(1).abs().amax(1) <= eps + 1e-6
            robust[part[broken & inside & (predicted(model, points) != y[part])]] = False
        seconds, left = time.perf_counter() - began, int(robust.sum())
        result["attacks"].append({"name": name, "robust_accuracy": left / len(x), "seconds": seconds})
        if arguments.reference:
            check(arguments.reference, name, left, len(x))
    result["robust_accuracy"] = int(robust.sum()) / len(x)
    result["seconds"] = sum(attack["seconds"] for attack in result["attacks"])
    print(json.dumps(result))


if __name__ == "__main__":
    main()

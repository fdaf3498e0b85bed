#!/usr/bin/env python3
"""The full MAT-Cat PGD-10 training step in PyTorch: eager, channels_last, weights frozen during the attack.

The counterpart of `dualab bench`: the same networks and sizes, the same arithmetic, the same JSON. This is the fastest CPU
configuration of PyTorch that was found; torch.compile gained nothing, and NCHW was 10 to 40 % slower.

    python3 Benchmarks/pytorch_baseline.py [--only a,b,c,d,e,f] [--repeats 5] [--threads 1]
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIGURATIONS = {
    "a": ("preact-resnet18", 64, (3, 32, 32), 8),
    "b": ("preact-resnet18", 16, (3, 32, 32), 64),
    "c": ("preact-resnet18", 16, (1, 28, 28), 128),
    "d": ("conv4", 16, (1, 16, 16), 128),
    "e": ("wide-resnet", 16, (3, 32, 32), 8),
    "f": ("preact-resnet18-silu", 64, (3, 32, 32), 8),
}
EPSILON, ALPHA = 8 / 255, 2 / 255
# WRN-28-10 is so large that two steps of PGD are enough.
STEPS = {"e": 2}


class Standardize(nn.Module):
    def forward(self, x):
        return (x - 0.5) / 0.25


class PreActBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, activation=F.relu):
        super().__init__()
        self.activation = activation
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        o = self.activation(self.bn1(x), inplace=True)
        s = x if self.shortcut is None else self.shortcut(o)
        return self.conv2(self.activation(self.bn2(self.conv1(o)), inplace=True)) + s


class PreActResNet18(nn.Module):
    def __init__(self, width, channels, activation=F.relu):
        super().__init__()
        layers = [Standardize(), nn.Conv2d(channels, width, 3, 1, 1, bias=False)]
        inputs = width
        for stage in range(4):
            for block in range(2):
                outputs = width << stage
                layers.append(PreActBlock(inputs, outputs, 2 if stage and not block else 1, activation))
                inputs = outputs
        self.body = nn.Sequential(*layers)
        self.linear = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.linear(self.body(x).mean((2, 3)))


class WideResNet(nn.Module):
    def __init__(self, width, channels, depth=28, widen=10):
        super().__init__()
        layers = [Standardize(), nn.Conv2d(channels, width, 3, 1, 1, bias=False)]
        inputs = width
        for stage in range(3):
            for block in range((depth - 4) // 6):
                outputs = width * widen << stage
                layers.append(PreActBlock(inputs, outputs, 2 if stage and not block else 1))
                inputs = outputs
        self.body = nn.Sequential(*layers, nn.BatchNorm2d(inputs), nn.ReLU(True))
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))


class Conv4(nn.Module):
    def __init__(self, width, channels):
        super().__init__()
        layers, inputs = [Standardize()], channels
        for factor, stride in ((1, 2), (2, 1), (2, 2), (4, 2)):
            outputs = width * factor
            layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True)]
            inputs = outputs
        self.body = nn.Sequential(*layers)
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))


def attack(network, x, y, train_mode, steps):
    network.train(train_mode)
    tracked = []
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            tracked.append((module, module.momentum))
            module.momentum = 0.0
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    adversarial = (x + torch.empty_like(x).uniform_(-EPSILON, EPSILON)).clamp_(0, 1)
    for _ in range(steps):
        adversarial.requires_grad_(True)
        loss = F.cross_entropy(network(adversarial), y, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, adversarial)
        with torch.no_grad():
            adversarial = adversarial + ALPHA * gradient.sign()
            adversarial = torch.min(torch.max(adversarial, x - EPSILON), x + EPSILON).clamp_(0, 1)
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    for module, momentum in tracked:
        module.momentum = momentum
    network.train(True)
    return adversarial.detach()


def outer(network, optimizer, x, adversarial, y):
    optimizer.zero_grad(set_to_none=True)
    logits = network(torch.cat([x, adversarial]).contiguous(memory_format=torch.channels_last))
    clean, attacked = logits.chunk(2)
    # dualab also computes the KL term here, because it displays it.
    divergence = F.kl_div(F.log_softmax(attacked, 1), F.log_softmax(clean, 1), log_target=True, reduction="batchmean")
    loss = 0.5 * F.cross_entropy(clean, y) + 0.5 * F.cross_entropy(attacked, y) + 0.0 * divergence
    loss.backward()
    optimizer.step()


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def convolution_flops(network, x):
    flops = []

    def note(module, _, output):
        per_output = 2 * module.in_channels * module.kernel_size[0] * module.kernel_size[1]
        flops.append(per_output * output[0].numel())

    hooks = [m.register_forward_hook(note) for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        network(x[:1])
    for hook in hooks:
        hook.remove()
    return flops[0], sum(flops)


def peak_megabytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def measure(name, repeats, threads):
    model, width, shape, batch = CONFIGURATIONS[name]
    torch.manual_seed(0)
    make = {
        "preact-resnet18": PreActResNet18, "conv4": Conv4, "wide-resnet": WideResNet,
        "preact-resnet18-silu": lambda width, channels: PreActResNet18(width, channels, F.silu),
    }
    steps = STEPS.get(name, 10)
    network = make[model](width, shape[0]).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
    x = torch.rand(batch, *shape).contiguous(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,))
    first, forward_flops = convolution_flops(network, x)
    flops = steps * batch * 2 * forward_flops + 2 * batch * (3 * forward_flops - first)
    attacks, outers, forwards, train_attacks = [], [], [], []
    for round_ in range(-1, repeats):
        attack_time, adversarial = timed(lambda: attack(network, x, y, False, steps))
        outer_time, _ = timed(lambda: outer(network, optimizer, x, adversarial, y))
        network.eval()
        with torch.no_grad():
            forward_time, _ = timed(lambda: network(x))
        train_time, _ = timed(lambda: attack(network, x, y, True, steps))
        if round_ >= 0:
            attacks.append(attack_time)
            outers.append(outer_time)
            forwards.append(forward_time)
            train_attacks.append(train_time)
    step = statistics.median([a + o for a, o in zip(attacks, outers)])
    return {
        "configuration": name,
        "engine": f"PyTorch {torch.__version__}",
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "threads": threads,
        "repeats": repeats,
        "step": step,
        "stepTrainBN": statistics.median([a + o for a, o in zip(train_attacks, outers)]),
        "attack": statistics.median(attacks),
        "outer": statistics.median(outers),
        "forward": statistics.median(forwards),
        "imagesPerSecond": batch / step,
        "gigaflops": flops / step / 1e9,
        "peakMegabytes": peak_megabytes(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="a,b,c,d")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    names = arguments.only.split(",")
    print(json.dumps([measure(name, arguments.repeats, arguments.threads) for name in names], indent=2))


if __name__ == "__main__":
    main()

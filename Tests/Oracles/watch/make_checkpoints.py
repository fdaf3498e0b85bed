"""Trains a small CNN on Fashion-MNIST twice, as people do, and keeps a checkpoint now and then: with PGD for one epoch
and then with the cheaper FGSM, which overfits catastrophically; and with PGD to the end, as control. Also writes 64
test images, and how many of them PyTorch classifies correctly.

    python3 make_checkpoints.py [folder]      # needs torch, numpy and Debian's dataset-fashion-mnist; about five minutes
"""
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

DATA = Path("/usr/share/datasets/fashion-mnist")
EPS = 0.2


class SmallCNN(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.fc = nn.Linear(2 * width * 14 * 14, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return self.fc(x.flatten(1))


def images(kind):
    with gzip.open(DATA / f"{kind}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(DATA / f"{kind}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return pixels, labels


def attack(model, x, y, steps, step, start):
    points = (x + start).clamp(0, 1)
    for _ in range(steps):
        points.requires_grad_()
        gradient, = torch.autograd.grad(F.cross_entropy(model(points), y), points)
        points = points.detach() + step * gradient.sign()
        points = torch.min(torch.max(points, x - EPS), x + EPS).clamp(0, 1)
    return points.detach()


def fgsm(model, x, y):
    return attack(model, x, y, 1, EPS, torch.zeros_like(x))


def pgd(model, x, y, steps=7):
    return attack(model, x, y, steps, EPS / 4, torch.empty_like(x).uniform_(-EPS, EPS))


def accuracy(model, x, y):
    return (model(x).argmax(1) == y).float().mean().item()


def counts(model, x, y):
    """How many of the images are classified correctly: clean, and under FGSM."""
    return [int((model(points).argmax(1) == y).sum()) for points in (x, fgsm(model, x, y))]


def train(craft, kept, folder, lr=0.02):
    torch.manual_seed(0)
    pixels, labels = images("train")
    x = torch.tensor(pixels[:12800].copy()).float() / 255
    y = torch.tensor(labels[:12800].copy()).long()
    pixels, labels = images("t10k")
    test, truth = torch.tensor(pixels[:256].copy()).float() / 255, torch.tensor(labels[:256].copy()).long()
    model = SmallCNN()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    for epoch in range(1, max(kept) + 1):
        for batch in torch.randperm(len(x)).split(128):
            model.eval()
            adversarial = craft(epoch)(model, x[batch], y[batch])
            model.train()
            optimizer.zero_grad()
            F.cross_entropy(model(adversarial), y[batch]).backward()
            optimizer.step()
        model.eval()
        print(
            f"{folder.name} epoch {epoch}: clean {accuracy(model, test, truth):.3f},"
            f" FGSM {accuracy(model, fgsm(model, test, truth), truth):.3f},"
            f" PGD-10 {accuracy(model, pgd(model, test, truth, 10), truth):.3f}", flush=True)
        if epoch in kept:
            folder.mkdir(parents=True, exist_ok=True)
            expected[f"{folder.name}/{epoch}"] = counts(model, test[:64], truth[:64])
            torch.save({"epoch": epoch, "model_state_dict": model.state_dict()}, folder / f"epoch_{epoch}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    root.mkdir(parents=True, exist_ok=True)
    pixels, labels = images("t10k")
    np.savez_compressed(root / "images.npz", x_test=pixels[:64].transpose(0, 2, 3, 1), y_test=labels[:64].astype(np.int64))
    expected = {}
    train(lambda epoch: pgd if epoch == 1 else fgsm, {1, 4, 7, 8, 9}, root / "fgsm")
    train(lambda epoch: pgd, {2, 5, 8}, root / "pgd")
    (root / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")

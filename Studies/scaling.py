#!/usr/bin/env python3
"""The table of docs/cluster.md: how long a training step takes on several machines, by the parts that were measured.

    python3 Studies/scaling.py ITERATION OUTER SERIAL FAST SLOW

ITERATION, OUTER: seconds of one core for one image's attack iteration and its share of the passes that are trained on.
SERIAL: seconds of a step that no process saves the others: SGD, packing weights, copies. All from `dualab train` with
other numbers of images and iterations. FAST, SLOW: bytes a second that a process sends
while it exchanges halves of a gradient with another one, on two networks.
"""
import sys
from math import ceil, log2

ITERATION, OUTER, SERIAL, FAST, SLOW = map(float, sys.argv[1:6])
BATCH, STEPS, STEPS_OF_EPOCH, EPOCHS = 128, 10, 352, 80  # presets/cifar10-mat.yaml
GRADIENT = 44.7e6  # bytes
MESSAGES = 42 + STEPS  # of one process per step and halving of the batch; TeamTests counts them
LATENCY = 50e-6  # seconds of a message
ROOM = 16  # the most processes: groups of up to eight images


def step(ranks, threads, rate):
    """Seconds. Threads are assumed to share out images without loss, and not to share the serial part."""
    images = ceil(BATCH / ranks / threads)
    exchange = 2 * GRADIENT * (1 - 1 / ranks) / rate + MESSAGES * log2(ranks) * LATENCY
    return images * (STEPS * ITERATION + OUTER) + SERIAL + exchange


def row(ranks, threads):
    fast, slow, alone = step(ranks, threads, FAST), step(ranks, threads, SLOW), step(1, 1, FAST)
    epoch = STEPS_OF_EPOCH * fast
    print(
        f"| {ranks} | {threads} | {fast:.2f} s | {alone / fast:.1f} | {slow:.2f} s | {epoch / 60:.1f} min "
        f"| {EPOCHS * epoch / 3600:.1f} h |"
    )


print("| processes | threads each | step, 10 Gb/s | times as fast | step, 1 Gb/s | epoch | 80 epochs |")
print("|---|---|---|---|---|---|---|")
for ranks in (1, 2, 4, 8, 16, 32, 64):
    if ranks <= ROOM:
        row(ranks, 1)
    else:
        print(f"| {ranks} | 1 | refused: {ROOM} groups of images | – | – | – | – |")
for ranks, threads in ((1, 16), (2, 16), (4, 16), (8, 16), (16, 8)):
    row(ranks, threads)

#!/usr/bin/env python3
"""The table of docs/cluster.md: how long a training step takes on several machines, by the parts that were measured.

    python3 Studies/scaling.py ITERATION OUTER SERIAL

ITERATION, OUTER: seconds of one core for one image's attack iteration and its share of the passes that are trained on.
SERIAL: seconds of a step that no process saves the others: SGD, packing weights, copies. All from `dualab train` with
other numbers of images and iterations, in seconds of the processor.
"""
import sys
from math import ceil, log2

ITERATION, OUTER, SERIAL = map(float, sys.argv[1:4])
BATCH, STEPS, STEPS_OF_EPOCH, EPOCHS = 128, 10, 352, 80  # presets/cifar10-mat.yaml
GRADIENT = 44.7e6  # bytes
MESSAGES = 52  # of one process per step and halving of the batch, counted
ROOM = 16  # the most processes: groups of up to eight images


def step(ranks, threads, bandwidth, latency):
    """Seconds. Threads are assumed to share out images without loss, and not to share the serial part."""
    images = ceil(BATCH / ranks / threads)
    exchange = 2 * GRADIENT * (1 - 1 / ranks) / bandwidth + MESSAGES * log2(ranks) * latency
    return images * (STEPS * ITERATION + OUTER) + SERIAL + exchange


def row(ranks, threads):
    fast, slow = step(ranks, threads, 1.25e9, 50e-6), step(ranks, threads, 0.125e9, 50e-6)
    alone = step(1, 1, 1, 0)
    epoch = STEPS_OF_EPOCH * fast
    print(
        f"| {ranks} | {threads} | {fast:.2f} s | {alone / fast:.1f} | {slow:.2f} s | {epoch / 60:.1f} min "
        f"| {EPOCHS * epoch / 3600:.1f} h |"
    )


print("| processes | threads each | step, 10 Gb/s | times as fast | step, 1 Gb/s | epoch | 80 epochs |")
print("|---|---|---|---|---|---|---|")
for ranks in (1, 2, 4, 8, 16):
    row(ranks, 1)
for ranks, threads in ((1, 16), (2, 16), (4, 16), (8, 16), (16, 8)):
    row(ranks, threads)

#!/usr/bin/env python3
"""Loads checkpoints with torch's weights-only reader and prints each tensor's type, shape and FNV-1a digest.

WritingTests compares what is written with written.pt, and with what torch read in it:

    python3 check_writer.py written.pt > written.torch.txt
"""

import sys

try:
    import torch
except ImportError:
    raise SystemExit("check_writer.py: this Python has no torch; nothing was checked (pip install torch numpy)")


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


for path in sys.argv[1:]:
    weights = torch.load(path, weights_only=True)
    assert type(weights).__name__ == "OrderedDict", type(weights)
    for name, tensor in weights.items():
        assert tensor.is_contiguous(), name
        flat = tensor.reshape(-1)
        data = bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
        print(name, str(tensor.dtype).removeprefix("torch."), list(tensor.shape), fnv(data), sep="\t")

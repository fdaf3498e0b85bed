#!/usr/bin/env python3
"""Makes the small checkpoints in cases/ and refused/ with torch, and expected.json: what torch itself reads.

    python3 Tests/Oracles/pt/make_cases.py

expected.json has, for each good file, how the weights are to be found, and of each tensor its dtype, its shape and the
FNV-1a (64 bits) of its row-major little-endian bytes; floats where the reader computes (weight normalization).
"""

import io
import json
import pathlib
import struct
import tarfile
import warnings
import zipfile

try:
    import torch
    import torch.nn.utils.parametrizations
    import torch.nn.utils.prune
except ImportError:
    raise SystemExit("make_cases.py: this Python has no torch; nothing was made (pip install torch numpy)")

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
CASES, REFUSED = HERE / "cases", HERE / "refused"
NAMES = {
    torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
    torch.uint16: "U16",
}


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def described(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    data = bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
    return [NAMES[tensor.dtype], list(tensor.shape), fnv(data)]


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(16, 3))


class Normalize(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.25, 0.125]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.25, 0.5, 1.0]).view(1, 3, 1, 1))

    def forward(self, x):
        return (x - self.mean) / self.std


EXPECTED = {}


def good(name, value, weights, key=None, notes=(), normalization=None, step=None, epoch=None, floats=None, **options):
    torch.save(value, CASES / name, **options)
    EXPECTED[f"cases/{name}"] = {
        "key": key, "notes": list(notes), "normalization": normalization, "step": step, "epoch": epoch,
        "tensors": {n: described(t) for n, t in weights.items()}, "floats": floats or {},
    }


def prefixed(prefix, weights):
    return {prefix + name: tensor for name, tensor in weights.items()}


def layouts():
    base = torch.arange(24, dtype=torch.float32) * 0.5
    return {
        "whole": base, "shared.offset": base[5:9], "transposed": base.view(4, 6).t(), "strided": base[1::3],
        "channels_last": base.view(1, 4, 2, 3).contiguous(memory_format=torch.channels_last),
        "expanded": torch.tensor([1.5]).expand(3, 4), "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 7),
        "row": base.view(4, 6)[2:3], "column": base.view(4, 6)[:, 2:3], "half": base.half(),
        "double": base.double() / 3,
        "bfloat": base.bfloat16(), "bool": base > 6, "i64": base.long() * -3, "i32": base.int() * -3,
        "i16": base.short() * -3, "i8": base.char() * -3, "u8": base.byte(), "parameter": torch.nn.Parameter(base[:3]),
        "u16": torch.tensor([1, 65535], dtype=torch.uint16), "half_t": base.half().view(4, 6).t(),
        "bool_t": (base > 6).view(4, 6).t(), "double_t": base.double().view(2, 12).t(),
    }


def goods():
    tensors = layouts()
    for protocol in (2, 3, 4, 5):
        good(f"layouts.protocol{protocol}.pt", tensors, tensors, pickle_protocol=protocol)
    old = {name: tensor for name, tensor in tensors.items() if name != "u16"}
    good("layouts.legacy.pt", old, old, _use_new_zipfile_serialization=False)
    good("layouts.legacy.protocol4.pt", old, old, _use_new_zipfile_serialization=False, pickle_protocol=4)

    net = network()
    plain = net.state_dict()
    adam = torch.optim.Adam(net.parameters())
    net(torch.rand(2, 3, 4, 4)).sum().backward()
    adam.step()
    other = {name: tensor * 2 for name, tensor in plain.items()}
    lightning = {
        "epoch": 7, "global_step": 123, "pytorch-lightning_version": "2.4", "state_dict": prefixed("model.", plain),
        "loops": {"fit_loop": {"state_dict": {}}}, "optimizer_states": [adam.state_dict()], "lr_schedulers": [],
        "hyper_parameters": {"lr": 0.1, "path": pathlib.PurePosixPath("/data")},
    }
    good("lightning.ckpt", lightning, plain, step=123, epoch=7, notes=["from 'state_dict'", "prefix 'model.'"])
    good("parallel.pt", prefixed("module._orig_mod.", plain), plain, notes=["'_orig_mod.'", "prefix 'module.'"])
    good("inner_compiled.pt", {n.replace("3.", "3._orig_mod.", 1): t for n, t in plain.items()}, plain,
         notes=["dropped '_orig_mod.' from 2 names"])
    both = {"model": plain, "ema_state_dict": other, "epoch": 3, "best_acc": torch.tensor(0.5)}
    good("two_sets.pt", both, plain, epoch=3, notes=["from 'model'", "--key ema_state_dict"])
    good("two_sets_ema.pt", both, other, epoch=3, key="ema_state_dict", notes=["--key model"])
    flat = {**prefixed("model.", plain), **prefixed("ema.", other)}
    good("flat_ema.pt", flat, plain, notes=["averaged weights under 'ema'", "--key ema", "prefix 'model.'"])
    good("flat_ema_key.pt", flat, other, key="ema", notes=["under 'ema'"])
    swa = torch.optim.swa_utils.AveragedModel(net).state_dict()
    good("averaged_model.pt", swa, plain, notes=["'n_averaged'", "prefix 'module.'"])
    front = torch.nn.Sequential(Normalize(), net).state_dict()
    good("normalized.pt", front, plain, normalization=[[0.5, 0.25, 0.125], [0.25, 0.5, 1.0]],
         notes=["prefix '1.'"])
    silent = torch.nn.Sequential(torch.nn.Identity(), net).state_dict()
    good("sequential.pt", silent, plain, notes=["prefix '1.'", "give mean and std as settings"])
    single = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)).state_dict()
    good("one_layer.pt", single, single)
    good("normalized_beside.pt", {"net": plain, "mean": [0.5, 0.25], "std": (0.25, 1)}, plain,
         normalization=[[0.5, 0.25], [0.25, 1.0]])
    madry = {f"module.{root}{name}": tensor for root in ("model.", "attacker.model.") for name, tensor in plain.items()}
    for root in ("module.normalizer.new_", "module.attacker.normalize.new_"):
        madry[root + "mean"] = torch.tensor([0.5, 0.25, 0.125]).view(3, 1, 1)
        madry[root + "std"] = torch.tensor([0.25, 0.5, 1.0]).view(3, 1, 1)
    good("robustness_library.pt", {"model": madry, "epoch": 5}, plain, epoch=5,
         normalization=[[0.5, 0.25, 0.125], [0.25, 0.5, 1.0]], notes=["under 'attacker.model'"])
    good("in_a_list.pt", [plain, {"lr": 0.1}], plain, notes=["from '0'"])
    good("nested.pt", {"checkpoint": {"network": {"state_dict": plain}}}, plain,
         notes=["'checkpoint.network.state_dict'"])
    subclass = torch.nn.Parameter(plain["3.bias"].clone())
    subclass.tag = "kept by torch as an attribute"
    good("attributes.pt", {**plain, "3.bias": subclass}, plain)
    good("float8.pt", {**plain, "cache": torch.zeros(4, dtype=torch.float8_e5m2)}, plain, notes=["left out 'cache'"])
    good("complex.pt", {**plain, "phase": torch.zeros(4, dtype=torch.complex64)}, plain, notes=["left out 'phase'"])
    good("sparse.pt", {**plain, "mask": torch.eye(3).to_sparse()}, plain, notes=["left out 'mask'"])
    import argparse
    import numpy
    good("strange_neighbours.pt", {
        "model": plain, "args": argparse.Namespace(lr=0.1), "acc": numpy.float64(0.5), "history": numpy.arange(9.0),
        "when": __import__("datetime").datetime(2026, 1, 2), "big": 1 << 100, "step": torch.tensor(41)}, plain, step=41)

    pruned = network()
    torch.nn.utils.prune.random_unstructured(pruned[0], "weight", 0.5)
    torch.nn.utils.prune.random_unstructured(pruned[3], "weight", 0.25)
    state = pruned.state_dict()
    for layer in (0, 3):
        torch.nn.utils.prune.remove(pruned[layer], "weight")
    good("pruned.pt", state, pruned.state_dict(), notes=["computed 2 pruned tensors"])

    for name, apply, remove in (
        ("weight_norm.pt", torch.nn.utils.weight_norm, torch.nn.utils.remove_weight_norm),
        ("weight_norm_parametrized.pt", torch.nn.utils.parametrizations.weight_norm,
         lambda module: torch.nn.utils.parametrize.remove_parametrizations(module, "weight"))):
        normed = network()
        apply(normed[0], dim=0)
        apply(normed[3], dim=1)
        state = normed.state_dict()
        with torch.no_grad():
            for tensor in state.values():
                if tensor.is_floating_point():
                    tensor.mul_(1.25)
        for layer in (0, 3):
            remove(normed[layer])
        weights = normed.state_dict()
        computed = {n: weights.pop(n).reshape(-1).tolist() for n in ("0.weight", "3.weight")}
        good(name, state, weights, floats=computed, notes=["computed 2 weight-normalized tensors"])


def rezipped(source, target, change, compression=zipfile.ZIP_STORED):
    """Copies a checkpoint; `change(name, data)` returns the new data, or None to leave the entry out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.infolist():
            data = change(entry.filename, old.read(entry))
            if data is not None:
                new.writestr(zipfile.ZipInfo(entry.filename), data, compression)


class Calls:
    def __init__(self, call, *arguments):
        self.pair = (call, arguments)

    def __reduce__(self):
        return self.pair


def refused():
    plain = network().state_dict()
    base = CASES / "parallel.pt"
    ending = lambda text: lambda name: name.endswith(text)
    for name, match, change in (
        ("bigendian.pt", ending("byteorder"), lambda data: b"big"),
        ("empty_pickle.pt", ending("data.pkl"), lambda data: b""),
        ("no_pickle.pt", ending("data.pkl"), lambda data: None),
        ("missing_storage.pt", ending("data/3"), lambda data: None),
        ("short_storage.pt", ending("data/0"), lambda data: data[:-4]),
        ("cut_pickle.pt", ending("data.pkl"), lambda data: data[:len(data) // 2]),
    ):
        rezipped(base, REFUSED / name, lambda n, data: change(data) if match(n) else data)
    rezipped(base, REFUSED / "deflated.pt", lambda n, data: data, zipfile.ZIP_DEFLATED)
    # A byte of a tensor that does not match its checksum.
    data = bytearray(base.read_bytes())
    data[data.find(b"/data/0FB") + 100] ^= 1
    (REFUSED / "flipped_bit.pt").write_bytes(data)
    # A bomb: 8 MB of zeros that a few kilobytes promise.
    with zipfile.ZipFile(REFUSED / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb/data.pkl", b"\x80\x02" + b"N0" * 4_000_000 + b"N.")

    import builtins
    import os
    import subprocess
    for name, call in (
        ("builtins_eval.pt", Calls(builtins.eval, "print('run')")),
        ("subprocess.pt", Calls(subprocess.check_output, ["touch", "PWNED"])),
        ("os_protocol4.pt", Calls(os.system, "touch PWNED")),
    ):
        torch.save({"state_dict": plain, "x": call}, REFUSED / name, pickle_protocol=4 if "4" in name else 2)

    with warnings.catch_warnings():
        torch.jit.save(torch.jit.script(network()), str(REFUSED / "torchscript.pt"))
    torch.save(network(), REFUSED / "whole_module_torch.pt")
    torch.save({"model": network(), "epoch": 1}, REFUSED / "module_under_key.pt")
    torch.save(network(), REFUSED / "whole_module_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(torch.zeros(3), REFUSED / "single_tensor.pt")
    torch.save({}, REFUSED / "empty_dictionary.pt")
    torch.save({"generator": plain, "critic": network().state_dict()}, REFUSED / "ambiguous.pt")
    spectral = network()
    torch.nn.utils.spectral_norm(spectral[0])
    torch.save(spectral.state_dict(), REFUSED / "spectral_norm.pt")
    spectral = network()
    torch.nn.utils.parametrizations.spectral_norm(spectral[0])
    torch.save(spectral.state_dict(), REFUSED / "spectral_norm_parametrized.pt")
    pickled = __import__("pickle").dumps(plain, 2)
    (REFUSED / "plain_pickle_of_tensors.pt").write_bytes(pickled)
    # One element seen 2^40 times: 4 TB of float32.
    torch.save({"w": torch.zeros(1).expand(1 << 20, 1 << 20), **plain}, REFUSED / "expanded.pt")
    legacy = (CASES / "layouts.legacy.pt").read_bytes()
    (REFUSED / "legacy_truncated.pt").write_bytes(legacy[:-40])
    import pickle
    (REFUSED / "plain_pickle.pt").write_bytes(pickle.dumps({"a": 1}, 2))
    with tarfile.open(REFUSED / "tar.pt", "w") as tar:
        entry = tarfile.TarInfo("sys_info")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"none"))
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (REFUSED / "safetensors.pt").write_bytes(struct.pack("<Q", len(header)) + header + b"\0\0\0\0")
    (REFUSED / "web_page.pt").write_text("\n<!DOCTYPE html><html><head><title>Google Drive</title></head></html>\n")
    (REFUSED / "lfs_pointer.pt").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12345\n")
    import gzip
    (REFUSED / "gzip.pt").write_bytes(gzip.compress(base.read_bytes()[:100], mtime=0))
    (REFUSED / "empty_file.pt").write_bytes(b"")
    with zipfile.ZipFile(REFUSED / "zip_of_checkpoint.pt", "w") as outer:
        outer.writestr("weights/best.pth", b"anything")
    with zipfile.ZipFile(REFUSED / "numpy.pt", "w") as outer:
        outer.writestr("x_test.npy", b"anything")


def originals():
    """The larger files next to this script, of the project's oracles, as torch reads them."""
    keys = {"prn18_bnfc_w8.half": "state_dict", "resnet18_w8": "net", "wrn_dm_10_1_silu": "model_state_dict"}
    steps = {"resnet18_w8": 3, "wrn_dm_10_1_silu": 12}
    for path in sorted(HERE.glob("*.pt")):
        # Weights-only reading refuses protocol 4 and NumPy scalars; the files are ours.
        value = torch.load(path, weights_only=False)
        weights = value[keys[path.stem]] if path.stem in keys else value
        weights = {n.removeprefix("module.").removeprefix("_orig_mod."): t for n, t in weights.items()}
        EXPECTED[path.name] = {
            "key": None, "notes": [], "normalization": None, "step": None, "epoch": steps.get(path.stem),
            "tensors": {n: described(t) for n, t in weights.items()}, "floats": {},
        }


for folder in (CASES, REFUSED):
    folder.mkdir(exist_ok=True)
goods()
refused()
originals()
(HERE / "expected.json").write_text(json.dumps(EXPECTED, indent=None, separators=(",", ":"), sort_keys=True) + "\n")
print(f"{len(EXPECTED)} good files, {len(list(REFUSED.iterdir()))} refused ones; torch {torch.__version__}")

#!/usr/bin/env python3
"""Writes Sources/Evaluation/RobustBench/RobustBenchTable.swift from a checkout of RobustBench/robustbench.

    python3 Studies/robustbench.py CHECKOUT > Sources/Evaluation/RobustBench/RobustBenchTable.swift

The model zoo says which network an entry is: its classes are replaced by ones that note their arguments. model_info has the
published numbers. Entries of other networks are left out; where zoo and model_info disagree, the script stops.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import types

CIFAR = {"CIFAR10": ((0.4914, 0.4822, 0.4465), (0.2471, 0.2435, 0.2616)),
         "CIFAR100": ((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762))}
# The names of mean and standard deviation in RobustBenchEntry.Normalization, to six digits.
NORMALIZATIONS = {
    ((0, 0, 0), (1, 1, 1)): "none",
    ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)): "half",
    CIFAR["CIFAR10"]: "cifar10",
    CIFAR["CIFAR100"]: "cifar100",
    ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.201)): "cifar10Batchwise",
    ((0.4914, 0.482159, 0.446531), (0.247032, 0.243485, 0.261588)): "cifar10Exact",
    ((0.491, 0.482, 0.447), (0.247, 0.243, 0.262)): "cifar10Short",
    ((0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)): "cifar100Batchwise",
    ((0.507075, 0.486549, 0.440918), (0.267334, 0.256438, 0.27615)): "cifar100Exact",
    ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)): "imageNet",
}


class Note:
    """A network of the zoo: what it was made of. `swift` is its constructor in RobustBenchEntry.Network."""

    mu, sigma, swift, title = (0, 0, 0), (1, 1, 1), None, None

    def register_buffer(self, name, value, **_):
        setattr(self, name, tuple(round(number, 6) for number in value))


class Wide(Note):
    def __init__(self, depth=28, num_classes=10, widen_factor=10, sub_block1=False):
        self.swift, self.title = f".wide({depth}, {widen_factor})", f"WideResNet-{depth}-{widen_factor}"


class DeepMindWide(Note):
    def __init__(self, num_classes, depth, width, activation_fn, mean, std):
        assert activation_fn == "silu"
        self.swift, self.title = f".deepMindWide({depth}, {width})", f"WideResNet-{depth}-{width}"
        self.mu, self.sigma = mean, std


class DeepMindPreAct(Note):
    def __init__(self, num_classes, depth, width, activation_fn, mean, std):
        assert activation_fn == "silu" and depth == 18
        self.swift, self.title, self.mu, self.sigma = ".deepMindPreAct18", "PreActResNet-18", mean, std


class ResNet(Note):
    def __init__(self, block, counts, num_classes=10):
        known = {("basic", 2): ("18", "ResNet-18"), ("bottleneck", 3): ("50", "ResNet-50")}
        number, self.title = known.get((block, counts[0]), (None, None))
        self.swift = number and f".cifarResNet{number}"


class PreAct(Note):
    def __init__(self, block, counts, num_classes=10, bn_before_fc=False, out_shortcut=False):
        assert counts == [2, 2, 2, 2]
        source = ".activated" if block == "activated" or out_shortcut else ".raw"
        self.swift = f".preAct18(finalNorm: {str(bn_before_fc).lower()}, shortcut: {source})"
        self.title = "PreActResNet-18"


class TorchvisionResNet(Note):
    def __init__(self, name, title):
        self.swift, self.title = name, title


class Other:
    """Anything else: called or derived from, it is a network that we do not have."""

    def __init__(self, *_, **__):
        pass

    def __getattr__(self, name):
        return Other()

    def __call__(self, *_, **__):
        return Other()

    def __mro_entries__(self, bases):
        return (Other,)


class Names(dict):
    def __missing__(self, name):
        if name in vars(__import__("builtins")):
            raise KeyError(name)
        return Other()


class List(list):
    def view(self, *_):
        return self


def normalized(model, mu, sigma):
    if isinstance(model, Note):
        model.mu, model.sigma = mu, sigma
    return model


def zoo(source):
    """The tables of one file of the model zoo, its imports replaced."""
    source = re.sub(r"^(from|import) (?:[^\n]*\\\n)*[^\n]*\n", "", source, flags=re.M)
    torchvision = types.SimpleNamespace(
        resnet18=lambda **_: TorchvisionResNet(".resNet18", "ResNet-18"),
        resnet50=lambda width_per_group=64, **_: TorchvisionResNet(
            f".resNet50(widthPerGroup: {width_per_group})", "ResNet-50" if width_per_group == 64 else "WideResNet-50-2"),
        wide_resnet50_2=lambda: TorchvisionResNet(".resNet50(widthPerGroup: 128)", "WideResNet-50-2"))
    names = Names(
        OrderedDict=collections.OrderedDict, WideResNet=Wide, DMWideResNet=DeepMindWide, DMPreActResNet=DeepMindPreAct,
        ResNet=ResNet, PreActResNet=PreAct, BasicBlock="basic", Bottleneck="bottleneck", PreActBlock="own",
        PreActBlockV2="activated", Swish="silu", ResNet18=lambda: ResNet("basic", [2, 2, 2, 2]),
        normalize_model=normalized, pt_models=torchvision,
        torch=types.SimpleNamespace(tensor=List, nn=types.SimpleNamespace(Module=Other)),
        nn=types.SimpleNamespace(Module=Other, ModuleList=Other, SiLU="silu"))
    for name, (mean, std) in CIFAR.items():
        names[f"{name}_MEAN"], names[f"{name}_STD"] = mean, std
    exec(source, names)
    return names


def network(name, entry):
    model = entry["model"]()
    if not isinstance(model, Note) or name.startswith("Ding2020MMA"):
        # Ding2020MMA normalizes every image by its own moments.
        return None
    if name == "Hendrycks2019Using":
        # Its forward pass is that of 2x - 1.
        model.mu = model.sigma = (0.5, 0.5, 0.5)
    return model


def main():
    checkout = sys.argv[1]
    read = lambda path: subprocess.run(
        ["git", "-C", checkout, "show", f"HEAD:{path}"], capture_output=True, text=True, check=True).stdout
    commit = subprocess.run(
        ["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    lines = []
    for data, threat, table in (
        ("cifar10", "Linf", "linf"), ("cifar10", "L2", "l2"), ("cifar100", "Linf", "linf"), ("imagenet", "Linf", "linf")):
        for name, entry in zoo(read(f"robustbench/model_zoo/{data}.py"))[table].items():
            model = network(name, entry)
            if model is None:
                continue
            info = json.loads(read(f"model_info/{data}/{threat}/{name}.json"))
            assert info["architecture"] == model.title, (name, info, model.title)
            key = "last" if name == "Andriushchenko2020Understanding" else None
            rest = f", best: {float(info['external'])}" if "external" in info else ""
            rest += f', key: "{key}"' if key else ""
            lines.append(
                f'  RobustBenchEntry(\n    "{name}", .{data}, .{table}, "{info["eps"]}", {model.swift},'
                f" .{NORMALIZATIONS[model.mu, model.sigma]},\n    clean: {float(info['clean_acc'])},"
                f" autoAttack: {float(info['autoattack_acc'])}{rest}),")
    print("// Written by Studies/robustbench.py; facts of RobustBench/robustbench at commit")
    print(f"// {commit}.\n")
    print("/// The entries of the leaderboard whose networks are in the catalogue, in its order of datasets and norms.")
    print("package let robustBenchEntries: [RobustBenchEntry] = [")
    print("\n".join(lines))
    print("]")


if __name__ == "__main__":
    main()

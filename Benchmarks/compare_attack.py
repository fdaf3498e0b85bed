#!/usr/bin/env python3
"""Run standard AutoAttack in dualab and in the PyTorch baseline alternately, and print median ratios.

    python3 Benchmarks/compare_attack.py DUALAB [--rounds 3] [--network at] [--threads 1]

Both attack the 512 evaluation images of Tests/Oracles/attacks at eps 16/255. A round counts only if, after every attack,
both have as many robust images as the reference's seeds (within two), so that times are compared at equal verdicts. The two
alternate, so that drifts in the machine's speed affect both alike.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def run(command, threads):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment["OMP_NUM_THREADS"] = str(threads)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip().splitlines()[-1]}")
    result = json.loads(done.stdout)
    return {attack["name"]: (attack["seconds"], attack["robust_accuracy"]) for attack in result["attacks"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dualab")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--network", default="at", choices=["at", "nat", "masked"])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    try:
        from autoattack_baseline import FIXTURES, check
    except ImportError:
        sys.exit("compare_attack: needs torch and safetensors: make compare-attack PYTHON=/path/to/python3")
    files = [f"{FIXTURES}model_{arguments.network}.safetensors", FIXTURES + "evaluation_set.safetensors"]
    reference = f"{FIXTURES}autoattack_{arguments.network}.safetensors"
    common = ["--weights", files[0], "--images", files[1], "--eps", "16/255", "--threads", str(arguments.threads)]
    attack = ["attack", "--model", "small-cnn", "--attack", "autoattack", "--no-checks", "--json", "-", "--quiet"]
    peer = [sys.executable, os.path.join(HERE, "autoattack_baseline.py"), "--reference", reference]
    rounds = []
    for number in range(arguments.rounds):
        ours = run([arguments.dualab] + attack + common, arguments.threads)
        for name, (_, accuracy) in ours.items():
            check(reference, name, round(accuracy * 512), 512)
        theirs = run(peer + common, arguments.threads)
        rounds.append((ours, theirs))
        total = [sum(seconds for seconds, _ in side.values()) for side in (ours, theirs)]
        print(f"round {number + 1}: dualab {total[0]:.2f} s, PyTorch {total[1]:.2f} s", flush=True)
    print(f"threads: {arguments.threads}, rounds: {arguments.rounds}; seconds and ratios are medians over the rounds")
    print(f"{'':9}{'dualab':>9}{'PyTorch':>9}{'ratio':>7}   robust images: dualab, PyTorch")
    for name in list(rounds[0][0]) + [None]:
        pairs = [
            [sum(s for n, (s, _) in side.items() if name in (n, None)) for side in one] for one in rounds]
        seconds = [statistics.median(side) for side in zip(*pairs)]
        ratio = statistics.median([theirs / ours for ours, theirs in pairs])
        robust = ["/".join(str(round(one[k][name or "square"][1] * 512)) for one in rounds) for k in (0, 1)]
        print(f"{name or 'all':9}{seconds[0]:9.2f}{seconds[1]:9.2f}{ratio:7.1f}   {robust[0]}, {robust[1]}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Run `dualab bench` and the PyTorch baseline alternately, and print median ratios.

    python3 Benchmarks/compare.py DUALAB [--rounds 5] [--only a,b,c,d,e,f] [--threads 1]

Every measurement runs in a separate process, so that the peak memory is that of one configuration. The two engines
alternate, so that drifts in the machine's speed affect both alike. The ratio of a round is PyTorch's time over dualab's.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys


def run(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment["OMP_NUM_THREADS"] = command[command.index("--threads") + 1]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dualab")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="a,b,c,d")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    try:
        import torch  # noqa: F401
    except ImportError:
        sys.exit("compare: this Python has no torch; choose one that does: make compare PYTHON=/path/to/python3")
    baseline = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch_baseline.py")
    print(f"threads: {arguments.threads}, rounds: {arguments.rounds}; seconds and ratios are medians over the rounds")
    print(f"{'':3}{'dualab':>9}{'PyTorch':>9}{'step':>7}{'train-BN':>9}{'attack':>8}{'outer':>7}{'forward':>8}{'memory':>8}")
    everything = []
    for name in arguments.only.split(","):
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            common = ["--only", name, "--repeats", str(arguments.repeats), "--threads", str(arguments.threads)]
            ours.append(run([arguments.dualab, "bench", "--json", "-"] + common))
            theirs.append(run([sys.executable, baseline] + common))
        everything.append({"dualab": ours, "pytorch": theirs})

        def ratio(key):
            return statistics.median([t[key] / o[key] for o, t in zip(ours, theirs)])

        step = [statistics.median([r["step"] for r in rs]) for rs in (ours, theirs)]
        memory = statistics.median([o["peakMegabytes"] / t["peakMegabytes"] for o, t in zip(ours, theirs)])
        print(
            f"{name:3}{step[0]:9.3f}{step[1]:9.3f}{ratio('step'):7.2f}{ratio('stepTrainBN'):9.2f}{ratio('attack'):8.2f}"
            f"{ratio('outer'):7.2f}{ratio('forward'):8.2f}{memory:8.2f}", flush=True)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Train the rows with real images with the sentinel on, attack their last weights, and print how far each tier can be trusted.

    python3 Studies/tiers.py DUALAB --out FOLDER [--only NAME,…] [--seeds 1] [--jobs 1]

Every run is `dualab train --json` on one thread; its last weights are then attacked on the first 200 test images by PGD-10,
by each attack of the quick tier alone, and by standard AutoAttack. The first 32 of these images stand for the deep tier.
Finished parts are kept in FOLDER and not repeated, so an interrupted study resumes where it stopped. Needs only the standard
library.
"""
import json
import os

import alarm

FGSM = "fashion-catastrophic-overfitting"
WEAK = "fashion-weak-pgd"
PGD10 = ["attack=pgd", "attack.steps=10", "attack.start=uniform"]
SHORT = ["steps=2000", "lr.warmup=0.01"]



def thousand_steps(steps, epsilon, step):
    """The settings of a run of 1000 steps on PGD."""
    return [f"attack.steps={steps}", f"eps={epsilon}", f"attack.step={step}", "steps=1000", "lr.warmup=0.02"]


# name: (preset, settings, other arguments of train); the attacks use the run's ε.
ROWS = {
    "fgsm": (FGSM, []),
    "fgsm-kl-0.4": (FGSM, ["beta=0.4"]),
    "fgsm-kl-1": (FGSM, ["beta=1"]),
    "fgsm-mat-0.1": (FGSM, ["gamma=0.1"]),
    "fgsm-at": (FGSM, ["objective=at"]),
    "pgd10-quarter": (FGSM, PGD10 + ["attack.step=0.075"]),
    "trades-6-one-step": (
        FGSM, ["objective=trades", "beta=6", "attack=pgd", "attack.steps=1", "attack.step=0.3", "attack.start=noise"]),
    "weak-pgd": (WEAK, []),
    # One run and schedule of 4000 steps; the reference started a new run from the weights.
    "weak-pgd-on": (WEAK, ["steps=4000"], ["--at", "3000:attack.steps=10"]),
    "weak-pgd-kl-1": (WEAK, ["beta=1"] + SHORT),
    "weak-pgd-0.35": (WEAK, ["eps=0.35", "attack.step=0.175"] + SHORT),
    "weak-pgd-0.35-kl-1": (WEAK, ["eps=0.35", "attack.step=0.175", "beta=1"] + SHORT),
    "pgd10-half": (WEAK, ["attack.steps=10"] + SHORT),
    "pgd10-half-at": (WEAK, ["attack.steps=10", "objective=at"] + SHORT),
    "pgd10-half-kl-1": (WEAK, ["attack.steps=10", "beta=1"] + SHORT),
    "pgd10-half-0.3": (WEAK, ["attack.steps=10", "eps=0.3", "attack.step=0.15"] + SHORT),
    # Radii at which something is learned, other steps, objectives, norms and widths.
    "at-0.1": (WEAK, ["objective=at"] + thousand_steps(10, "0.1", "0.025")),
    "mat-0.1": (WEAK, thousand_steps(7, "0.1", "0.025")),
    "mat-0.15-kl-1": (WEAK, ["beta=1"] + thousand_steps(20, "0.15", "0.01875")),
    "trades-0.2": (WEAK, ["objective=trades", "beta=6", "attack.start=noise"] + thousand_steps(10, "0.2", "0.05")),
    "mart-0.2": (WEAK, ["objective=mart", "beta=5"] + thousand_steps(7, "0.2", "0.05")),
    "mat-gn-0.3": (WEAK, ["norm=gn"] + thousand_steps(3, "0.3", "0.15")),
    "mat-dbn-0.2": (WEAK, ["norm=dbn"] + thousand_steps(7, "0.2", "0.05")),
    "conv4-none-0.2": (FGSM, ["norm=none", "attack=pgd", "attack.start=uniform"] + thousand_steps(5, "0.2", "0.05")),
    "conv4-32-0.3": (FGSM, ["width=32", "attack=pgd", "attack.start=uniform"] + thousand_steps(3, "0.3", "0.15")),
    "mat-8-0.3": (WEAK, ["width=8"] + thousand_steps(5, "0.3", "0.075")),
}


def attack(program, folder, name, words):
    """The report of an attack on the first 200 test images, read from its file if it is finished."""
    path = f"{folder}-{name}.json"
    if not os.path.exists(path):
        command = [program, "attack", "--checkpoint", f"{folder}/checkpoints/last.safetensors", "--threads", "1"]
        command += ["--data", "fashion-mnist:test", "--limit", "200", "--json", path + ".part", "--quiet", "--no-checks"]
        alarm.run(command + words)
        os.rename(path + ".part", path)
    with open(path) as file:
        return json.load(file)


def left(quick, survivors, part):
    """The fraction of all images that survive both PGD-10 and one attack of the quick tier."""
    robust = [
        e["index"] in survivors and not any(o["broken"] for o in e["outcomes"] if o["attack"] == part)
        for e in quick["examples"]]
    return sum(robust) / quick["n"]


def study(program, name, seed, out):
    preset, settings, *more = ROWS[name]
    folder = os.path.join(out, f"{name}-seed{seed}")
    result = alarm.looks(alarm.train(program, preset, settings, seed, folder, *more))
    pgd = attack(program, folder, "pgd", ["--attack", "pgd"])
    quick = attack(program, folder, "quick", ["--attack", "quick", "--individual"])
    full = attack(program, folder, "autoattack", ["--attack", "autoattack"])
    deep = [e["robust"] for e in full["examples"][:32]]
    survivors = {e["index"] for e in pgd["examples"] if e["robust"]}
    return result | {
        "name": name, "seed": seed, "clean200": full["clean_accuracy"], "pgd10": pgd["robust_accuracy"],
        "parts": [left(quick, survivors, part) for part in range(len(quick["attacks"]))],
        "quick200": sum(e["robust"] and e["index"] in survivors for e in quick["examples"]) / quick["n"],
        "deep32": sum(deep) / len(deep), "full": full["robust_accuracy"],
        "attack_seconds": [sum(a["seconds"] for a in r["attacks"]) for r in (quick, full)],
    }


def main():
    _, results = alarm.run_all(__doc__, ROWS, study, seeds=1, jobs=1)
    print("| run | seed | alarm: step, s, tier | clean | training attack (n 1000) | PGD-10 | APGD-T 10×3 | small steps | ε/4 "
          "| quick | deep, 32 | AutoAttack | s: run, sentinel, quick, AutoAttack |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for r in results:
        trained_on = r["pgd"]["correct"] / r["pgd"]["n"]
        numbers = [r["clean200"], trained_on, r["pgd10"], *r["parts"], r["quick200"], r["deep32"], r["full"]]
        seconds = [r["seconds"], r["sentinel_seconds"], *r["attack_seconds"]]
        print(f"| {r['name']} | {r['seed']} | {alarm.first_alarm(r)} | " + " | ".join(f"{x:.3f}" for x in numbers)
              + " | " + ", ".join(f"{s:.0f}" for s in seconds) + " |")
    print()
    for r in results:
        print(f"* {r['name']}, seed {r['seed']}: last checks on the probe: quick {alarm.gap(r['quick'])}, "
              f"deep {alarm.gap(r['deep'])}; {r['final']} at the end; causes {', '.join(r['causes']) or 'none'}")


if __name__ == "__main__":
    main()

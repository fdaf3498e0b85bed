#!/usr/bin/env python3
"""Train the rows with real images with the sentinel on, attack their last weights, and print how far each tier can be trusted.

    python3 Studies/tiers.py DUALAB --out FOLDER [--only NAME,…] [--seeds 1] [--jobs 1]

Every run is `dualab train --json` on one thread; its last weights are then attacked on the first 200 test images by a look
of the sentinel without history, and by standard AutoAttack.
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


def study(program, name, seed, out):
    preset, settings, *more = ROWS[name]
    folder = os.path.join(out, f"{name}-seed{seed}")
    events = alarm.train(program, preset, settings, seed, folder, *more)
    result = alarm.looks(events)
    checks = [e for e in events if e["event"] == "probe" and e["split"] == "probe"]
    look = attack(program, folder, "sentinel", ["--attack", "sentinel"])
    full = attack(program, folder, "autoattack", ["--attack", "autoattack"])
    return result | {
        "name": name, "seed": seed, "clean200": full["clean_accuracy"], "full": full["robust_accuracy"],
        "look": look["robust_accuracy"], "passes": [passes(look), passes(full)],
        "steps": max(e["step"] for e in checks), "budget": checks[-1].get("budgetSpent"),
        "checks": len([e for e in checks if e.get("quick")]),
    }


def passes(report):
    """Forward and backward passes of one image that the attacks of a report made."""
    return sum(o["forwards"] + o["backwards"] for e in report["examples"] for o in e["outcomes"])


def main():
    _, results = alarm.run_all(__doc__, ROWS, study, seeds=1, jobs=1)
    print("| run | seed | alarm: step, tier | state at the end | clean | training attack (n 1000) | AutoAttack (200) | gap "
          "| last reading (n) | without history (200) | checks | budget spent | share of s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for r in results:
        trained_on, reading = r["pgd"]["correct"] / r["pgd"]["n"], r["quick"]
        robust = (reading["survivors"] - reading["broken"]) / reading["n"]
        first = f"{r['step']}, {r['tier']}" if r["alarms"] else "none"
        share = r["sentinel_seconds"] / (r["seconds"] - r["sentinel_seconds"])
        print(f"| {r['name']} | {r['seed']} | {first} | {r['final']} | {r['clean200']:.3f} | {trained_on:.3f} "
              f"| **{r['full']:.3f}** | {trained_on - r['full']:.3f} | {robust:.3f} ({reading['n']}) | {r['look']:.3f} "
              f"| {r['checks']} | {100 * (r['budget'] or 0):.0f} % | {100 * share:.0f} % |")
    off = sorted(abs((r["quick"]["survivors"] - r["quick"]["broken"]) / r["quick"]["n"] - r["full"]) for r in results)
    above = sorted(r["look"] - r["full"] for r in results)
    spent = [sum(r["passes"][i] for r in results) for i in (0, 1)]
    print(f"\nThe last reading is off AutoAttack by {off[len(off) // 2]:.3f} (median), {off[3 * len(off) // 4]:.3f} (three of "
          f"four), {off[-1]:.3f} (largest). A look without history leaves {sum(above) / len(above):.3f} more than AutoAttack on "
          f"average, at most {above[-1]:.3f}, for {spent[0] / spent[1]:.3f} of its passes.")


if __name__ == "__main__":
    main()

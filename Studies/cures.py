#!/usr/bin/env python3
"""Change a setting during alarmed runs on mirage, and print whether the alarm ended, and how many steps later.

    python3 Studies/cures.py DUALAB --out FOLDER [--only NAME,…] [--seeds 3] [--jobs 1]

Every run is `dualab train --preset false-robustness --at STEP:NAME=VALUE --json` on one thread, followed by standard
AutoAttack on the last weights and 500 test images. Finished runs are kept in FOLDER and not repeated. Needs only the standard
library.
"""
import os

import alarm

# name: (the change, the step after which it is made, steps of the run)
CURES = {
    "beta-1-at-200": ("beta=1", 200, 400),
    "gamma-0.1-at-200": ("gamma=0.1", 200, 400),
    "beta-1-at-300": ("beta=1", 300, 400),
    "gamma-0.1-at-300": ("gamma=0.1", 300, 400),
    "beta-1-at-200-of-800": ("beta=1", 200, 800),
    "gamma-0.1-at-200-of-800": ("gamma=0.1", 200, 800),
}


def study(program, name, seed, out):
    change, step, steps = CURES[name]
    folder = os.path.join(out, f"{name}-seed{seed}")
    more = ["--at", f"{step}:{change}", "--steps", str(steps)]
    events = alarm.train(program, "false-robustness", [], seed, folder, more)
    report = alarm.autoattack(program, "mat-0.5", folder)
    changes = [e for e in events if e["event"] == "alarm" and e["from"] != e["state"]]
    quick = [e["quick"] for e in events if e["event"] == "probe" and e.get("quick")]
    raised = [e["step"] for e in changes if e["state"] == "alarm"]
    ended = [e["step"] for e in changes if e["state"] == "calm" and e["step"] > step]
    again = [e["step"] for e in changes if e["state"] == "alarm" and ended and e["step"] > ended[0]]
    tests = [e for e in events if e["event"] == "probe" and e["split"] == "test" and e["weights"] == "last"]
    before = [q for q in quick if q["step"] <= step]
    return {
        "name": name, "seed": seed, "raised": raised[0] if raised else None, "ended": ended[0] if ended else None,
        "again": again, "step": step, "before": before[-1] if before else None, "last": quick[-1] if quick else None,
        "clean": tests[0]["clean"], "pgd": tests[0]["adversarial"], "autoattack": report["robust_accuracy"]}


def main():
    _, results = alarm.run_all(__doc__, CURES, study, seeds=3, jobs=1)
    print("| change | seed | alarm | gap before | calm again | steps later | last quick gap | clean | PGD-10 | AutoAttack (500) |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for r in results:
        ended = "no" if r["ended"] is None else str(r["ended"]) + (f", alarm again {r['again'][0]}" if r["again"] else "")
        later = "–" if r["ended"] is None else r["ended"] - r["step"]
        print(
            f"| {r['name']} | {r['seed']} | {r['raised'] or 'none'} | {alarm.gap(r['before'])} | {ended} | {later} | "
            f"{alarm.gap(r['last'])} | {alarm.share(r['clean'])} | {alarm.share(r['pgd'])} | {r['autoattack']:.3f} |")


if __name__ == "__main__":
    main()

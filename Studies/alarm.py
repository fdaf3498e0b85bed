#!/usr/bin/env python3
"""Run presets with the sentinel on, several seeds each, and print the tables of docs/alarm.md.

    python3 Studies/alarm.py DUALAB --out FOLDER [--only NAME,…] [--seeds 5] [--jobs 2]

Every run is `dualab train --json` on one thread, followed by standard AutoAttack on the last weights. Finished runs are
kept in FOLDER and not repeated, so an interrupted study resumes where it stopped. Needs only the standard library.
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys

# name: (preset, settings, ε of the final AutoAttack, images of the final AutoAttack, data)
ROWS = {
    "mat-0.5": ("false-robustness", [], "16/255", 500, "mirage:test"),
    "at": ("adversarial-training", [], "16/255", 500, "mirage:test"),
    "trades-6": ("trades", [], "16/255", 500, "mirage:test"),
    "mat-0.1": ("false-robustness", ["gamma=0.1"], "16/255", 500, "mirage:test"),
    "mat-kl-0.4": ("kl-cure", [], "16/255", 500, "mirage:test"),
    "mat-kl-1": ("kl-cure", ["beta=1"], "16/255", 500, "mirage:test"),
    "mat-0.5-patterns-1": ("false-robustness", ["data.seed=1"], "16/255", 500, "mirage:test"),
    "at-patterns-1": ("adversarial-training", ["data.seed=1"], "16/255", 500, "mirage:test"),
    "fashion-fgsm": ("fashion-catastrophic-overfitting", [], "0.3", 200, "fashion-mnist:test"),
}


def run(command):
    """Run a command and return its stdout. Status 3 is an alarm; any other failure ends the study."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


def train(program, preset, settings, seed, folder, more=()):
    """The events of a run on one thread, read from its file if the run is finished."""
    path = folder + ".jsonl"
    if not os.path.exists(path):
        command = [program, "train", "--preset", preset, "--seed", str(seed), "--threads", "1", "--json", "--quiet"]
        command += ["--out", folder] + [word for s in settings for word in ("--set", s)] + list(more)
        events = run(command)
        with open(path + ".part", "w") as file:
            file.write(events)
        os.rename(path + ".part", path)
    with open(path) as file:
        return [json.loads(line) for line in file]


def autoattack(program, name, folder):
    """The report of standard AutoAttack on the last weights."""
    _, _, epsilon, limit, data = ROWS[name]
    path = folder + "-autoattack.json"
    if not os.path.exists(path):
        command = [program, "attack", "--checkpoint", f"{folder}/checkpoints/last.safetensors", "--data", data]
        run(command + ["--limit", str(limit), "--eps", epsilon, "--attack", "autoattack", "--json", path, "--quiet"])
    with open(path) as file:
        return json.load(file)


def looks(events):
    """What the sentinel found and cost in a run: alarms, the last check of each tier, seconds."""
    probes = [e for e in events if e["event"] == "probe" and e["split"] == "probe"]
    alarms = [e for e in events if e["event"] == "alarm" and e["state"] == "alarm" and e["from"] in ("calm", "watch")]
    seconds, spent, first = 0.0, 0.0, None
    for event in events:
        if event["event"] == "sample" or (event["event"] == "probe" and event.get("weights") == "current"):
            seconds += event["seconds"]
        if event["event"] == "probe" and event["split"] == "probe":
            spent += event["seconds"]
        if first is None and event in alarms[:1]:
            first = seconds
    tests = [e for e in events if e["event"] == "probe" and e["split"] == "test" and e["weights"] == "last"]
    quick = [p["quick"] for p in probes if p.get("quick")]
    deep = [p["deep"] for p in probes if p.get("deep")]
    return {
        "alarms": len(alarms),
        "step": alarms[0]["step"] if alarms else None, "tier": alarms[0]["reading"]["tier"] if alarms else None,
        "alarm_seconds": first, "watched": any(p.get("gapState") == "watch" for p in probes),
        "largest_quick": max((q["gap"] for q in quick), default=None), "quick": quick[-1] if quick else None,
        "deep": deep[-1] if deep else None, "final": probes[-1].get("gapState") if probes else None,
        "causes": sorted({c["kind"] for e in events if e["event"] == "alarm" for c in e.get("causes", [])}),
        "clean": tests[0]["clean"] if tests else None, "pgd": tests[0]["adversarial"] if tests else None,
        "seconds": seconds, "sentinel_seconds": spent,
    }


def study(program, name, seed, out):
    preset, settings, *_ = ROWS[name]
    folder = os.path.join(out, f"{name}-seed{seed}")
    result = looks(train(program, preset, settings, seed, folder))
    report = autoattack(program, name, folder)
    return result | {
        "name": name, "seed": seed, "autoattack": report["robust_accuracy"], "interval": report["interval"],
        "n": report["n"]}


def first_alarm(result):
    if not result["alarms"]:
        return "none"
    return f"{result['step']}, {result['alarm_seconds']:.1f}, {result['tier']}"


def share(counts):
    return f"{counts['correct'] / counts['n']:.3f}" if counts else "–"


def gap(reading):
    return f"{reading['gap']:.2f} [{reading['lower']:.2f}, {reading['upper']:.2f}] n {reading['n']}" if reading else "–"


def run_all(description, rows, study, seeds, jobs):
    """Parse the command line of a study, and run `study` for every row and seed. Returns the row names and the results."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("dualab")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", default=",".join(rows))
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--jobs", type=int, default=jobs)
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    unknown = [name for name in names if name not in rows]
    if unknown:
        parser.error(f"--only: unknown row {', '.join(unknown)}; choose from {', '.join(rows)}")
    os.makedirs(arguments.out, exist_ok=True)
    runs = [(name, seed) for name in names for seed in range(arguments.seeds)]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        return names, list(pool.map(lambda run: study(arguments.dualab, *run, arguments.out), runs))


def main():
    names, results = run_all(__doc__, ROWS, study, seeds=5, jobs=2)
    print("| run | seed | alarm: step, s, tier | largest quick gap | last quick gap | last deep gap | clean | PGD | AutoAttack (n) | sentinel, share of s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for r in results:
        overhead = r["sentinel_seconds"] / (r["seconds"] - r["sentinel_seconds"])
        largest = "–" if r["largest_quick"] is None else f"{r['largest_quick']:.2f}"
        print(
            f"| {r['name']} | {r['seed']} | {first_alarm(r)} | {largest} | {gap(r['quick'])} | {gap(r['deep'])} | {share(r['clean'])} | "
            f"{share(r['pgd'])} | {r['autoattack']:.3f} ({r['n']}) | {100 * overhead:.0f} % of {r['seconds']:.0f} |")
    print()
    for name in names:
        mine = [r for r in results if r["name"] == name]
        steps = [r["step"] for r in mine if r["alarms"]]
        median = f", first at step {statistics.median(steps):.0f} (median)" if steps else ""
        print(f"* {name}: {len(steps)} of {len(mine)} seeds raised the alarm{median}; causes {sorted({c for r in mine for c in r['causes']})}")


if __name__ == "__main__":
    main()

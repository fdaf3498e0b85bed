#!/usr/bin/env python3
"""Print the tables of docs/reproduction.md from the JSON files of `dualab suite run`, one line per row of the suite.

    python3 Studies/reproduction.py runs/suites/table1-lite.json ...

Percentages are pooled over the seeds (every image counts once per seed), followed by the AutoAttack accuracy of each seed.
gap: training attack - AutoAttack. W2²: squared distances summed over the normalization layers, mean over the seeds.
"""
import json
import sys


def percent(part):
    low, high = (max(0.0, 100 * end) for end in part["interval"])
    return f"{100 * part['value']:.1f} [{low:.1f}, {high:.1f}]"


def row(entry):
    pooled, seeds = entry["pooled"], entry["seeds"]
    numbers = pooled.get("numbers") or {}
    measured = sum(1 for seed in seeds if seed.get("clean"))
    cells = [entry["label"], str(measured), percent(pooled["clean"])]
    cells += [percent(pooled["pgd"]) if pooled.get("pgd") else "–"]
    if pooled.get("autoattack"):
        each = ", ".join(f"{100 * seed['autoattack']['value']:.1f}" for seed in seeds if seed.get("autoattack"))
        gap = 100 * (pooled["pgd"]["value"] - pooled["autoattack"]["value"]) if pooled.get("pgd") else None
        cells += [percent(pooled["autoattack"]), each, "–" if gap is None else f"{gap:.1f}"]
    else:
        cells += ["–", "–", "–"]
    cells += [f"{numbers['w2_clean_pgd']:.3g}" if "w2_clean_pgd" in numbers else "–"]
    cells += [f"{pooled.get('training_seconds', 0):.0f}", f"{pooled.get('attack_seconds', 0):.0f}"]
    return cells


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        try:
            with open(path, encoding="utf-8") as file:
                suite = json.load(file)
        except (OSError, ValueError) as error:
            sys.exit(f"reproduction: {path}: {error}; expected a JSON file of 'dualab suite run'")
        rows = [row(entry) for entry in suite["rows"] if entry.get("pooled") and entry["seeds"]]
        heads = ["row", "seeds", "clean %", "training attack %", "AutoAttack %", "per seed %", "gap", "W2² clean–PGD",
                 "training s", "attacks s"]
        if all(cells[7] == "–" for cells in rows):
            heads, rows = heads[:7] + heads[8:], [cells[:7] + cells[8:] for cells in rows]
        given = " ".join(f"{name}={value}" for name, value in suite.get("by_hand", {}).items())
        given = f", overridden: {given}" if given else ""
        print(f"**{suite['title']}** ({suite['suite']}, {suite['scale']} scale{given})\n")
        print("| " + " | ".join(heads) + " |")
        print("| --- |" + " ---: |" * (len(heads) - 1))
        for cells in rows:
            print("| " + " | ".join(cells) + " |")
        print()


if __name__ == "__main__":
    main()

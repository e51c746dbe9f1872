#!/usr/bin/env python3
"""How often training succeeds, over many seeds.

    cargo build --release
    scripts/rates.py presets/xor.json --seeds 100
    scripts/rates.py presets/xor.json --seeds 100 --monotone

Success: the loss of the best parameters, confirmed from the initial state, below --share of the targets' variance.
"""
import argparse
import concurrent.futures
import json
import statistics
import subprocess

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("file")
parser.add_argument("--seeds", type=int, default=100)
parser.add_argument("--share", type=float, default=0.01, help="of the target variance (default 0.01)")
parser.add_argument("--program", default="target/release/thermonet")
parser.add_argument("--jobs", type=int, default=2)
options, extra = parser.parse_known_args()


def run(seed):
    command = [options.program, "train", options.file, "--seed", str(seed), "--json", *extra]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return seed, None, done.stderr.strip()
    return seed, json.loads(done.stdout), ""


def variance(rows):
    """Of the targets, each output about its own mean, in the units of the rows."""
    columns = list(zip(*(row["out"] for row in rows)))
    return statistics.fmean(statistics.pvariance(column) for column in columns)


with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    results = list(pool.map(run, range(1, options.seeds + 1)))
task = json.load(open(options.file))["task"]
scale = task.get("decode", {}).get("scale", 1.0)
failures, shares, seconds, jumps, restarts, below, first = [], [], [], 0, 0, 0, 0
for seed, answer, error in results:
    if answer is None or answer["best_loss"] is None:
        failures.append(f"{seed} ({error or 'no steady state'})")
        continue
    share = answer["best_loss"] / (variance(answer["rows"]) * scale * scale)
    shares.append(share)
    seconds.append(answer["seconds"])
    jumps += answer["branch_jumps"]
    restarts += len(answer["restarts"])
    floor = answer["monotone_floor"]
    if floor is not None and answer["best_loss"] < floor:
        below += 1
    if share < options.share and not answer["restarts"]:
        first += 1
    if share >= options.share:
        failures.append(f"{seed} ({share:.2g})")
print(f"{options.file} {' '.join(extra)}: {options.seeds - len(failures)} of {options.seeds} succeed")
if shares:
    print(f"  loss / target variance: median {statistics.median(shares):.3g}, worst {max(shares):.3g}")
    print(f"  below the monotone floor: {below}; branch jumps {jumps}; restarts {restarts}; first start sufficed: {first}")
    print(f"  seconds: median {statistics.median(seconds):.3g}, longest {max(seconds):.3g}")
if failures:
    print("  failed seeds: " + ", ".join(failures))

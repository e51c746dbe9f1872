#!/usr/bin/env bash
# Trains the trained presets again, each from its own file and stored seed: after a change of the arithmetic, which may
# lead a training elsewhere. tests/learn.rs then finds what the files hold.
#
#     cargo build --release
#     scripts/retrain.sh
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/thermonet}
for file in presets/*.json; do
    seed=$(sed -n 's/^ *"training": .*"seed": \([0-9]*\).*/\1/p' "$file")
    [[ -n $seed ]] || continue
    monotone=()
    [[ $file == *-monotone.json ]] && monotone=(--monotone)
    echo "$file, seed $seed ${monotone[*]}"
    "$program" train "$file" --seed "$seed" "${monotone[@]}" --out "$file" | sed -n '3,7p'
done

#!/usr/bin/env bash
# Opens the real window on a virtual screen and sees that it drew a picture and that the picture moves.
#   scripts/check-window.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/screen.sh
source scripts/screen.sh

program=${1:-target/release/thermonet}
shots=$(mktemp -d)
cleanup() {
    stop_program
    stop_screen
    rm -rf "$shots"
}
# Set before anything is started: a start that fails half-way is cleaned up, too.
trap cleanup EXIT
start_screen 1280 720
start_program "$program" presets/three-tanks.json
# The first frames build fonts and shaders.
sleep 2
picture "$shots/1.png"
sleep 0.7
picture "$shots/2.png"
kill -0 "$program_pid" 2>/dev/null || { echo 'the program ended by itself' >&2; exit 1; }

colours=$(identify -format %k "$shots/1.png")
# ImageMagick's compare ends with 1 when the pictures differ, which is what is hoped for.
moved=$(compare -metric AE -fuzz 3% "$shots/1.png" "$shots/2.png" null: 2>&1 || true)
moved=${moved%%[ .]*}
[[ $moved =~ ^[0-9]+$ ]] || { echo "the pictures cannot be compared: $moved" >&2; exit 1; }
echo "$colours colours, $moved pixels moved"
# A blank or half-drawn window has a handful of colours; text alone has a few hundred.
((colours > 300)) || { echo 'the window drew nothing' >&2; exit 1; }
((moved > 50)) || { echo 'the picture does not move' >&2; exit 1; }

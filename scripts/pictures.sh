#!/usr/bin/env bash
# Makes the pictures in the README from the real window on a virtual screen.
#   cargo build --release && scripts/pictures.sh
# Needs xvfb, xdotool and imagemagick.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/screen.sh

program=${1:-target/release/thermonet}
folder=assets/pictures
mkdir -p "$folder"
cleanup() {
    stop_program
    stop_screen
}
start_screen 1280 720
trap cleanup EXIT

# save NAME: the screen with few colours, which keeps a picture of flat areas small.
save() {
    picture "$folder/$1.png"
    convert "$folder/$1.png" -dither None -colors 128 -define png:compression-level=9 "$folder/$1.png"
}

start_program "$program"
sleep 6
save first-window
stop_program

# The light theme is a click away, on the sun at the right of the toolbar.
start_program "$program" --preset fold
sleep 1
click 1253 20
xdotool mousemove 440 400
sleep 5
save fold-light
stop_program

# C compares the network with its twin without NDC; both are trained from the same seed.
start_program "$program" --preset xor
sleep 2
xdotool key c
sleep 14
save compare

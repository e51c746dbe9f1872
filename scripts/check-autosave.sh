#!/usr/bin/env bash
# Kills the real program right after a change and sees that the change is there when it is started again.
#   scripts/check-autosave.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/screen.sh
source scripts/screen.sh

program=${1:-target/release/thermonet}
kept=$(mktemp -d)
cleanup() {
    stop_program
    stop_screen
    rm -rf "$kept"
}
trap cleanup EXIT

# title_is TEXT: whether the window's title ends so within three seconds.
title_is() {
    for _ in $(seq 30); do
        [[ $(xdotool getwindowname "$window") == *"$1" ]] && return 0
        sleep 0.1
    done
    echo "the title is '$(xdotool getwindowname "$window")', not '…$1'" >&2
    return 1
}

# place: where the autosave has the reservoir y.
place() {
    grep -h '"id": "y"' "$kept"/autosave/*.json | grep -o '"at": \[[^]]*\]'
}

kill_program() {
    kill -KILL "$program_pid"
    wait "$program_pid" 2>/dev/null || true
    program_pid=
    rm -rf "$state_folder"
}

start_screen 1280 720
start_program "$program" --state-folder "$kept" --preset fold
sleep 2
title_is '— Fold'
# The upper part of the right tank: above its level, so that it is moved and not kicked.
drag 583 225 647 257
sleep 1
kill_program
moved=$(place) || { echo 'the change was not kept' >&2; exit 1; }

start_program "$program" --state-folder "$kept"
title_is '— Fold*'
[[ $(place) == "$moved" ]] || { echo "restored at $(place), not at $moved" >&2; exit 1; }
# A second window does not take what the first one has.
first=$program_pid
first_state=$state_folder
"$program" --state-folder "$kept" &
program_pid=$!
sleep 2
kill -0 "$first" || { echo 'the first window ended' >&2; exit 1; }
[[ $(find "$kept/autosave" -name '*.json' | wc -l) == 1 ]] || { echo 'the windows fight' >&2; exit 1; }
stop_process "$program_pid"
program_pid=$first
state_folder=$first_state
kill_program

# Killed again without a change: it is still there.
start_program "$program" --state-folder "$kept"
title_is '— Fold*'
echo "moved to $moved, killed, restored"

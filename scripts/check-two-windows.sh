#!/usr/bin/env bash
# Two real windows on one state folder: both change something, both are killed, and nothing is lost or garbled.
#   scripts/check-two-windows.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/screen.sh
source scripts/screen.sh

program=${1:-target/release/thermonet}
kept=$(mktemp -d)
files=$(mktemp -d)
left=
right=
left_window=
right_window=
cleanup() {
    stop_process "$left"
    stop_process "$right"
    # The window that another one has opened is no child of this script.
    stop_process "$(opened)"
    stop_screen
    rm -rf "$kept" "$files" "$state_folder"
}
trap cleanup EXIT

fail() {
    echo "$1" >&2
    [[ -z ${PICTURE:-} ]] || picture "$PICTURE"
    exit 1
}

# opened: the window that another one has opened, if there is one.
opened() {
    pgrep -f -- "--state-folder $kept\$" | grep -vx -e "${left:-0}" -e "${right:-0}" | head -n 1 || true
}

# window_of PID X: waits for its window, and puts it at X; prints its number.
window_of() {
    local found
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || fail 'the program ended before its window opened'
        found=$(xdotool search --onlyvisible --pid "$1" 2>/dev/null | tail -n 1) && [[ -n $found ]] && break
        sleep 0.1
    done
    [[ -n $found ]] || fail 'no window opened within 20 s'
    xdotool windowsize "$found" 1280 720
    xdotool windowmove "$found" "$2" 0
    echo "$found"
}

# start LEFT RIGHT: two windows side by side, with these arguments.
start() {
    start_left "$1"
    start_right "$2"
}

start_left() {
    # shellcheck disable=SC2086
    "$program" --state-folder "$kept" $1 &
    left=$!
    left_window=$(window_of "$left" 0)
}

start_right() {
    # shellcheck disable=SC2086
    "$program" --state-folder "$kept" $1 &
    right=$!
    right_window=$(window_of "$right" 1280)
}

kill_both() {
    kill -KILL "$left" "$right"
    wait "$left" "$right" 2>/dev/null || true
    left=
    right=
}

# title WINDOW TEXT: waits until its title is this.
title() {
    for _ in $(seq 50); do
        [[ $(xdotool getwindowname "$1") == "thermonet — $2" ]] && return 0
        sleep 0.1
    done
    fail "a title is '$(xdotool getwindowname "$1")', not 'thermonet — $2'"
}

# press WINDOW KEY
press() {
    xdotool windowfocus "$1"
    sleep 0.2
    xdotool key --clearmodifiers "$2"
    sleep 0.5
}

# move_y X Y: moves the right tank of the fold in the window that begins at X by Y: above its level, so that it is not
# kicked.
move_y() {
    drag $(($1 + 583)) 225 $(($1 + 647)) $((225 + $2))
}

# places: where the autosaves have the reservoir y, each with the name of its network.
places() {
    local file
    for file in "$kept"/autosave/*.json; do
        [[ -e $file ]] || continue
        echo "$(grep -m 1 '"name"' "$file") $(grep '"id": "y"' "$file" | grep -o '"at": \[[^]]*\]')"
    done | sort
}

place_in() {
    grep '"id": "y"' "$1" | grep -o '"at": \[[^]]*\]'
}

# look NAME: whether both windows' looks are in the file that all windows share.
look() {
    grep -q "$1:true" "$kept/window.ron" 2>/dev/null
}

state_folder=$(mktemp -d)
export XDG_DATA_HOME=$state_folder XDG_RUNTIME_DIR=$state_folder
for name in One Two Shared; do
    sed "s/\"name\": \"Fold\"/\"name\": \"$name\"/" presets/fold.json >"$files/${name,,}.json"
done
start_screen 2560 720

# Two windows, two files. Each also changes the look.
start "$files/one.json" "$files/two.json"
title "$left_window" One
title "$right_window" Two
press "$left_window" v
press "$right_window" ctrl+g
move_y 0 32
move_y 1280 96
title "$left_window" 'One*'
title "$right_window" 'Two*'
sleep 1
before=$(places)
[[ $(wc -l <<<"$before") == 2 ]] || fail "not two autosaves: $before"
[[ $(cut -d'[' -f2 <<<"$before" | sort -u | wc -l) == 2 ]] || fail "the autosaves are of one window: $before"
for _ in $(seq 20); do
    look show_values && look is_snapping && break
    # A window at rest sleeps, and keeps nothing.
    xdotool mousemove 300 300 mousemove 1600 300
    sleep 0.5
done
look show_values && look is_snapping || fail "the look of a window is lost: $(cat "$kept/window.ron")"
grep -q one.json "$kept/recent.json" && grep -q two.json "$kept/recent.json" ||
    fail "recent files are lost: $(cat "$kept/recent.json")"
kill_both

# One start takes up one of them, says that the other is there, and opens it in a window of its own.
start_left ''
[[ $(places) == "$before" ]] || fail "an autosave is lost: $(places), not $before"
[[ -z ${PICTURE:-} ]] || picture "$PICTURE.1.png"
press "$left_window" Escape
click 1090 56
for _ in $(seq 50); do
    right=$(opened)
    [[ -n $right ]] && break
    sleep 0.1
done
[[ -n $right ]] || fail 'no other window was opened'
right_window=$(window_of "$right" 1280)
names=$(for window in "$left_window" "$right_window"; do xdotool getwindowname "$window"; done | sort | xargs)
[[ $names == 'thermonet — One* thermonet — Two*' ]] || fail "restored are $names"
kill_both

# Two starts take up both, unasked.
start '' ''
sleep 1
names=$(for window in "$left_window" "$right_window"; do xdotool getwindowname "$window"; done | sort | xargs)
[[ $names == 'thermonet — One* thermonet — Two*' ]] || fail "restored are $names"
[[ $(places) == "$before" ]] || fail "restored at $(places), not at $before"
kill_both
rm -rf "$kept/autosave"

# The same file in both, changed in both, killed, restored and saved in both.
start "$files/shared.json" "$files/shared.json"
move_y 0 32
move_y 1280 96
title "$left_window" 'Shared*'
title "$right_window" 'Shared*'
sleep 1
kill_both
start '' ''
title "$left_window" 'Shared*'
title "$right_window" 'Shared*'
press "$left_window" ctrl+s
title "$left_window" Shared
first=$(place_in "$files/shared.json")
press "$right_window" ctrl+s
sleep 1
title "$right_window" 'Shared*'
[[ $(place_in "$files/shared.json") == "$first" ]] || fail 'the second save went over the first'
[[ -z ${PICTURE:-} ]] || picture "$PICTURE.2.png"
# The second of the remedies: save over it. It is lower by the line that the file has changed, if that was noticed already.
click $((1280 + 585)) 216
sleep 1
[[ $(xdotool getwindowname "$right_window") == 'thermonet — Shared' ]] || click $((1280 + 585)) 183
title "$right_window" Shared
[[ $(place_in "$files/shared.json") != "$first" ]] || fail 'the remedy did not save'
echo 'two windows keep their work, their files and their looks apart'

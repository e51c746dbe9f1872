# shellcheck shell=bash
# Sourced by the scripts that look at the real window: a virtual screen of its own, and the program on it.

screen_pid=
program_pid=
state_folder=
window=

# start_screen WIDTH HEIGHT: a virtual screen; sets DISPLAY. It stays as it is when the last program on it ends.
start_screen() {
    local number_file
    number_file=$(mktemp)
    Xvfb -displayfd 3 -screen 0 "$1x$2x24" +extension GLX -nolisten tcp -noreset 3>"$number_file" 2>/dev/null &
    screen_pid=$!
    for _ in $(seq 100); do
        [[ -s $number_file ]] && break
        sleep 0.1
    done
    DISPLAY=":$(cat "$number_file")"
    export DISPLAY
    rm -f "$number_file"
    [[ $DISPLAY != : ]] || {
        echo 'the virtual screen did not start: install xvfb' >&2
        return 1
    }
    export LIBGL_ALWAYS_SOFTWARE=1
}

# start_program PROGRAM ARGUMENT…: starts it with a state folder of its own and waits for its window; sets window.
start_program() {
    state_folder=$(mktemp -d)
    XDG_DATA_HOME=$state_folder XDG_RUNTIME_DIR=$state_folder "$@" &
    program_pid=$!
    for _ in $(seq 200); do
        kill -0 "$program_pid" 2>/dev/null || {
            echo 'the program ended before its window opened' >&2
            return 1
        }
        window=$(xdotool search --onlyvisible --pid "$program_pid" 2>/dev/null | tail -1) && [[ -n $window ]] && break
        window=$(xdotool search --onlyvisible --name thermonet 2>/dev/null | tail -1) && [[ -n $window ]] && break
        sleep 0.1
    done
    [[ -n $window ]] || {
        echo 'no window opened within 20 s' >&2
        return 1
    }
    xdotool windowfocus "$window"
}

# stop_process PID: asks it to end, and after three seconds no longer asks. An empty PID is none.
stop_process() {
    [[ -n $1 ]] || return 0
    kill "$1" 2>/dev/null || true
    for _ in $(seq 30); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# stop_program: ends it and drops its state folder.
stop_program() {
    stop_process "$program_pid"
    program_pid=
    [[ -z $state_folder ]] || rm -rf "$state_folder"
    state_folder=
}

# stop_screen: ends the virtual screen.
stop_screen() {
    stop_process "$screen_pid"
    screen_pid=
}

# picture FILE: what the screen shows.
picture() {
    import -window root "$1"
}

# click X Y, drag X0 Y0 X1 Y1: the mouse, slowly enough for frames to see it.
click() {
    xdotool mousemove "$1" "$2"
    sleep 0.2
    xdotool mousedown 1
    sleep 0.1
    xdotool mouseup 1
    sleep 0.3
}

drag() {
    xdotool mousemove "$1" "$2"
    sleep 0.2
    xdotool mousedown 1
    local step
    for step in $(seq 10); do
        xdotool mousemove $(($1 + ($3 - $1) * step / 10)) $(($2 + ($4 - $2) * step / 10))
        sleep 0.05
    done
    xdotool mouseup 1
    sleep 0.3
}

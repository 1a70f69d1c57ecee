# Runs a command so that it and all it started can be ended: to be sourced.
#
#   run_child COMMAND …   runs it in a process group of its own and answers its status; a signal to the script is seen at once
#   end_child             ends what still runs of it; harmless when nothing does

child=''

run_child() {
    local status=0
    # Job control gives the child a group of its own and leaves its signals as they are. It hears SIGTERM when the script itself is killed.
    set -m
    setpriv --pdeathsig TERM -- "$@" </dev/null &
    child=$!
    set +m
    wait "$child" || status=$?
    # Whatever the command left behind in its group goes too.
    end_child
    return "$status"
}

end_child() {
    local waited signal
    [[ -n $child ]] || return 0
    for signal in TERM KILL; do
        kill -"$signal" -- "-$child" 2>/dev/null || break
        for ((waited = 0; waited < 150; waited++)); do
            kill -0 -- "-$child" 2>/dev/null || break 2
            sleep 0.1
        done
    done
    wait "$child" 2>/dev/null || true
    child=''
}

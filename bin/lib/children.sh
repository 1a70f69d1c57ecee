# Runs a command so that it and all it started can be ended: to be sourced.
#
#   run_child COMMAND …   runs it in a process group of its own and answers its status; a signal to the script is seen at once
#   end_child             ends what still runs of it; harmless when nothing does
#   start_beside COMMAND …   the same beside whatever else runs; wait_beside answers its status, end_beside ends it

child=''
beside=''

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
    [[ -z $child ]] || end_group "$child"
    child=''
}

start_beside() {
    set -m
    setpriv --pdeathsig TERM -- "$@" </dev/null &
    beside=$!
    set +m
}

wait_beside() {
    local status=0
    wait "$beside" || status=$?
    end_beside
    return "$status"
}

end_beside() {
    [[ -z $beside ]] || end_group "$beside"
    beside=''
}

# end_group ID: ends a process and all that it started, if need be by force.
end_group() {
    local waited signal
    for signal in TERM KILL; do
        kill -"$signal" -- "-$1" 2>/dev/null || break
        for ((waited = 0; waited < 150; waited++)); do
            kill -0 -- "-$1" 2>/dev/null || break 2
            sleep 0.1
        done
    done
    wait "$1" 2>/dev/null || true
}

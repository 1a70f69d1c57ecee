# A throw-away PostgreSQL 15 of our own: to be sourced. It listens on a Unix socket in its own folder and on no network,
# and goes away with the script that started it.
#
#   postgres_start    starts it and exports YUANJIAO_TEST_POSTGRES, a libpq connection string; `postgres_start off` does not wait for the
#                     disk: a killed server loses nothing by that, only a machine that loses its power would
#   postgres_stop     ends it and removes its folder; harmless when nothing runs

postgres_folder=''
postgres_pid=''

# Where Debian puts the server's programs: not on PATH.
postgres_programs() {
    local folder
    for folder in /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null || true)"; do
        if [[ -x "$folder/initdb" && -x "$folder/postgres" ]]; then
            printf '%s\n' "$folder"
            return
        fi
    done
    echo 'PostgreSQL 15 is not installed; bin/setup --test installs it.' >&2
    return 1
}

# Runs a program as a user that is not root, because PostgreSQL refuses root. `exec`, so that the process id stays the same.
postgres_exec() {
    cd "$postgres_folder"
    # The parent's death ends the server too, even when the parent was killed and could not clean up.
    if (($(id -u) == 0)); then
        exec setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig INT -- "$@"
    fi
    exec setpriv --pdeathsig INT -- "$@"
}

postgres_start() {
    local programs port=54321 waited
    programs=$(postgres_programs) || return 1
    # A short path: the name of a socket has at most 107 bytes.
    postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/pg.XXXXXX")
    if (($(id -u) == 0)); then
        chown postgres:postgres "$postgres_folder"
    fi
    if ! (postgres_exec "$programs/initdb" --pgdata="$postgres_folder/data" --username=postgres --encoding=UTF8 --locale=C --auth=trust --no-sync \
        --no-instructions) >"$postgres_folder/log" 2>&1; then
        cat "$postgres_folder/log" >&2
        echo 'The test database could not be made; initdb says why above.' >&2
        return 1
    fi
    (postgres_exec "$programs/postgres" -D "$postgres_folder/data" -p "$port" -c listen_addresses='' -c unix_socket_directories="$postgres_folder" \
        -c fsync="${1:-on}" -c max_connections=500 -c shared_buffers=128MB) >>"$postgres_folder/log" 2>&1 </dev/null &
    postgres_pid=$!
    for ((waited = 0; waited < 300; waited++)); do
        if "$programs/pg_isready" -q -h "$postgres_folder" -p "$port" -U postgres; then
            export YUANJIAO_TEST_POSTGRES="host=$postgres_folder port=$port user=postgres dbname=postgres"
            return
        fi
        kill -0 "$postgres_pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$postgres_folder/log" >&2
    echo 'The test database did not start within 30 seconds; its log stands above.' >&2
    return 1
}

postgres_stop() {
    local waited signal
    if [[ -n $postgres_pid ]]; then
        # INT: fast shutdown; QUIT: at once. Never by name: only the process that we started.
        for signal in INT QUIT; do
            kill -"$signal" "$postgres_pid" 2>/dev/null || break
            for ((waited = 0; waited < 100; waited++)); do
                kill -0 "$postgres_pid" 2>/dev/null || break 2
                sleep 0.1
            done
        done
        wait "$postgres_pid" 2>/dev/null || true
        postgres_pid=''
    fi
    if [[ -n $postgres_folder ]]; then
        rm -rf -- "$postgres_folder"
        postgres_folder=''
    fi
}

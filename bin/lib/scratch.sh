# Where tests keep what they throw away: to be sourced.
#
#   scratch_start     makes a folder of this script's own and exports it as TMPDIR: in memory where the machine has enough of it, because
#                     ext4 looks long for a free inode where files are made and removed all the time; and removes what killed runs left
#   scratch_stop      removes it

scratch_folder=''

scratch_start() {
    local place=/tmp old pid
    for old in /dev/shm/yuanjiao-test.* /tmp/yuanjiao-test.*; do
        pid=${old#*.}
        [[ ! -O $old ]] || kill -0 "${pid%%.*}" 2>/dev/null || rm -rf -- "$old"
    done
    if has_room /dev/shm; then place=/dev/shm; fi
    scratch_folder=$(mktemp -d "$place/yuanjiao-test.$$.XXXXXX")
    # PostgreSQL's user passes through.
    chmod 711 "$scratch_folder"
    export TMPDIR=$scratch_folder
}

# has_room FOLDER: whether 8 GiB of it and of memory are free, and programs may be started from it.
has_room() {
    local least=$((8 * 1024 * 1024)) probe status=0
    [[ -d $1 && -w $1 ]] || return 1
    (($(df --output=avail -k "$1" | tail -1) >= least)) || return 1
    (($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) >= least)) || return 1
    probe=$(mktemp "$1/yuanjiao-probe.XXXXXX") || return 1
    printf '#!/bin/sh\n' >"$probe"
    chmod +x "$probe"
    "$probe" 2>/dev/null || status=1
    rm -f -- "$probe"
    return "$status"
}

scratch_stop() {
    [[ -z $scratch_folder ]] || rm -rf -- "$scratch_folder"
    scratch_folder=''
}

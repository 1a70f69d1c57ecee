# Finds Swift: to be sourced. Debian's python3-swiftclient installs another program of that name, which may stand first on PATH.

swift_oldest=6.3

# Puts the folder of a new enough Swift first on PATH and sets `swift_version`; says what to do when there is none.
use_swift() {
    local candidate found='' said
    while IFS= read -r candidate; do
        said=$("$candidate" --version 2>/dev/null || true)
        [[ $said =~ Swift\ version\ ([0-9]+)\.([0-9]+)([^ ]*) ]] || continue
        swift_version="${BASH_REMATCH[1]}.${BASH_REMATCH[2]}${BASH_REMATCH[3]}"
        found+=" $swift_version"
        if ((BASH_REMATCH[1] > ${swift_oldest%.*} || (BASH_REMATCH[1] == ${swift_oldest%.*} && BASH_REMATCH[2] >= ${swift_oldest#*.}))); then
            PATH="$(dirname "$candidate"):$PATH"
            export PATH
            return
        fi
    done < <(type -aP swift | awk '!seen[$0]++')
    if [[ -n $found ]]; then
        echo "Swift $swift_oldest or newer is needed; PATH has$found. Get it from https://www.swift.org/install/linux/ and put its bin folder on PATH." >&2
    elif type -P swift >/dev/null; then
        echo "The program named swift on PATH is not the Swift compiler. Get Swift $swift_oldest from https://www.swift.org/install/linux/ and put its bin folder first on PATH." >&2
    else
        echo "Swift $swift_oldest is not on PATH. Get it from https://www.swift.org/install/linux/ and put its bin folder on PATH." >&2
    fi
    return 1
}

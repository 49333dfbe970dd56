# Words and places that the scripts share. Sourced from the repository's root.
# shellcheck shell=bash

target="${CARGO_TARGET_DIR:-$PWD/target}"
tools="$target/tools"
export PATH="$tools/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }

stop() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

joined() {
    local first="$1"
    shift
    printf '%s' "$first" "${@/#/, }"
}

# The folder with initdb and pg_ctl: Debian keeps each version's apart from PATH. The newest wins.
postgres_bin() {
    local folder
    while read -r folder; do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && printf '%s' "$folder" && return
    done < <(
        printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse
        dirname "$(command -v initdb || printf none)"
        pg_config --bindir 2>/dev/null
    )
    return 1
}

# A Python that can make private environments; Debian's own is asked when the first on PATH cannot.
python_with_venv() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import ensurepip, venv' 2>/dev/null && command -v "$python" && return
    done
    return 1
}

# Read by the other scripts: a virtual environment that holds what a file of requirements lists. POSIX sh.

VENV="${VENV:-.venv}"

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

runs() {
    "$1" -c "$2" >/dev/null 2>&1
}

# Print a Python that really runs: a shim may stand in the PATH with no version behind it.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        candidates="$PYTHON"
    else
        candidates="python3 python3.13 python3.12 python3.11 $(echo "${HOME:-}"/.pyenv/versions/*/bin/python3)"
    fi
    without_venv=""
    for candidate in $candidates; do
        runs "$candidate" 'import sys; sys.exit(sys.version_info < (3, 11))' || continue
        if runs "$candidate" 'import ensurepip, venv'; then
            echo "$candidate"
            return
        fi
        without_venv="$candidate"
    done
    [ -z "$without_venv" ] || fail "$without_venv cannot make virtual environments." \
        "On Debian and Ubuntu: apt install python3-venv. Then start this again."
    fail "No Python 3.11 or later was found; tried: $candidates." \
        "Install one, or name it: PYTHON=/path/to/python3 sh $0"
}

# Install the requirements file $1 into $VENV, unless these very requirements are there already.
prepare() {
    if ! runs "$VENV/bin/python" ''; then
        python="$(find_python)" || exit 1
        echo "Making $VENV with $("$python" --version)."
        "$python" -m venv --clear "$VENV"
    fi
    stamp="$VENV/.installed-$1"
    wanted="$(pwd) $(cat requirements.txt "$1" pyproject.toml | cksum)"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        echo "Installing $1 into $VENV: this takes a minute, once."
        "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --requirement "$1"
        echo "$wanted" >"$stamp"
    fi
}

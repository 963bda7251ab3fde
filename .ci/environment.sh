# Sourced by ./run and ./test, from the root of the repository: makes .venv and installs the locked packages.

# Images often forbid Python to keep what it compiles: every start would compile the packages anew, 4 of its 6 seconds.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

# Prints the first Python on PATH that is new enough.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Debian keeps the two modules that make a virtual environment in a package of its own.
require_venv() {
    local python=$1 package
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $package ..."
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package"; } >&2 && return
    fi
    stop "Python's venv and ensurepip are missing. Install them, for instance: sudo apt-get install $package"
}

make_venv() {
    # A copy of the folder, or an upgrade of the system's Python, leaves a .venv that does not start.
    .venv/bin/python -c '' 2>/dev/null || rm -rf .venv
    # pip's command is the last thing that the making of a .venv writes.
    [ -x .venv/bin/pip ] && return
    local python
    python="$(find_python)" || stop "Python 3.11 or newer is needed and none was found on PATH. On Debian 12 or newer: sudo apt-get install python3 python3-venv"
    require_venv "$python"
    say "Making .venv with $("$python" --version) ..."
    "$python" -m venv .venv || stop "The virtual environment could not be made in $PWD/.venv."
}

# uv installs in a tenth of pip's time; it follows an index that pip was told to use.
install_with_uv() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r .ci/uv.txt 2>/dev/null || return
    local index
    index="${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}"
    if [ -n "$index" ]; then
        export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    fi
    .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r "$1"
}

# install_requirements FILE: installs it unless exactly this was installed before.
install_requirements() {
    make_venv
    local stamp=".venv/.installed-$1" wanted
    wanted="$(sha256sum <"$1")"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "Installing the packages of $1 ..."
    install_with_uv "$1" ||
        .venv/bin/python -m pip install --disable-pip-version-check -r "$1" ||
        stop "The packages of $1 could not be installed; see the lines above. Is a package index reachable?"
    printf '%s\n' "$wanted" >"$stamp"
}

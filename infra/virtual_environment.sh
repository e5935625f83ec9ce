#!/bin/sh
# Make .venv from the hashed lock file. Says in one line what is missing.
set -eu
fail() { echo "moussem: $1" >&2; exit 1; }
command -v git >/dev/null 2>&1 || fail "git is missing: install it with your system's package manager."
for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && break
    found=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)
    python=
done
[ -n "${python:-}" ] && command -v "$python" >/dev/null 2>&1 || fail "Python 3.11 to 3.14 is needed, ${found:-none} was found: install one, or name it with PYTHON=…"
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv module is missing: install it (on Debian: apt-get install python3-venv)."
echo "Setting up .venv with $("$python" --version) …"
[ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || "$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock || fail "the packages of requirements.lock could not be installed (see above)."
touch .venv/ready

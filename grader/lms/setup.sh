#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder. It makes a venv with what
# grader needs; grader itself lies in source/package.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

# With these, student code is confined better. The autograder works without them, too.
apt-get install -y libseccomp2 bubblewrap || true

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$python"
            return
        fi
    done 2> /dev/null
    return 1
}

# Ubuntu 22.04 has Python 3.10, and 3.11 as a package.
find_python > /dev/null || apt-get install -y python3-venv || true
find_python > /dev/null || apt-get install -y python3.11 python3.11-venv
python="$(find_python)"

"$python" -m venv "$root/venv"
install=("$root/venv/bin/python" -m pip install --no-input -r "$root/source/requirements.txt")
# The very versions that the autograder was made with, if this Python can have them.
"${install[@]}" -c "$root/source/constraints.txt" || "${install[@]}"
PYTHONPATH="$root/source/package" "$root/venv/bin/python" -P -m grader --version

# shellcheck shell=bash
# Finds a Python that the box runs on and keeps the virtual environment in .venv.
# Needs say.sh and $root, the folder of the clone.

readonly PYTHONS=(python3.13 python3.12 python3.11 python3)
readonly VENV=$root/.venv

# make_venv: .venv with a working pip. One whose last install was cut short is made again, since pip
# can leave half a package behind that it then takes for a whole one.
make_venv() {
  if venv_works; then return; fi
  local python
  python=$(find_python)
  say "Making the environment in .venv with $("$python" --version)"
  need_space "$root" 1500
  "$python" -m venv --clear "$VENV" || fail "Python could not make the environment in $VENV." \
    'See the lines above. On Debian and Ubuntu it may need: apt install python3-venv'
}

# find_python: prints the first command that is a Python to use. A pyenv shim can be on the path for
# a version that is not there, so each is tried, not only looked for.
find_python() {
  local candidate
  if [[ -n ${PYTHON:-} ]]; then
    python_fits "$PYTHON" || fail "PYTHON is $PYTHON, which is not Python 3.11, 3.12 or 3.13 with venv." \
      'Set it to one that is, or unset it.'
    printf '%s\n' "$PYTHON"
    return
  fi
  for candidate in "${PYTHONS[@]}"; do
    if python_fits "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail 'The box needs Python 3.11, 3.12 or 3.13 with venv, and none of them is here.' \
    'On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv. Elsewhere, install Python 3.13 and run: PYTHON=/path/to/python3.13 scripts/run'
}

python_fits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
    &>/dev/null
}

venv_works() {
  [[ ! -e $VENV/installing ]] && python_fits "$VENV/bin/python" &&
    "$VENV/bin/python" -m pip --version &>/dev/null && same_python
}

# A PYTHON of another version than the environment's asks for a new environment.
same_python() {
  [[ -z ${PYTHON:-} ]] || [[ $(minor_version "$PYTHON") == "$(minor_version "$VENV/bin/python")" ]]
}

minor_version() {
  "$1" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null
}

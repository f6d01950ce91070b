# shellcheck shell=bash
# Fills .venv from the lock files, once; a stamp in it says for what it was filled.
# Needs say.sh, python.sh, llama.sh and $root.

# environment_ready LOCK: whether nothing has changed since the environment was filled.
environment_ready() {
  [[ -x $VENV/bin/futureself-box && -f $VENV/stamp-$1 ]] && same_python &&
    [[ $(<"$VENV/stamp-$1") == "$(environment_stamp)" ]]
}

# fill_environment LOCK: all that the lock names, the box itself, and llama.cpp built for this machine
# and proven with the model in use. The build takes longest, so the rest happens beside it.
fill_environment() {
  make_venv
  install_locked requirements-build.lock
  start_llama
  install_locked "$1"
  install_box
  pull_starter_models
  finish_llama "$(language_model)"
  write_stamps "$1"
}

# pull_starter_models: unless the data folder has a model in use.
pull_starter_models() {
  if [[ -z $(language_model) ]]; then "$VENV/bin/futureself-box" models pull starter; fi
}

# language_model: prints the path of the weights in use, nothing where there are none. A setting that
# is not valid is left to the command that follows, which says so.
language_model() {
  local folder
  folder=$("$VENV/bin/python" -c \
    'from futureself_box.settings import load; print(load().models_path)' 2>/dev/null) || return 0
  if [[ -e $folder/language ]]; then printf '%s\n' "$folder/language"; fi
}

install_locked() {
  say "Installing what $1 names (up to 90 MB)"
  pip_install --no-deps --require-hashes -r "$root/$1"
}

# Editable, so that the clone is what runs.
install_box() {
  pip_install --no-deps --no-index --no-build-isolation -e "$root"
}

# The marker lasts longer than the step only where the step was cut short (see make_venv).
pip_install() {
  local log=$VENV/install.log
  touch "$VENV/installing"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@" \
    2> >(tee "$log" >&2) || explain_failure "$log" 'The packages could not be installed.'
  rm "$VENV/installing"
}

# The test lock holds all that the box itself runs with.
write_stamps() {
  local stamp
  stamp=$(environment_stamp)
  printf '%s\n' "$stamp" >"$VENV/stamp-$1"
  [[ $1 == requirements.lock ]] || printf '%s\n' "$stamp" >"$VENV/stamp-requirements.lock"
}

environment_stamp() {
  { cat "$root"/requirements*.lock "$root/pyproject.toml" && llama_machine; } | sha256sum
}

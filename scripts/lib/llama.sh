# shellcheck shell=bash
# Builds llama-cpp-python for this machine, keeps the wheel, and proves it before it is used.
# Needs say.sh, python.sh and $root.
#
# A native build can compile and still die on its first long prompt (AMX on virtual machines:
# llama.cpp issue 20824), so a build counts only after a child process has survived one. Where it
# does not, the next safer build takes its place. Wheels lie in the user's cache, by a hash of
# everything that shapes them.

readonly LLAMA_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/futureself-box/wheels
readonly LLAMA_LOCK=$root/requirements-llama.lock
readonly LLAMA_HOOK=$root/scripts/lib/llama.cmake
PATH=$PATH:/usr/local/cuda/bin # where NVIDIA puts nvcc, on a Jetson too

building_kind=
building_pid=
building_into=

# start_llama: begins the first build that has not crashed here before, in the background.
start_llama() {
  local kind
  for kind in $(llama_kinds); do
    if [[ ! -e $(llama_folder "$kind")/crashed ]]; then
      start_build "$kind"
      return
    fi
  done
}

# finish_llama MODEL: installs the first build that survives MODEL.
finish_llama() {
  local model=$1 kind folder
  for kind in $(llama_kinds); do
    folder=$(llama_folder "$kind")
    [[ -e $folder/crashed ]] && continue
    start_build "$kind"
    wait_for_build "$kind" || continue
    install_wheel "$folder"
    [[ -e $folder/proven ]] && return
    say "Proving the $kind build of llama.cpp on this machine"
    if prove "$model" "$folder"; then return; fi
    say "The $kind build does not work on this machine."
  done
  fail 'llama.cpp could not be built so that it runs on this machine.' \
    "The logs are in $LLAMA_CACHE. Delete that folder to try again, or tell the maintainers."
}

# llama_kinds: the builds to try, fastest first.
llama_kinds() {
  if gpu_here; then echo cuda; fi
  echo native
  echo plain
}

gpu_here() {
  [[ -e /dev/nvidia0 || -e /dev/nvhost-gpu ]] && nvcc --version &>/dev/null
}

# cmake_args KIND: llama.cpp's own threads rather than OpenMP's, which spin beside the box.
cmake_args() {
  echo -DGGML_OPENMP=OFF -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF
  case $1 in
    cuda) echo -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=native -DGGML_NATIVE=ON "$(without_amx)" ;;
    native) echo -DGGML_NATIVE=ON "$(without_amx)" ;;
    plain) echo -DGGML_NATIVE=OFF "$(plain_instructions)" ;;
  esac
}

without_amx() {
  local flags='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16'
  if [[ $(uname -m) == x86_64 ]]; then
    echo "'-DCMAKE_C_FLAGS=$flags' '-DCMAKE_CXX_FLAGS=$flags'"
  fi
}

# Only what every emulator and hypervisor gets right, and of that what this processor has.
plain_instructions() {
  local name
  [[ $(uname -m) == x86_64 ]] || return 0
  for name in sse4_2 avx avx2 fma f16c bmi2; do
    if processor_flags | grep -qw "$name"; then
      echo "-DGGML_${name^^}=ON"
    else
      echo "-DGGML_${name^^}=OFF"
    fi
  done | sed 's/SSE4_2/SSE42/'
}

processor_flags() {
  grep -m1 -E '^(flags|Features)' /proc/cpuinfo || true
}

# llama_machine: what makes an installed build the wrong one when it changes.
llama_machine() {
  local kind
  uname -m
  processor_flags
  cat /proc/driver/nvidia/gpus/*/information 2>/dev/null | grep Model || true
  cat "$LLAMA_LOCK" "$LLAMA_HOOK"
  for kind in $(llama_kinds); do cmake_args "$kind"; done
}

# llama_folder KIND: where its wheel lies. The path of the clone plays no part in the name.
llama_folder() {
  local key
  key=$({
    llama_machine
    cmake_args "$1"
    c++ --version
    if [[ $1 == cuda ]]; then nvcc --version; fi
  } 2>&1 | sha256sum)
  echo "$LLAMA_CACHE/$1-${key:0:16}"
}

start_build() {
  local folder
  folder=$(llama_folder "$1")
  [[ $building_kind != "$1" ]] || return 0
  building_kind=$1
  building_pid=
  has_wheel "$folder" && return
  need_compiler
  need_space "$LLAMA_CACHE" 300
  need_space "${TMPDIR:-/tmp}" 1200
  say "Building llama.cpp for this machine in the background (a few minutes, only once)"
  mkdir -p "$folder"
  building_into=$(mktemp -d "$folder/making.XXXX")
  trap stop_build EXIT
  # A process group of its own, so that stop_build ends the compilers too.
  set -m
  build_wheel "$1" "$folder" &>"$folder/build.log" </dev/null &
  building_pid=$!
  set +m
}

has_wheel() {
  compgen -G "$1/*.whl" >/dev/null
}

need_compiler() {
  if ! { command -v c++ && command -v cc; } >/dev/null; then
    fail 'A C++ compiler is needed to build llama.cpp for this machine, and none is here.' \
      'On Debian and Ubuntu: apt install build-essential. Then run this again.'
  fi
}

# Without pip's cache, which would give back the wheel of another kind. What is left out of the wheel
# is a second copy of the libraries.
build_wheel() {
  local args
  args="'-DCMAKE_PROJECT_llama.cpp_INCLUDE=$LLAMA_HOOK' $(cmake_args "$1" | tr '\n' ' ')"
  SKBUILD_WHEEL_EXCLUDE='/lib/**;/include/**;/bin/**' CMAKE_ARGS=$args \
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) PATH=$VENV/bin:$PATH \
    "$VENV/bin/python" -m pip wheel --verbose --no-cache-dir --no-deps --no-build-isolation \
    --require-hashes --disable-pip-version-check \
    --wheel-dir "$building_into" -r "$LLAMA_LOCK"
  mv "$building_into"/*.whl "$2/"
}

stop_build() {
  if [[ -n $building_pid ]]; then kill -- "-$building_pid" 2>/dev/null || true; fi
  if [[ -n $building_into ]]; then rm -rf "$building_into"; fi
  building_pid='' building_into=''
}

# wait_for_build KIND: fails where the compiler did; where the network or the disk did, no other
# build would fare better, so that ends the script.
wait_for_build() {
  local log pid=$building_pid
  [[ -n $pid ]] || return 0
  log=$(llama_folder "$1")/build.log
  show_progress "$pid" "$log"
  if wait "$pid"; then
    stop_build
    return
  fi
  stop_build
  compiler_failed "$log" || explain_failure "$log" 'llama.cpp could not be built.'
  say "The $1 build of llama.cpp does not compile here; see $log"
  return 1
}

compiler_failed() {
  grep -qE 'FAILED:|CMake Error|ninja: build stopped' "$1" && ! grep -qi 'no space left' "$1"
}

# show_progress PID LOG: one line that changes on a terminal, a line every half minute elsewhere.
show_progress() {
  local since=$SECONDS step ticks=0
  while kill -0 "$1" 2>/dev/null; do
    step=$(grep -oE '^ *\[[0-9]+/[0-9]+\]' "$2" | tail -n 1 | tr -d ' ' || true)
    if [[ -t 1 ]]; then
      printf '\r    building llama.cpp %s %s ' "${step:-preparing}" "$(elapsed $((SECONDS - since)))"
    elif ((ticks % 30 == 0)); then
      say "Building llama.cpp ${step:-(preparing)}"
    fi
    ticks=$((ticks + 1))
    sleep 1
  done
  if [[ -t 1 ]]; then echo; fi
}

install_wheel() {
  [[ -f $VENV/llama && $(<"$VENV/llama") == "$1" ]] && return
  pip_install --no-deps --no-index --force-reinstall "$1"/*.whl
  echo "$1" >"$VENV/llama"
}

# prove MODEL FOLDER: in a process of its own, since a wrong build takes its process with it. A death
# or a hang is remembered; a mere complaint may be the model's fault.
prove() {
  local status=0
  run_proof "$1" || status=$?
  if ((status == 0)); then
    touch "$2/proven"
  elif ((status >= 124)); then
    touch "$2/crashed"
  fi
  return "$status"
}

run_proof() {
  timeout 300 "$VENV/bin/python" -m futureself_box.inference.prove "$1"
}

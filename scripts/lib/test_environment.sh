# shellcheck shell=bash
# What the tests need beyond the box: system packages, Node packages, the test lock, test models.
# Needs load.sh. As root on Debian it installs what is missing; elsewhere it says what to install.

readonly TEST_DATA=${XDG_CACHE_HOME:-$HOME/.cache}/futureself-box/test-data

prepare_tests() {
  need_command c++ build-essential
  need_command npm npm
  need_command chromium chromium
  need_command certutil libnss3-tools
  need_command openssl openssl
  need_command promtool prometheus
  need_postgres
  need_disk_of_our_own
  if [[ $(id -u) == 0 ]]; then prepare_network_tests; fi
  need_command shellcheck shellcheck
  python_with_venv
  if ! environment_ready requirements-test.lock; then
    FUTURESELF_DATA_FOLDER=$TEST_DATA FUTURESELF_CONFIG_FOLDER=$TEST_DATA/config \
      fill_environment requirements-test.lock
  fi
  install_node_packages
}

# Tests with networks of their own run as root only.
prepare_network_tests() {
  need_command ip iproute2
  need_command sysctl procps
  need_command sslscan sslscan
  need_command avahi-daemon avahi-daemon
  compgen -G '/usr/lib/*/libnss_mdns4_minimal.so.2' >/dev/null ||
    install_package libnss-mdns 'The tests need libnss-mdns, which is not here.'
}

# pyfuse3, with which tests make a disk that loses power, is built on the machine; mounting it needs root.
need_disk_of_our_own() {
  need_command pkg-config pkg-config
  pkg-config --exists fuse3 || install_package libfuse3-dev 'The tests need libfuse3, which is not here.'
  need_command fusermount3 fuse3
}

# Debian keeps PostgreSQL's server off the path.
need_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || need_command postgres postgresql
}

# need_command COMMAND PACKAGE
need_command() {
  command -v "$1" >/dev/null || install_package "$2" "The tests need $1, which is not here."
}

# Debian's Python comes without venv, which is a package of its own.
python_with_venv() {
  [[ -n ${PYTHON:-} ]] || (find_python) &>/dev/null ||
    install_package python3-venv 'The tests need a Python with venv, which is not here.'
}

# install_package PACKAGE SENTENCE
install_package() {
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    fail "$2" "On Debian and Ubuntu: apt install $1"
  fi
  say "Installing $1"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

install_node_packages() {
  local folder=$root/tests/web
  if [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]]; then return; fi
  say 'Installing the Node packages of tests/web'
  npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error ||
    fail 'The Node packages could not be installed.' 'See the lines above, then run this again.'
}
